"""The list: every filter alone and together, and parts that neither miss nor repeat while evaluations come in."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import insert

from engine.service.wire.answers import timestamp
from engine.store.tables import outcome
from tests.service.conftest import PRODUCTION_KEY, Running, running
from tests.service.flows import written
from tests.service.test_desk import ADULT, CHILD, FLOW, UNSURE, put

Names = dict[str, str]
TAGGING = """
workflow: tagging
title: Gives tags
evidence: features
accepts_features: true
steps:
  - {id: decide, step: policy, policies: [near]}
  - {id: mark, step: set, tags: [vip, new]}
  - {id: done, step: end}
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One application for all; what a test adds it asks for by something of its own."""
    folder = tmp_path_factory.mktemp("listing")
    with running(folder, policies=written(folder, tagging=TAGGING)) as started:
        yield started


@pytest.fixture(scope="module")
def names(service: Running) -> Names:
    """Evaluations of every kind, by a name each."""

    def ended(features: Any, strategy: str = "standard") -> str:
        data = {"features": features, "strategy": strategy}
        return str(service.post(FLOW, data).json()["eval_id"])

    found = {"adult": ended(ADULT), "child": ended(CHILD), "unsure": ended(UNSURE), "strict": ended(ADULT, "strict")}
    found |= {"approved": ended(UNSURE), "queued": ended(UNSURE), "held": ended(CHILD)}
    found["tagged"] = str(service.post("tagging", {"features": ADULT}).json()["eval_id"])
    found["waiting"], _ = service.new_capture()
    expired, _ = service.new_capture()
    put(service, found["approved"], decision="ACCEPT")
    put(service, found["queued"], queue="age")
    put(service, found["held"], status="ON_HOLD", sub_status="callback", queue="age")
    with service.services.database.writing() as connection:
        connection.execute(
            insert(outcome).values(
                eval_id=expired,
                decided_at=service.clock.now(),
                outcome="review",
                sub_status="expired",
                features={},
                given=[],
                failures=[{"provider": "capture", "cause": "provider", "reason": "broken"}],
                models={},
                policies=[],
            )
        )
    return {**found, "expired": expired}


def listed(service: Running, **asked: Any) -> list[str]:
    answer = service.client.get("/api/evaluation", params={"limit": 200, **asked})
    assert answer.status_code == 200, answer.text
    return [item["eval_id"] for item in answer.json()["items"]]


FILTERS: list[tuple[dict[str, str], str]] = [
    ({"workflow": "selfie_intelligence"}, "waiting expired"),
    ({"decision": "ACCEPT"}, "adult strict approved tagged"),
    ({"decision": "reject"}, "child held"),
    ({"decision": "REVIEW"}, "unsure queued expired"),
    ({"status": "evaluation_paused"}, "waiting"),
    ({"status": "OPEN"}, "unsure queued expired"),
    ({"status": "ON_HOLD"}, "held waiting"),
    ({"status": "CLOSED"}, "adult child strict approved tagged"),
    ({"sub_status": "callback"}, "held"),
    ({"sub_status": "expired"}, "expired"),
    ({"sub_status": "awaiting_capture"}, "waiting"),
    ({"queue": "age"}, "queued held"),
    ({"queue": "age", "status": "OPEN"}, "queued"),
    ({"tag": "vip"}, "tagged"),
    ({"tag": "vi"}, ""),
    ({"strategy": "strict"}, "strict"),
    ({"reason": "R845"}, "child held"),
    ({"reason": "R845", "queue": "age"}, "held"),
    ({"reason": "R1002"}, "expired"),
    ({"reason": '"]'}, ""),
    ({"workflow": "none"}, ""),
]


@pytest.mark.parametrize(("asked", "wanted"), FILTERS, ids=[" ".join(each) for each, _ in FILTERS])
def test_every_filter(service: Running, names: Names, asked: dict[str, str], wanted: str) -> None:
    known = {eval_id: name for name, eval_id in names.items()}
    found = [known[eval_id] for eval_id in listed(service, **asked) if eval_id in known]
    assert sorted(found) == sorted(wanted.split())


def test_the_list_says_what_each_answer_says(service: Running, names: Names) -> None:
    items = service.client.get("/api/evaluation", params={"limit": 200}).json()["items"]
    assert items == [service.evaluation(item["eval_id"]) for item in items]
    assert set(names.values()) <= {item["eval_id"] for item in items}


def test_from_and_to(service: Running, names: Names) -> None:
    begun = {name: service.evaluation(eval_id)["eval_start_time"] for name, eval_id in names.items()}
    found = listed(service, **{"from": begun["child"], "to": begun["strict"]})
    assert {names["child"], names["unsure"]} <= set(found)
    assert not {names["adult"], names["strict"]} & set(found)


def test_parts_neither_miss_nor_repeat_while_evaluations_come_in(service: Running, names: Names) -> None:
    before, found, cursor = listed(service), [], None
    stop = threading.Event()

    def keep_coming() -> None:
        while not stop.is_set():
            service.post(FLOW, {"features": ADULT})

    others = [threading.Thread(target=keep_coming) for _ in range(2)]
    for other in others:
        other.start()
    while True:
        asked = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        part = service.client.get("/api/evaluation", params=asked).json()
        found += [item["eval_id"] for item in part["items"]]
        cursor = part["next_cursor"]
        if cursor is None or len(found) > 1000:
            break
    stop.set()
    for other in others:
        other.join()
    assert len(found) == len(set(found))
    assert [eval_id for eval_id in found if eval_id in before] == before
    assert set(listed(service)) > set(before), "some came in meanwhile"


def test_another_environment_sees_nothing(service: Running, names: Names) -> None:
    other = {"Authorization": f"Bearer {PRODUCTION_KEY}"}
    for asked in ({}, {"queue": "age"}, {"tag": "vip"}, {"reason": "R845"}):
        answer = service.client.get("/api/evaluation", params=asked, headers=other)
        assert answer.json() == {"items": [], "next_cursor": None}


@pytest.mark.parametrize(
    "asked",
    [
        {"limit": 0},
        {"limit": 201},
        {"status": "open"},
        {"from": "2026-05-01"},
        {"to": "0001-01-01T00:00:00+14:00"},
        {"queue": ""},
        {"tag": "\x00"},
        {"cursor": "bm90IGEgcGxhY2U"},
        {"cursor": "WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzE0OjAwIiwgIjAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDAwMCJd"},
        {"cursor": "é"},
    ],
)
def test_what_cannot_be_asked_is_refused(service: Running, asked: dict[str, Any]) -> None:
    answer = service.client.get("/api/evaluation", params=asked)
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] in {"badRequest", "badCursor"}


def test_a_time_as_it_was_answered_can_be_asked_for(service: Running, names: Names) -> None:
    assert listed(service, to=timestamp(service.clock.now()))
