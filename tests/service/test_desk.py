"""A person's answer to a case: what it changes, what it never changes, who was first, and what the history tells."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from engine.store.erasure import ERASED, erase_evaluation
from engine.store.tables import webhook_event
from tests.service.conftest import NOW, PRODUCTION_KEY, Running, running

ADULT = {"face.count": 1, "liveness.passive_score": 0.97, "age.predicted": 34.9}
UNSURE = {**ADULT, "age.predicted": 20.0}
CHILD = {**ADULT, "age.predicted": 12.99}
FLOW = "selfie_features"
NOBODY = "http://127.0.0.1:9/hook"
"""Where nobody listens: what is told waits."""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One application for all: each test has evaluations of its own."""
    with running(tmp_path_factory.mktemp("desk"), private_hosts="127.0.0.1") as started:
        yield started


def begun(service: Running, features: dict[str, Any] = UNSURE, **more: Any) -> dict[str, Any]:
    """An evaluation that has ended."""
    answer = service.post(FLOW, {"features": features}, **more)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def put(service: Running, eval_id: str, headers: dict[str, str] | None = None, **said: Any) -> Any:
    """`PUT` a case's state."""
    body = {"workflow": FLOW, **said}
    return service.client.put(f"/api/evaluation/{eval_id}/state", json=body, headers=headers or {})


def history(service: Running, eval_id: str) -> list[dict[str, Any]]:
    """What was changed, without times."""
    found = service.client.get(f"/api/evaluation/{eval_id}/history")
    assert found.status_code == 200, found.text
    items: list[dict[str, Any]] = found.json()["items"]
    assert [item["number"] for item in items] == list(range(1, len(items) + 1))
    return items


@pytest.mark.parametrize("features", [ADULT, UNSURE, CHILD])
@pytest.mark.parametrize(("decision", "status"), [("ACCEPT", "CLOSED"), ("REJECT", "CLOSED"), ("REVIEW", "OPEN")])
def test_a_person_may_overrule_the_machine_in_either_direction(
    service: Running, features: dict[str, Any], decision: str, status: str
) -> None:
    before = begun(service, features)
    answer = put(service, before["eval_id"], decision=decision, notes="seen\nthe document")
    assert answer.status_code == 200, answer.text
    after = answer.json()
    assert (after["decision"], after["status"], after["notes"]) == (decision, status, "seen\nthe document")
    assert after["decision_at"] > before["decision_at"]
    kept = {name for name in before if name not in {"decision", "decision_at", "status", "notes"}}
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert service.evaluation(before["eval_id"]) == after
    listed = service.client.get("/api/evaluation", params={"decision": decision, "status": status}).json()["items"]
    assert listed[0] == after


def test_what_is_not_named_stays(service: Running) -> None:
    eval_id = begun(service)["eval_id"]
    put(service, eval_id, decision="ACCEPT", status="ON_HOLD", sub_status="callback", notes="one", queue="age")
    first = service.evaluation(eval_id)
    second = put(service, eval_id, notes="two").json()
    assert second == {**first, "notes": "two"}
    third = put(service, eval_id, sub_status=None, queue=None).json()
    assert third == {**second, "sub_status": None, "review_queues": []}
    assert put(service, eval_id, review_queues=["docs"]).json() == {**third, "review_queues": ["docs"]}
    assert put(service, eval_id, review_queues=[]).json() == third


def test_the_history_tells_who_said_what(service: Running) -> None:
    eval_id = begun(service)["eval_id"]
    assert history(service, eval_id) == []
    put(service, eval_id, decision="REJECT", queue="age")
    put(service, eval_id, decision="ACCEPT", notes="mother was there")
    put(service, eval_id, decision="ACCEPT", notes="mother was there")  # says nothing new
    told = history(service, eval_id)
    assert [entry["changed"] for entry in told] == [
        {"decision": [None, "REJECT"], "status": ["OPEN", "CLOSED"], "queue": [None, "age"]},
        {"decision": ["REJECT", "ACCEPT"], "notes": ["", "mother was there"]},
    ]
    assert {entry["by"] for entry in told} == {"test"}
    assert service.evaluation(eval_id)["decision_at"] == told[-1]["at"]


def test_the_history_comes_in_parts(service: Running) -> None:
    eval_id = begun(service)["eval_id"]
    for number in range(5):
        put(service, eval_id, notes=f"note {number}")
    found, cursor = [], None
    while True:
        asked = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        part = service.client.get(f"/api/evaluation/{eval_id}/history", params=asked).json()
        found += [entry["changed"]["notes"][1] for entry in part["items"]]
        cursor = part["next_cursor"]
        if cursor is None:
            break
    assert found == [f"note {number}" for number in range(5)]


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ({}, 422, "badRequest"),
        ({"decision": "accept"}, 422, "badRequest"),
        ({"decision": None}, 422, "badRequest"),
        ({"status": "DONE"}, 422, "badRequest"),
        ({"notes": "a" * 10_001}, 422, "badRequest"),
        ({"notes": "nul \x00"}, 422, "badRequest"),
        ({"sub_status": ""}, 422, "badRequest"),
        ({"queue": "a", "review_queues": ["a"]}, 422, "badRequest"),
        ({"review_queues": ["a", "b"]}, 422, "badRequest"),
        ({"review_queues": None}, 422, "badRequest"),
        ({"by": "somebody else", "notes": "x"}, 422, "badRequest"),
        ({"workflow": "selfie_image", "notes": "x"}, 422, "wrongWorkflow"),
    ],
)
def test_what_is_no_answer_is_refused(service: Running, said: dict[str, Any], status: int, code: str) -> None:
    eval_id = begun(service)["eval_id"]
    before = service.evaluation(eval_id)
    answer = put(service, eval_id, **said)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert service.evaluation(eval_id) == before
    assert history(service, eval_id) == []


def test_what_waits_cannot_be_answered(service: Running) -> None:
    eval_id, _ = service.new_capture()
    said = {"workflow": "selfie_intelligence", "decision": "ACCEPT"}
    answer = service.client.put(f"/api/evaluation/{eval_id}/state", json=said)
    assert (answer.status_code, answer.json()["code"]) == (409, "evaluationPaused")
    assert service.evaluation(eval_id)["decision"] == "REVIEW"


def test_another_environment_has_no_such_case(service: Running) -> None:
    eval_id = begun(service)["eval_id"]
    other = {"Authorization": f"Bearer {PRODUCTION_KEY}"}
    assert put(service, eval_id, other, notes="x").status_code == 404
    for part in ("history", "documents", "state"):
        path = f"/api/evaluation/{eval_id}/{part}"
        assert service.client.get(path, headers=other).status_code in {404, 405}
    assert history(service, eval_id) == []


def tag_of(service: Running, eval_id: str) -> str:
    return str(service.client.get(f"/api/evaluation/{eval_id}").headers["etag"])


def test_only_what_was_read_is_overwritten(service: Running) -> None:
    eval_id = begun(service)["eval_id"]
    seen = tag_of(service, eval_id)
    answer = put(service, eval_id, {"If-Match": seen}, notes="first")
    assert answer.status_code == 200
    assert answer.headers["etag"] == tag_of(service, eval_id) != seen
    late = put(service, eval_id, {"If-Match": seen}, notes="second")
    assert (late.status_code, late.json()["code"]) == (412, "preconditionFailed")
    assert service.evaluation(eval_id)["notes"] == "first"


@pytest.mark.parametrize(
    ("header", "status"),
    [("{tag}", 200), ("*", 200), ('"other", {tag}', 200), ("W/{tag}", 412), ('"other"', 412), ("no tag", 412)],
)
def test_if_match_is_read_as_http_says(service: Running, header: str, status: int) -> None:
    eval_id = begun(service)["eval_id"]
    given = {"If-Match": header.format(tag=tag_of(service, eval_id))}
    assert put(service, eval_id, given, notes="x").status_code == status


@pytest.fixture(scope="module")
def told(service: Running) -> Callable[[str], list[tuple[str, dict[str, Any]]]]:
    """What webhooks tell of an evaluation: type and data, in their order. Somebody listens to all of it."""
    assert service.client.post("/api/webhooks/endpoints", json={"url": NOBODY}).status_code == 201

    def of(eval_id: str) -> list[tuple[str, dict[str, Any]]]:
        query = select(webhook_event.c.body).where(webhook_event.c.eval_id == eval_id).order_by(webhook_event.c.seq)
        with service.services.database.reading() as connection:
            found = [json.loads(body) for body in connection.scalars(query)]
        return [(each["event_type"], each["data"]) for each in found if each["event_type"] != "evaluation_completed"]

    return of


@pytest.mark.parametrize(
    ("said", "events"),
    [
        ({"decision": "ACCEPT"}, ["decision_update", "case_status_updated"]),
        ({"decision": "REVIEW"}, ["decision_update"]),
        ({"status": "ON_HOLD", "sub_status": "callback"}, ["case_status_updated"]),
        ({"notes": "x"}, ["case_notes_added"]),
        ({"queue": "age"}, ["review_case_assigned"]),
        ({"queue": None}, []),
        ({"status": "OPEN"}, []),
        (
            {"decision": "REJECT", "notes": "x", "queue": "age"},
            ["decision_update", "case_status_updated", "case_notes_added", "review_case_assigned"],
        ),
    ],
)
def test_every_change_is_told_once_and_nothing_else(
    service: Running, told: Any, said: dict[str, Any], events: list[str]
) -> None:
    eval_id = begun(service)["eval_id"]
    present = put(service, eval_id, **said).json()
    put(service, eval_id, **said)
    assert [event for event, _ in told(eval_id) if event != "reevaluation"] == events
    assert all(data == present for event, data in told(eval_id) if event in events)


def test_a_refused_change_is_not_told(service: Running, told: Any) -> None:
    eval_id = begun(service)["eval_id"]
    put(service, eval_id, {"If-Match": '"other"'}, notes="x")
    assert [event for event, _ in told(eval_id) if event != "reevaluation"] == []


def test_nothing_is_written_to_what_was_erased(service: Running) -> None:
    eval_id = begun(service)["eval_id"]
    put(service, eval_id, notes="seen her passport", decision="ACCEPT")
    owner = service.services.links.passkey_owner
    erase_evaluation(service.services.database, eval_id, service.clock.now(), owner)
    answer = put(service, eval_id, notes="once more")
    assert (answer.status_code, answer.json()["code"]) == (409, "evaluationErased")
    present = service.evaluation(eval_id)
    assert (present["notes"], present["decision"]) == ("", "ACCEPT")
    assert "passport" not in str(history(service, eval_id))
    label = {"id": ERASED, "workflow": FLOW, "fraud_label": "fraud"}
    assert service.client.put("/api/feedback", json=label).status_code == 404


def at_once(number: int, each: Any) -> list[Any]:
    """The answers of as many threads that begin together."""
    barrier, answers = threading.Barrier(number), []

    def one(place: int) -> None:
        barrier.wait()
        answers.append(each(place))

    threads = [threading.Thread(target=one, args=(place,)) for place in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def race(service: Running, with_tag: bool) -> None:
    """Of several who answer one case at once each that was told *200* is in the history, and no other."""
    lost = 412 if with_tag else 409
    seen_lost = False
    for _ in range(5):
        eval_id = begun(service)["eval_id"]
        headers = {"If-Match": tag_of(service, eval_id)} if with_tag else {}

        def one(place: int, eval_id: str = eval_id, headers: dict[str, str] = headers) -> Any:
            return put(service, eval_id, headers, notes=f"by {place}")

        answers = at_once(6, one)
        good = [answer for answer in answers if answer.status_code == 200]
        assert {answer.status_code for answer in answers} <= {200, lost}
        assert len(good) == 1 if with_tag else len(good) >= 1
        told = [entry["changed"]["notes"][1] for entry in history(service, eval_id)]
        assert len(told) == len(good)
        assert service.evaluation(eval_id)["notes"] == told[-1]
        seen_lost |= len(good) < len(answers)
    assert seen_lost


@pytest.mark.parametrize("with_tag", [True, False])
def test_of_several_at_once_nobody_overwrites_what_they_have_not_seen(service: Running, with_tag: bool) -> None:
    race(service, with_tag)


@pytest.mark.postgres
def test_of_several_at_once_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    with running(tmp_path, database_url=postgres_url) as started:
        race(started, with_tag=True)
        race(started, with_tag=False)


def test_a_retry_changes_nothing_again(service: Running) -> None:
    eval_id = begun(service)["eval_id"]
    retry = {"Idempotency-Key": "k-1", "If-Match": tag_of(service, eval_id)}
    first = put(service, eval_id, retry, notes="one")
    put(service, eval_id, notes="two")
    again = put(service, eval_id, retry, notes="one")
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json()["notes"] == "two"
    other = put(service, eval_id, {"Idempotency-Key": "k-1"}, notes="three")
    assert (other.status_code, other.json()["code"]) == (409, "idempotencyConflict")
    assert len(history(service, eval_id)) == 2


def test_a_key_stands_for_one_request_whatever_it_was(service: Running) -> None:
    first = begun(service, headers={"Idempotency-Key": "k-2"})
    answer = put(service, first["eval_id"], {"Idempotency-Key": "k-2"}, notes="one")
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotencyConflict")
    assert begun(service, headers={"Idempotency-Key": "k-2"})["eval_id"] == first["eval_id"]
    put(service, first["eval_id"], {"Idempotency-Key": "k-3"}, notes="one")
    body = {"id": "ada", "timestamp": NOW, "workflow": FLOW, "data": {"features": UNSURE}}
    assert service.client.post("/api/evaluation", json=body, headers={"Idempotency-Key": "k-3"}).status_code == 409


def test_the_same_retry_twice_at_once_is_one_change(service: Running) -> None:
    eval_id = begun(service)["eval_id"]
    answers = at_once(6, lambda _: put(service, eval_id, {"Idempotency-Key": "k-4"}, notes="once"))
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert 200 in {answer.status_code for answer in answers}
    assert len(history(service, eval_id)) == 1
