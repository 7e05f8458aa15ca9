"""What an `http` step asks, of real services that fail in every way that services do."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from engine.service.outbound.calls import Outbound
from engine.service.outbound.fetching import Fetching
from engine.workflow.flow import FetchFailed
from engine.workflow.steps import Http
from tests.harness.receiver import Answer, Receiver, hangs, in_turn, raw, receiving, says

STEP = Http(id="ask", timeout=timedelta(seconds=3), retries=2)
GOOD = says(200, b'{"risk": 0.25, "seen": [true, null]}')


def fetching(*hosts: str, **secrets: str) -> Fetching:
    """Asks this machine."""
    return Fetching(Outbound(["127.0.0.1"]), hosts or ("127.0.0.1",), secrets, sleep=lambda _seconds: None)


def ask(to: Receiver, step: Http = STEP, sent: dict[str, Any] | None = None, **secrets: str) -> Any:
    """What comes back."""
    return fetching(**secrets).fetch(replace(step, url=to.url + step.url), sent or {})


def test_a_post_sends_json_and_gives_json() -> None:
    with receiving(GOOD) as server:
        answer = ask(server, replace(STEP, url="/score"), {"age": 31.5, "tags": ["a"], "known": None})
        assert answer == {"risk": 0.25, "seen": [True, None]}
        heard = server.heard[0]
        assert (heard.method, heard.target, heard.headers["content-type"]) == ("POST", "/score", "application/json")
        assert json.loads(heard.body) == {"age": 31.5, "tags": ["a"], "known": None}
        assert "authorization" not in heard.headers


def test_a_get_sends_its_query_without_what_is_unknown() -> None:
    with receiving(GOOD) as server:
        sent = {"a b": "ä&=", "n": 1.5, "yes": True, "unknown": None, "list": ["x", "y"]}
        ask(server, replace(STEP, method="GET", url="/s?k=1"), sent)
        assert server.heard[0].target == "/s?k=1&a+b=%C3%A4%26%3D&n=1.5&yes=true&list=x&list=y"
        assert server.heard[0].body == b""


def test_its_secret_is_a_bearer_token() -> None:
    step = replace(STEP, secret="scores")
    with receiving(GOOD) as server:
        ask(server, step, SELFIE_HTTP_SECRET_SCORES="s3cret")
        assert server.heard[0].headers["authorization"] == "Bearer s3cret"
        for wrong in ({}, {"SELFIE_HTTP_SECRET_SCORES": ""}, {"SELFIE_HTTP_SECRET_SCORES": "a\r\nX: b"}):
            with pytest.raises(FetchFailed, match="secret is not set"):
                ask(server, step, **wrong)
        assert len(server.heard) == 1


@pytest.mark.parametrize(
    "first",
    [says(500), says(503, Retry_After="0"), says(429), raw(b""), raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{")],
)
def test_trouble_is_tried_again(first: Answer) -> None:
    with receiving(in_turn(first, first, GOOD)) as server:
        assert ask(server)["risk"] == 0.25
        assert len(server.heard) == 3


@pytest.mark.parametrize(
    ("answer", "asked", "why"),
    [
        (says(500, b"SECRET-VALUE"), 3, "answered 500"),
        (says(404, b'{"risk": 0}'), 1, "answered 404"),
        (says(302, Location="http://127.0.0.1/"), 1, "answered 302"),
        (says(204), 1, "not JSON"),
        (says(200, b"<html>"), 1, "not JSON"),
        (says(200, b'{"a": 1, "a": 2}'), 1, "not JSON"),
        (says(200, b'{"a": NaN}'), 1, "not JSON"),
        (says(200, b'{"a": 1e999}'), 1, "not JSON"),
        (says(200, b"[" * 5000), 1, "not JSON"),
        (says(200, b'"\xff"'), 1, "not JSON"),
        (says(200, b"{}", Content_Encoding="gzip"), 1, "packed"),
        (says(200, b'"' + b"a" * 70_000 + b'"'), 1, "larger than 64 KiB"),
        (says(503, Retry_After="3600"), 1, "answered 503"),
    ],
)
def test_what_cannot_be_used_fails_and_tells_no_value(answer: Answer, asked: int, why: str) -> None:
    with receiving(answer) as server:
        with pytest.raises(FetchFailed, match=why) as failed:
            ask(server)
        assert len(server.heard) == asked
        assert "SECRET" not in str(failed.value)


def test_the_timeout_is_for_all_attempts_together() -> None:
    with receiving(hangs) as server:
        began = time.monotonic()
        with pytest.raises(FetchFailed, match="in time"):
            ask(server, replace(STEP, timeout=timedelta(seconds=0.4), retries=5))
        assert time.monotonic() - began < 1.5
        assert len(server.heard) == 1


def test_only_hosts_of_the_list_are_asked() -> None:
    with receiving(GOOD) as server:
        port = server.url.rpartition(":")[2]
        assert fetching(f"127.0.0.1:{port}").fetch(replace(STEP, url=server.url), {})
        for hosts in (["api.example"], ["127.0.0.1:1"], ["7.0.0.1"]):
            with pytest.raises(FetchFailed, match="not among"):
                fetching(*hosts).fetch(replace(STEP, url=server.url), {})
        with pytest.raises(FetchFailed, match="only https"):  # on the list, but not allowed to be private
            Fetching(Outbound(), ["127.0.0.1"], {}).fetch(replace(STEP, url=server.url), {})
        assert len(server.heard) == 1


@pytest.mark.parametrize(
    ("url", "secret", "why"),
    [
        ("https://api.example/risk", None, None),
        ("https://api.example:8443/risk", None, None),
        ("https://other.example/risk", None, "its host is not among those that may be asked"),
        ("http://api.example/risk", None, "only https is called"),
        ("https://api.example/risk", "risk", "its secret is not set"),
    ],
)
def test_a_step_that_can_never_be_answered_says_so_without_being_asked(
    url: str, secret: str | None, why: str | None
) -> None:
    assert fetching("api.example").refused(Http(id="ask", url=url, secret=secret)) == why


def test_what_is_no_json_is_not_sent() -> None:
    with receiving(GOOD) as server:
        with pytest.raises(FetchFailed, match="no JSON"):
            ask(server, sent={"a": float("nan")})
        assert server.heard == []
