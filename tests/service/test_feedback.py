"""Labels: told one by one or as a table, all or nothing; text is text, whatever a spreadsheet would make of it."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine.service.desk.feedback_csv import MOST_ROWS, escaped, unescaped
from engine.service.wire.desk_requests import CONFIRMING, FRAUD_LABELS, GOOD, OPEN
from engine.store.tables import webhook_event
from tests.service.conftest import NOW, PRODUCTION_KEY, Running, running
from tests.service.test_desk import ADULT, FLOW, NOBODY, at_once

CSV = {"Content-Type": "text/csv"}
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''=1")
PLAIN = ("ada", "'ada", "", "a=b", "ümlaut", '"', "a,b", "a\nb")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One application for all: each test has customers of its own."""
    with running(tmp_path_factory.mktemp("feedback"), private_hosts="127.0.0.1") as started:
        yield started


def customer(service: Running, who: str | None = None) -> tuple[str, str]:
    """Somebody who was evaluated: `id` and `eval_id`."""
    who = who or f"c-{uuid.uuid4().hex}"
    body = {"id": who, "timestamp": NOW, "workflow": FLOW, "data": {"features": ADULT}}
    answer = service.client.post("/api/evaluation", json=body)
    assert answer.status_code == 200, answer.text
    return who, answer.json()["eval_id"]


def put(service: Running, who: str, label: str = "fraud", headers: Any = None, **more: Any) -> Any:
    body = {"id": who, "workflow": FLOW, "fraud_label": label, **more}
    return service.client.put("/api/feedback", json=body, headers=headers or {})


def load(service: Running, text: str | bytes, headers: Any = None) -> Any:
    content = text.encode() if isinstance(text, str) else text
    return service.client.post("/api/feedback/import", content=content, headers={**CSV, **(headers or {})})


def labels(service: Running, who: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = service.client.get("/api/feedback", params={"id": who}).json()["items"]
    return found


def test_every_label_has_a_meaning() -> None:
    assert set(FRAUD_LABELS) == GOOD | OPEN | CONFIRMING
    assert {"fraud", "under_age", "deepfake"} <= CONFIRMING


@pytest.mark.parametrize(
    ("label", "stored", "meaning"),
    [
        ("fraud", "fraud", "bad"),
        ("Third-Party Fraud", "third_party_fraud", "bad"),
        ("under_age", "under_age", "bad"),
        (" Legitimate ", "legitimate", "good"),
        ("suspected_fraud", "suspected_fraud", "open"),
    ],
)
def test_a_label_goes_to_the_newest_evaluation(service: Running, label: str, stored: str, meaning: str) -> None:
    who, _ = customer(service)
    _, newest = customer(service, who)
    answer = put(service, who, label, timestamp="2026-05-02T10:00:00Z", note="told by the bank", source="bank")
    assert answer.status_code == 200, answer.text
    assert answer.json() == {
        "label_id": answer.json()["label_id"],
        "id": who,
        "workflow": FLOW,
        "eval_id": newest,
        "fraud_label": stored,
        "meaning": meaning,
        "timestamp": "2026-05-02T10:00:00.000000Z",
        "by": "test",
        "source": "bank",
        "note": "told by the bank",
    }
    assert labels(service, who) == [answer.json()]


def test_a_label_goes_to_the_evaluation_named(service: Running) -> None:
    who, first = customer(service)
    customer(service, who)
    assert put(service, who, eval_id=first).json()["eval_id"] == first


@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"label": "robbery"}, 422, "badRequest"),
        ({"label": ""}, 422, "badRequest"),
        ({"timestamp": "2026-05-02"}, 422, "badRequest"),
        ({"timestamp": "2999-01-01T00:00:00Z"}, 422, "badTimestamp"),
        ({"timestamp": "0001-01-01T00:00:00+14:00"}, 422, "badRequest"),
        ({"amount": 5}, 422, "badRequest"),
        ({"eval_id": "no id"}, 422, "badRequest"),
        ({"eval_id": str(uuid.UUID(int=7))}, 404, "evaluationUnknown"),
        ({"workflow": "selfie_image"}, 404, "evaluationUnknown"),
    ],
)
def test_what_is_no_label_is_refused(service: Running, more: dict[str, Any], status: int, code: str) -> None:
    who, _ = customer(service)
    answer = put(service, who, **more)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert labels(service, who) == []


def test_a_label_is_not_put_on_somebody_else(service: Running) -> None:
    who, _ = customer(service)
    other, eval_id = customer(service)
    assert put(service, who, eval_id=eval_id).status_code == 404
    production = {"Authorization": f"Bearer {PRODUCTION_KEY}"}
    assert put(service, other, headers=production).status_code == 404
    assert service.client.get("/api/feedback", params={"id": who}, headers=production).json()["items"] == []


def test_the_same_said_again_changes_nothing(service: Running) -> None:
    who, _ = customer(service)
    first = put(service, who)
    assert put(service, who).json() == first.json()
    put(service, who, "legitimate")
    third = put(service, who)
    assert third.json()["label_id"] != first.json()["label_id"]
    assert [label["fraud_label"] for label in labels(service, who)] == ["fraud", "legitimate", "fraud"]


def test_a_retry_is_answered_and_changes_nothing(service: Running) -> None:
    who, _ = customer(service)
    retry = {"Idempotency-Key": f"k-{who}"}
    first = put(service, who, headers=retry)
    put(service, who, "legitimate")
    again = put(service, who, headers=retry)
    assert (first.status_code, again.status_code) == (200, 200)
    assert len(labels(service, who)) == 2
    other = put(service, who, "scam", headers=retry)
    assert (other.status_code, other.json()["code"]) == (409, "idempotencyConflict")


def test_one_label_of_several_at_once(service: Running) -> None:
    who, _ = customer(service)
    answers = at_once(6, lambda _: put(service, who, headers={"Idempotency-Key": f"k-{who}"}))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["label_id"] for answer in answers}) == 1
    assert len(labels(service, who)) == 1


def test_a_file_is_taken(service: Running) -> None:
    (one, first), (two, _), (three, third) = customer(service), customer(service), customer(service)
    _, newest = customer(service, two)
    text = (
        "\ufefffraud_label,id,workflow,at,eval_id\r\n"
        f"fraud,{one},{FLOW},2026-05-02T10:00:00Z,\r\n"
        "\r\n"
        f'Account Takeover,"{two}",{FLOW},,\r\n'
        f"good,{three},{FLOW},,{third}\r\n"
    )
    assert load(service, text).json() == {"imported": 3, "unchanged": 0}
    assert load(service, text).json() == {"imported": 0, "unchanged": 3}
    found = [labels(service, who)[0] for who in (one, two, three)]
    assert [label["eval_id"] for label in found] == [first, newest, third]
    assert [label["fraud_label"] for label in found] == ["fraud", "account_takeover", "good"]
    assert found[0]["timestamp"] == "2026-05-02T10:00:00.000000Z"


def test_every_mistake_of_a_file_is_told_and_nothing_is_taken(service: Running) -> None:
    who, _ = customer(service)
    secret = "nobody-shall-read-this"
    text = (
        f"id,workflow,fraud_label,eval_id,at\n{who},{FLOW},fraud,,\n"
        f"{who},{FLOW},{secret},,\n"
        f'"{who}\nsecond line",{FLOW},fraud,,\n'
        f"{who},{FLOW},fraud\n"
        f"{who},{FLOW},fraud,{secret},yesterday\n"
        f"{secret},{FLOW},fraud,,\n"
        f"{who},{FLOW},fraud,,2999-01-01T00:00:00Z\n"
        f",{FLOW},fraud,,\n"
    )
    answer = load(service, text)
    assert (answer.status_code, answer.json()["code"]) == (422, "badImport")
    told = [(error["line"], error["column"]) for error in answer.json()["errors"]]
    wanted = [(3, "fraud_label"), (4, "id"), (6, ""), (7, "eval_id"), (7, "at"), (8, "id"), (9, "at"), (10, "id")]
    assert sorted(told) == sorted(wanted)
    assert secret not in answer.text
    assert "8 mistakes" in answer.json()["detail"]
    assert labels(service, who) == []


def test_a_file_that_names_an_evaluation_nobody_knows_is_not_taken(service: Running) -> None:
    (who, _), (other, eval_id) = customer(service), customer(service)
    text = f"id,workflow,fraud_label,eval_id\n{who},{FLOW},fraud,\n{who},{FLOW},fraud,{eval_id}\n"
    answer = load(service, text)
    assert (answer.status_code, answer.json()["errors"][0]["line"]) == (422, 3)
    assert labels(service, who) == labels(service, other) == []


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 422, "badHeader"),
        (b"id,workflow\n", 422, "badHeader"),
        (b"id,workflow,fraud_label,age\n", 422, "badHeader"),
        (b"id,id,workflow,fraud_label\n", 422, "badHeader"),
        (b"id,workflow,fraud_label\n\xff,x,fraud\n", 422, "notCsv"),
        (b'id,workflow,fraud_label\n"a"b,x,fraud\n', 422, "notCsv"),
        (b'id,workflow,fraud_label\n"never closed,x,fraud\n', 422, "notCsv"),
        (b"id,workflow,fraud_label\n" + b"a" * 200_000 + b",x,fraud\n", 422, "notCsv"),
        (b"id,workflow,fraud_label\n" + b"a,x,fraud\n" * (MOST_ROWS + 1), 413, "tooManyRows"),
        (b"id,workflow,fraud_label\n" + b" " * (2 * 2**20), 413, "bodyTooLarge"),
    ],
)
def test_what_is_no_such_table_is_refused(service: Running, content: bytes, status: int, code: str) -> None:
    answer = load(service, content)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_file_says_that_it_is_csv(service: Running) -> None:
    answer = load(service, "id,workflow,fraud_label\n", {"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (415, "notCsv")


def test_brackets_of_a_table_are_no_depth(service: Running) -> None:
    who, _ = customer(service, "[" * 100)
    assert load(service, f"id,workflow,fraud_label\n{who},{FLOW},fraud\n").json() == {"imported": 1, "unchanged": 0}


@pytest.mark.parametrize("cell", [*FORMULAS, *PLAIN])
def test_no_cell_is_a_formula_and_each_comes_back(cell: str) -> None:
    written = escaped(cell)
    assert not written.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert unescaped(written) == cell
    assert (written == cell) == (cell in PLAIN)


def test_what_was_written_can_be_taken_again(service: Running) -> None:
    who, eval_id = customer(service, "=HYPERLINK(1)")
    put(service, who, "scam")
    answer = service.client.get("/api/feedback/export", params={"id": who})
    assert answer.headers["content-type"].startswith("text/csv")
    header, row = csv.reader(io.StringIO(answer.text))
    assert dict(zip(header, row, strict=True))["id"] == "'=HYPERLINK(1)"
    assert dict(zip(header, row, strict=True))["eval_id"] == eval_id
    assert load(service, answer.content).json() == {"imported": 0, "unchanged": 1}


def test_a_table_of_what_is_known_changes_nothing(service: Running) -> None:
    who, eval_id = customer(service)
    put(service, who, fraud_label="fraud", timestamp="2026-04-01T00:00:00Z", note="seen at the counter")
    put(service, who, fraud_label="good", timestamp="2026-04-02T00:00:00Z")
    before = labels(service, who)
    table = service.client.get("/api/feedback/export", params={"id": who}).text
    assert load(service, table).json() == {"imported": 0, "unchanged": 2}
    put(service, who, fraud_label="fraud", timestamp="2026-04-01T00:00:00Z", note="seen at the counter")
    assert labels(service, who) == before
    older = f"{who},{FLOW},suspected_fraud,{eval_id},2026-03-01T00:00:00Z\r\n"
    assert load(service, table + older + older).json() == {"imported": 1, "unchanged": 3}


@pytest.mark.parametrize("at", ["", "2026-04-01T00:00:00Z"])
def test_lines_at_odds_are_refused_for_neither_would_be_the_newest(service: Running, at: str) -> None:
    who, _ = customer(service)
    answer = load(service, f"id,workflow,fraud_label,at\n{who},{FLOW},good,{at}\n{who},{FLOW},fraud,{at}\n")
    assert (answer.status_code, answer.json()["code"]) == (422, "badImport")
    assert [(error["line"], error["code"]) for error in answer.json()["errors"]] == [(3, "contradiction")]
    assert labels(service, who) == []


def test_labels_come_in_parts(service: Running) -> None:
    who, _ = customer(service)
    begin = service.clock.now() - timedelta(days=1)
    for number in range(5):
        at = (begin + timedelta(minutes=number)).isoformat().replace("+00:00", "Z")
        put(service, who, "fraud" if number % 2 else "good", timestamp=at)
    found, cursor = [], None
    while True:
        asked = {"id": who, "limit": 2, **({"cursor": cursor} if cursor else {})}
        part = service.client.get("/api/feedback", params=asked).json()
        found += [label["fraud_label"] for label in part["items"]]
        cursor = part["next_cursor"]
        if cursor is None:
            break
    assert found == ["good", "fraud", "good", "fraud", "good"]
    rows = list(csv.reader(io.StringIO(service.client.get("/api/feedback/export", params={"id": who}).text)))
    assert [row[2] for row in rows[1:]] == found


def test_only_what_says_that_somebody_should_not_have_passed_is_told(service: Running) -> None:
    assert service.client.post("/api/webhooks/endpoints", json={"url": NOBODY}).status_code == 201
    who, eval_id = customer(service)
    for label in ("good", "suspected_fraud", "deepfake", "deepfake"):
        put(service, who, label)
    with service.services.database.reading() as connection:
        query = select(webhook_event.c.body).where(
            webhook_event.c.eval_id == eval_id, webhook_event.c.event_type == "fraud_confirming"
        )
        told = list(connection.scalars(query))
    assert len(told) == 1
    assert '"fraud_label":"deepfake"' in told[0]
