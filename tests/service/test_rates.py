"""Rates: what is counted for whom, what the headers say, and that a store that fails turns nobody away."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from limits import parse
from limits.storage import MemoryStorage
from structlog.testing import capture_logs

from engine.diagnostics import Refused
from engine.service.access import rates
from engine.service.access.addresses import household
from engine.service.access.rates import read_rate
from engine.service.settings import read_settings
from tests.service.conftest import PRODUCTION_KEY, Running, running
from tests.service.test_desk import ADULT, FLOW

NAMES = ("ratelimit-limit", "ratelimit-remaining", "ratelimit-reset")


class Broken(MemoryStorage):
    """A store that does not answer, by its address."""

    STORAGE_SCHEME = ["broken"]  # noqa: RUF012 - the library's own form

    def incr(self, *_args: Any, **_kwargs: Any) -> int:
        raise ConnectionError("nobody there")


@contextmanager
def limited(folder: Path, rate: str, storage: str = "memory://") -> Iterator[Running]:
    with running(folder, rate_limit=rate, rate_limit_storage=storage) as started:
        yield started


def read(service: Running, **headers: str) -> Any:
    return service.client.get("/api/features", headers=headers)


def test_beyond_the_rate_the_answer_says_when_to_come_again(tmp_path: Path) -> None:
    with limited(tmp_path, "3/hour") as service:
        answers = [read(service) for _ in range(5)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
        assert [answer.headers["ratelimit-remaining"] for answer in answers] == ["2", "1", "0", "0", "0"]
        assert {answer.headers["ratelimit-limit"] for answer in answers} == {"3"}
        assert all(3590 < int(answer.headers["ratelimit-reset"]) <= 3600 for answer in answers)
        refused = answers[-1]
        assert refused.json()["code"] == "tooManyRequests"
        assert refused.headers["content-type"] == "application/problem+json"
        assert 3590 < int(refused.headers["retry-after"]) <= 3600
        # writing is counted apart, and so is another key
        assert service.post(FLOW, {"features": ADULT}).status_code == 200
        assert read(service, Authorization=f"Bearer {PRODUCTION_KEY}").status_code == 200
        for path in ("/healthz", "/readyz"):
            answer = service.client.get(path)
            assert answer.status_code == 200
            assert not set(NAMES) & set(answer.headers)


def test_it_begins_anew(tmp_path: Path) -> None:
    with limited(tmp_path, "1 per 2 seconds") as service:
        answers = [read(service) for _ in range(20)]
        refused = [answer for answer in answers if answer.status_code == 429]
        assert refused
        time.sleep(int(refused[-1].headers["retry-after"]) + 0.1)
        assert read(service).status_code == 200


def test_who_has_no_key_is_counted_by_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "REFUSED", parse("9/minute"))
    with limited(tmp_path, "5/hour") as service:
        wrong = {"Authorization": "Bearer wrong"}
        found = [read(service, **wrong).status_code for _ in range(11)]
        assert found == [401] * 9 + [429] * 2
        assert read(service).status_code == 200, "whoever has a key is counted by it alone"


def test_a_person_is_counted_by_session_and_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "SESSION", parse("12/minute"))
    with limited(tmp_path, "20/hour") as service:
        (_, token), (_, other) = service.new_capture(), service.new_capture()
        person, second = service.browser(token), service.browser(other)
        found = [person.ask("state").status_code for _ in range(13)]
        assert found == [200] * 12 + [429], "one session"
        found = [second.ask("state").status_code for _ in range(9)]
        assert found == [200] * 7 + [429] * 2, "all of one address"


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("testclient", "unknown"),
        (None, "unknown"),
    ],
)
def test_an_address_stands_for_a_household(address: str | None, counted: str) -> None:
    assert household(address) == counted


def test_a_rate_can_be_off(tmp_path: Path) -> None:
    with limited(tmp_path, "off") as service:
        answer = read(service)
        assert answer.status_code == 200
        assert not set(NAMES) & set(answer.headers)


def test_a_store_that_does_not_answer_turns_nobody_away(tmp_path: Path) -> None:
    with limited(tmp_path, "3/hour", "broken://") as service:
        with capture_logs() as told:
            answers = [read(service) for _ in range(4)]
            assert service.post(FLOW, {"features": ADULT}).status_code == 200
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429], "this process counts for itself"
        lines = [line for line in told if "rates" in line["event"]]
        assert len(lines) == 1
        assert lines[0]["kind"] == "ConnectionError"


@pytest.mark.parametrize("text", ["many", "10", "-1/minute", "0/minute", "10/second; 100/minute", ""])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="rate"):
        read_rate(text)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SELFIE_RATE_LIMIT", "often"),
        ("SELFIE_RATE_LIMIT_STORAGE", "redis://127.0.0.1:1"),  # its package is not installed
        ("SELFIE_RATE_LIMIT_STORAGE", "nowhere"),
        ("SELFIE_RATE_LIMIT_STORAGE", "async+memory://"),
    ],
)
def test_a_wrong_setting_is_refused_at_start(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(Refused) as refused:
        read_settings()
    assert name in str(refused.value)
