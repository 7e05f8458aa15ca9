"""Cases, labels and the list on both databases: of two changes at once one wins, and filters look into JSON alike."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from engine.store import labels as store_labels
from engine.store.cases import Case, CaseChanged, Cases
from engine.store.database import Database
from engine.store.evaluations import Retry
from engine.store.labels import Label, Labels
from engine.store.listing import Listing, Search
from engine.store.retries import Retries
from engine.store.tables import api_key, evaluation, outcome, run

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
SEARCH = Search("Sandbox", 100)


def evaluated(
    database: Database, customer: str = "ada", at: datetime = NOW, eval_id: str | None = None, **ended: Any
) -> str:
    """One evaluation that ended, or that waits where nothing is said of its end."""
    eval_id = eval_id or str(uuid.uuid4())
    row = {
        "eval_id": eval_id,
        "environment": "Sandbox",
        "customer_id": customer,
        "workflow": "w",
        "workflow_sha256": "0" * 64,
        "strategy": "standard",
        "evidence_kind": "features",
        "context": {},
        "requested_at": at,
        "started_at": at,
    }
    empty = {"features": {}, "given": [], "failures": [], "models": {}, "policies": []}
    with database.writing() as connection:
        connection.execute(insert(evaluation).values(row))
        if ended:
            connection.execute(insert(outcome).values(**{**empty, "eval_id": eval_id, "decided_at": at, **ended}))
    return eval_id


def untouched(eval_id: str) -> Case:
    return Case(eval_id, 0, "OPEN")


def stored(database: Database, before: Case, after: Case, by: str = "k") -> Any:
    with database.writing() as connection:
        return Cases(database).store(connection, before, after, by=by, at=NOW)


def at_once(number: int, each: Callable[[int], Any]) -> list[Any]:
    """What as many threads that begin together came to: an answer or an exception."""
    barrier, found = threading.Barrier(number), []

    def one(place: int) -> None:
        barrier.wait()
        try:
            found.append(each(place))
        except Exception as error:
            found.append(error)

    threads = [threading.Thread(target=one, args=(place,)) for place in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_of_two_who_read_the_same_one_wins(database: Database) -> None:
    before, cases = untouched(evaluated(database, outcome="review")), Cases(database)
    assert stored(database, before, replace(before, notes="one")) == {"notes": ["", "one"]}
    with pytest.raises(CaseChanged):
        stored(database, before, replace(before, notes="two"))
    now = cases.get(before.eval_id)
    assert now == replace(before, version=1, notes="one")
    assert stored(database, now, replace(now, decision="accept")) == {"decision": [None, "accept"]}
    with pytest.raises(CaseChanged):
        stored(database, now, replace(now, decision="reject"))
    assert [event.number for event in cases.history(before.eval_id)] == [1, 2]


@pytest.mark.parametrize("touched", [False, True])
def test_of_many_at_once_one_wins(database: Database, touched: bool) -> None:
    before, cases = untouched(evaluated(database, outcome="review")), Cases(database)
    if touched:
        stored(database, before, replace(before, notes="before"))
        before = replace(before, version=1, notes="before")
    found = at_once(5, lambda place: stored(database, before, replace(before, notes=f"by {place}")))
    won = [each for each in found if isinstance(each, dict)]
    assert len(won) == 1, found
    assert [type(each) for each in found if each not in won] == [CaseChanged] * 4
    assert cases.history(before.eval_id)[-1].changed == won[0]


def test_notes_in_the_history_are_numbered_while_others_write(database: Database) -> None:
    eval_id, cases = evaluated(database, outcome="review"), Cases(database)
    found = at_once(6, lambda place: cases.note(eval_id, {"frames": [None, "read"]}, by=str(place), at=NOW))
    assert found == [None] * 6
    assert [event.number for event in cases.history(eval_id)] == list(range(1, 7))


def test_what_changes_nothing_leaves_no_trace(database: Database) -> None:
    before = untouched(evaluated(database, outcome="review"))
    assert stored(database, before, before) == {}
    assert Cases(database).get(before.eval_id) is None
    queued = replace(before, queue="age", priority=2, due_at=NOW)
    assert stored(database, before, queued) == {"queue": [None, "age"]}
    assert Cases(database).get(before.eval_id) == replace(queued, version=1)


def test_a_decision_has_the_time_of_its_last_change(database: Database) -> None:
    before, cases = untouched(evaluated(database, outcome="review")), Cases(database)
    later = NOW + timedelta(hours=1)
    with database.writing() as connection:
        cases.store(connection, before, replace(before, decision="reject"), by="k", at=later)
    one = replace(before, version=1, decision="reject")
    with database.writing() as connection:
        cases.store(connection, one, replace(one, notes="x"), by="k", at=later + timedelta(hours=1))
    assert cases.decided_at([before.eval_id]) == {before.eval_id: later}


def test_the_newest_label_and_the_newest_evaluation_count(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_labels, "CHUNK", 3)
    labels, hour = Labels(database), timedelta(hours=1)
    customers = [f"c-{number}" for number in range(8)]
    for each in customers:
        evaluated(database, each, NOW - hour, outcome="accept")
    newest = {(each, "w"): evaluated(database, each, outcome="accept") for each in customers}
    assert labels.newest_evaluations("Sandbox", newest) == newest
    assert labels.newest_evaluations("Production", newest) == {}
    eval_id = newest[customers[0], "w"]
    made = [
        Label("Sandbox", customers[0], "w", eval_id, word, {"note": "n"}, NOW + at, "k")
        for word, at in (("fraud", hour), ("good", 2 * hour), ("scam", 0 * hour))
    ]
    with database.writing() as connection:
        added = labels.add(connection, made)
    with database.reading() as connection:
        assert labels.of(connection, [eval_id])[eval_id][-1] == added[1]
    found = labels.search("Sandbox", customer_id=customers[0])
    assert [label.fraud_label for label in found] == ["good", "fraud", "scam"]
    rest = labels.search("Sandbox", before=(found[0].at, found[0].id))
    assert rest == found[1:]


def test_the_same_retry_is_kept_once(database: Database) -> None:
    eval_id, retries, retry = evaluated(database, outcome="review"), Retries(database), Retry("key", "k", "0" * 64)
    row = {"id": "key", "name": "n", "environment": "Sandbox", "sha256": "0" * 64, "edits_policies": False}
    with database.writing() as connection:
        connection.execute(insert(api_key).values(**row, created_at=NOW))
    assert retries.find(retry) is None

    def keep(_place: int) -> None:
        with database.writing() as connection:
            retries.keep(connection, retry, eval_id, NOW)

    found = at_once(3, keep)
    assert sorted(type(each).__name__ for each in found) == ["IntegrityError", "IntegrityError", "NoneType"]
    assert retries.find(retry) == (eval_id, True)
    assert retries.find(replace(retry, body_sha256="1" * 64)) == (eval_id, False)


def test_filters_look_into_what_is_stored(database: Database) -> None:
    policies = [{"policy": "p", "reasons": ["I834"]}, {"policy": "q", "reasons": ["R845", "R1301"]}]
    failed = [{"provider": "face", "cause": "provider", "reason": "x"}]
    names = {
        "plain": evaluated(database, outcome="accept", policies=policies[:1]),
        "coded": evaluated(database, outcome="reject", policies=policies),
        "tagged": evaluated(database, outcome="review", route={"tags": ["vip", "new"], "computed": {"a": "old"}}),
        "failed": evaluated(database, outcome="review", failures=failed, sub_status="expired"),
        "outside": evaluated(database),
        "early": evaluated(database),
    }
    with database.writing() as connection:
        row = {"version": 1, "state": {}, "waits_for": "outside", "updated_at": NOW}
        connection.execute(insert(run).values(eval_id=names["outside"], **row))
    before = untouched(names["tagged"])
    stored(database, before, replace(before, status="ON_HOLD", decision="accept", queue="age", sub_status="call"))

    def found(**asked: Any) -> set[str]:
        known = {eval_id: name for name, eval_id in names.items()}
        return {known[each.started.eval_id] for each in Listing(database).search(replace(SEARCH, **asked))}

    assert found() == set(names)
    assert found(reason="I834") == {"plain", "coded"}
    assert found(reason="R1301") == {"coded"}
    assert found(reason="R1002") == {"failed"}
    assert found(reason='I834", "R') == set()
    assert found(tag="vip") == {"tagged"}
    assert found(tag="old") == set()
    assert found(decision="accept") == {"plain", "tagged"}
    assert found(decision="review") == {"failed"}
    assert found(status="ON_HOLD") == {"tagged", "outside", "early"}
    assert found(status="OPEN") == {"failed"}
    assert found(status="evaluation_paused") == {"outside", "early"}
    assert found(sub_status="awaiting_outside") == {"outside"}
    assert found(sub_status="awaiting_capture") == {"early"}
    assert found(sub_status="call") == {"tagged"}
    assert found(sub_status="expired") == {"failed"}
    assert found(queue="age", tag="new") == {"tagged"}
    assert found(begun_from=NOW, begun_to=NOW) == set()
    assert found(begun_from=NOW) == set(names)
    assert found(text=names["plain"][:13]) == {"plain"}
    assert found(environment="Production") == set()


def test_a_place_stays_where_it_is(database: Database) -> None:
    """Evaluations of one moment are told apart by their ids."""
    ids = [evaluated(database, eval_id=str(uuid.UUID(int=number)), outcome="accept") for number in (5, 1, 9, 3)]
    first = Listing(database).search(replace(SEARCH, limit=2))
    assert [each.started.eval_id for each in first] == sorted(ids, reverse=True)[:2]
    evaluated(database, eval_id=str(uuid.UUID(int=7)), outcome="accept")
    evaluated(database, at=NOW + timedelta(seconds=1), outcome="accept")
    last = first[-1].started
    rest = Listing(database).search(replace(SEARCH, before=(last.started_at, last.eval_id)))
    assert [each.started.eval_id for each in rest] == sorted(ids, reverse=True)[2:]
