"""A refusal tells what to do about it: one mistake is told once, at its place, in words that are true."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.service.conftest import NOW, Running, running

AS_JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One application for all."""
    with running(tmp_path_factory.mktemp("errors")) as started:
        yield started


def places(answer: Any) -> list[tuple[str, str]]:
    """Place and message of each mistake of a 422."""
    assert answer.status_code == 422, answer.text
    return [(error["at"], error["message"]) for error in answer.json()["errors"]]


@pytest.mark.parametrize("kind", [None, "text/plain", "application/x-www-form-urlencoded", "application/xml"])
def test_json_that_does_not_say_so(service: Running, kind: str | None) -> None:
    answer = service.client.post("/api/evaluation", content=b"{}", headers={"Content-Type": kind} if kind else {})
    assert (answer.status_code, answer.json()["code"]) == (415, "notJson")
    assert "Content-Type: application/json" in answer.json()["detail"]


@pytest.mark.parametrize("body", [b'{"id": "M\xfcller"}', b'{"id": ' + b"9" * 5000 + b"}", b"\x1f\x8b\x08\x00", b"{"])
def test_what_is_no_json(service: Running, body: bytes) -> None:
    answer = service.client.post("/api/evaluation", content=body, headers=AS_JSON)
    assert (answer.status_code, answer.json()["code"]) == (400, "badJson")


@pytest.mark.parametrize("body", [b"[]", b"null", b'"text"'])
def test_json_that_is_no_object(service: Running, body: bytes) -> None:
    answer = service.client.post("/api/evaluation", content=body, headers=AS_JSON)
    assert places(answer) == [("body", "a JSON object is needed here")]


@pytest.mark.parametrize("value", [[[1]], {}, [0] * 1001])
def test_a_feature_of_no_kind_is_one_mistake(service: Running, value: Any) -> None:
    ((at, message),) = places(service.post("selfie_features", {"features": {"face.count": value}}))
    assert at == "body.data.features.face.count"
    assert message.startswith("a feature is a finite number")


def test_a_field_that_may_be_left_out_is_told_once_and_not_to_be_null(service: Running) -> None:
    said = {"workflow": "selfie_features", "decision": "accept", "review_queues": ["a", "b"]}
    found = places(service.client.put("/api/evaluation/x/state", json=said))
    assert [at for at, _ in found] == ["body.decision", "body.review_queues"]
    assert not any("None" in message for _, message in found)
    (wrong,) = places(service.post("selfie_image", {"selfie": {"image": 5}}))
    assert wrong == ("body.data.selfie.image", "Input should be a valid string")


@pytest.mark.parametrize(
    "at", ["\u0662\u0660\u0662\u0666-05-01T10:00:00Z", "2026-05-01T25:00:00Z", "2026-05-01T10:00:00+99:00", "tomorrow"]
)
def test_a_time_that_is_none_is_not_repeated(service: Running, at: str) -> None:
    body = {"id": "a", "timestamp": at, "workflow": "selfie_features", "data": {}}
    ((place, message),) = places(service.client.post("/api/evaluation", json=body))
    assert place == "body.timestamp"
    assert message in {
        "a time is written as RFC 3339 says, with its time zone",
        "there is no such day, hour, minute, second or time zone",
    }


def test_a_data_uri_is_told_from_other_text(service: Running) -> None:
    problem = service.post("selfie_image", {"selfie": {"image": "data:image/jpeg;base64,/9j/"}}).json()
    assert problem["errors"][0]["code"] == "notBase64"
    assert "data URI" in problem["detail"]


@pytest.mark.parametrize(
    ("query", "place", "code"),
    [("decison=ACCEPT", "query.decison", "extra_forbidden"), ("limit=1&limit=2", "query.limit", "given_twice")],
)
def test_a_filter_that_would_be_passed_over_is_refused(service: Running, query: str, place: str, code: str) -> None:
    answer = service.client.get(f"/api/evaluation?{query}")
    assert answer.status_code == 422, answer.text
    assert [(error["at"], error["code"]) for error in answer.json()["errors"]] == [(place, code)]


@pytest.mark.parametrize(
    ("method", "path", "methods"),
    [
        ("PATCH", "/api/evaluation", "GET, POST"),
        ("DELETE", "/api/evaluation/x", "GET, PATCH"),
        ("PUT", "/healthz", "GET, HEAD"),
    ],
)
def test_a_wrong_method_is_told_all_that_are_right(service: Running, method: str, path: str, methods: str) -> None:
    answer = service.client.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, methods)


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_monitors_may_ask_without_a_body(service: Running, path: str) -> None:
    assert service.client.head(path).status_code == 200


@pytest.mark.parametrize(("rows", "said"), [(1, "1 mistake."), (2, "2 mistakes.")])
def test_mistakes_of_a_table_are_counted_in_words(service: Running, rows: int, said: str) -> None:
    table = "id,workflow,fraud_label\n" + "nobody,selfie_features,fraud\n" * rows
    answer = service.client.post("/api/feedback/import", content=table, headers={"Content-Type": "text/csv"})
    assert answer.json()["detail"].endswith(said)


def test_a_table_with_semicolons_is_told_of_commas(service: Running) -> None:
    table = f"id;workflow;fraud_label;at\nada;selfie_features;fraud;{NOW}\n"
    answer = service.client.post("/api/feedback/import", content=table, headers={"Content-Type": "text/csv"})
    assert (answer.status_code, answer.json()["code"]) == (422, "badHeader")
    assert "commas" in answer.json()["detail"]
