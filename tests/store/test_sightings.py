"""What is known again: counted in its environment only, readable by nobody else, gone after its time."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.exceptions import InvalidTag
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from engine.contracts import Outcome, Sighting
from engine.store.database import Database
from engine.store.evaluations import Ended, Started
from engine.store.sightings import MOST, MOST_RECALLED, SHORT, Sightings, fair_share
from engine.store.tables import evaluation, sighting
from tests.store.conftest import evaluations_of, sightings_of

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
MONTH = timedelta(days=30)
ADA = Sighting("customer", "ada")


def ended(outcome: Outcome, at: datetime, seen: Sequence[Sighting]) -> Ended:
    """How an evaluation ended, as far as it matters here."""
    return Ended(at, outcome, None, {}, [], [], {}, [], None, None, tuple(seen))


def evaluated(
    database: Database, *seen: Sighting, outcome: Outcome = "reject", at: datetime = NOW, scope: str = "Sandbox"
) -> str:
    """One evaluation that left these sightings."""
    eval_id = str(uuid.uuid4())
    started = Started(eval_id, scope, "c", "w", "0" * 64, "standard", "capture", {}, at, at)
    evaluations = evaluations_of(database)
    with database.writing() as connection:
        evaluations.begin(connection, started, None, ended(outcome, at, seen))
    return eval_id


@pytest.fixture
def seen(database: Database) -> Sightings:
    """The table."""
    return sightings_of(database)


def count(seen: Sightings, key: str = "ada", outcomes: Sequence[Outcome] | None = None, kind: str = "customer") -> int:
    """How often, in the last day."""
    counts = seen.counts("Sandbox", kind, key, NOW - DAY)
    return sum(n for outcome, n in counts.items() if outcomes is None or outcome in outcomes)


def test_evaluations_are_counted_by_outcome_and_time(database: Database, seen: Sightings) -> None:
    assert count(seen) == 0
    outcomes: tuple[Outcome, ...] = ("accept", "review", "review", "reject")
    for outcome in outcomes:
        evaluated(database, ADA, outcome=outcome)
    evaluated(database, ADA, at=NOW - DAY)
    evaluated(database, ADA, at=NOW - DAY - timedelta(seconds=1))
    assert count(seen) == 5
    assert count(seen, outcomes=["reject", "review"]) == 4
    assert count(seen, outcomes=["accept"]) == 1
    assert count(seen, outcomes=[]) == 0


def test_nothing_else_is_counted(database: Database, seen: Sightings) -> None:
    evaluated(database, ADA)
    evaluated(database, ADA, scope="Production")
    evaluated(database, Sighting("device", "ada"), Sighting("customer", "Ada"))
    assert count(seen) == 1
    assert sum(seen.counts("Production", "customer", "ada", NOW - DAY).values()) == 1
    assert seen.counts("", "customer", "ada", NOW - DAY) == {}


def test_one_evaluation_counts_once_however_often_it_saw_it(database: Database, seen: Sightings) -> None:
    evaluated(database, ADA, ADA, Sighting("customer", "ada", b"more"), Sighting("customer", "ada", b"other"))
    assert count(seen) == 1


def test_what_the_keys_of_a_sighting_may_hold(database: Database, seen: Sightings) -> None:
    odd = ["", "\0", "a" * 100_000, "\ud800", '","', "2001:db8::/64"]
    evaluated(database, *(Sighting("address", key) for key in odd))
    assert [count(seen, key, kind="address") for key in odd] == [1] * len(odd)
    assert seen.counts('Sandbox", "x', "address", "", NOW - DAY) == {}


def test_an_evaluation_that_does_not_end_leaves_nothing(database: Database, seen: Sightings) -> None:
    eval_id = evaluated(database, ADA)
    evaluations = evaluations_of(database)
    found = evaluations.find(eval_id)
    assert found
    with pytest.raises(IntegrityError), database.writing() as connection:
        evaluations.end(connection, found.started, ended("accept", NOW, [ADA]))
    assert count(seen) == 1


def test_what_an_evaluation_saw_in_several_walks_counts_once_and_by_its_end(
    database: Database, seen: Sightings
) -> None:
    started = Started(str(uuid.uuid4()), "Sandbox", "c", "w", "0" * 64, "standard", "capture", {}, NOW, NOW)
    evaluations, device = evaluations_of(database), Sighting("device", "hers")
    with database.writing() as connection:
        evaluations.begin(connection, started)
        evaluations.see(connection, started, [ADA, device], NOW, "review")
    assert (count(seen), count(seen, outcomes=["reject"])) == (1, 0)
    with database.writing() as connection:
        evaluations.end(connection, started, ended("reject", NOW, [ADA, Sighting("device", "his")]), waited=True)
    assert (count(seen), count(seen, outcomes=["review"]), count(seen, outcomes=["reject"])) == (1, 0, 1)
    assert [count(seen, key, kind="device") for key in ("hers", "his")] == [1, 1]
    with database.reading() as connection:
        rows = connection.execute(select(sighting.c.number, sighting.c.first).order_by(sighting.c.number)).all()
    assert rows == [(0, True), (1, True), (2, False), (3, True)]


def test_a_transaction_that_fails_leaves_nothing(database: Database, seen: Sightings) -> None:
    started = Started("e", "Sandbox", "c", "w", "0" * 64, "standard", "still", {}, NOW, NOW)

    def stopped() -> None:
        with database.writing() as connection:
            evaluations_of(database).begin(connection, started, None, ended("reject", NOW, [ADA]))
            raise RuntimeError("the transaction is not committed")

    with pytest.raises(RuntimeError):
        stopped()
    assert count(seen) == 0


def test_details_come_back_newest_first(database: Database, seen: Sightings) -> None:
    for number in range(3):
        at = NOW - timedelta(minutes=number)
        evaluated(database, Sighting("media", f"band{number % 2}", bytes([number])), at=at)
    found = seen.recall("Sandbox", "media", ["band0", "band1", "none"], NOW - DAY)
    assert found == (
        Sighting("media", "band0", b"\0"),
        Sighting("media", "band1", b"\1"),
        Sighting("media", "band0", b"\2"),
    )
    assert seen.recall("Sandbox", "media", ["band0"], NOW - timedelta(seconds=30)) == found[:1]
    assert seen.recall("Production", "media", ["band0"], NOW - DAY) == ()
    assert seen.recall("Sandbox", "media", [], NOW - DAY) == ()


def test_many_keys_are_asked_and_a_bounded_number_is_answered(database: Database, seen: Sightings) -> None:
    for number in range(20):
        at = NOW - timedelta(seconds=number)
        evaluated(database, *(Sighting("media", f"{number}-{band}", bytes([number])) for band in range(MOST)), at=at)
    keys = [f"{number}-{band}" for number in range(20) for band in range(MOST)]
    found = seen.recall("Sandbox", "media", [*keys, *keys], NOW - DAY)
    assert len(found) == MOST_RECALLED
    assert [one.detail[0] for one in found] == sorted(one.detail[0] for one in found)


def test_nothing_of_it_can_be_read_in_the_table(database: Database, seen: Sightings) -> None:
    evaluated(database, Sighting("address", "203.0.113.77", b"seen at the door"))
    with database.reading() as connection:
        row = connection.execute(select(sighting)).one()
    assert (len(row.key), row.kind) == (32, "address")
    assert b"door" not in row.detail
    assert b"203.0.113" not in row.key + row.detail


@pytest.mark.parametrize("other", [Sighting("media", "two", b"2"), Sighting("print", "one", b"2")])
def test_a_detail_that_was_moved_is_not_believed(database: Database, seen: Sightings, other: Sighting) -> None:
    mine, theirs = evaluated(database, Sighting("media", "one", b"1")), evaluated(database, other)
    with database.writing() as connection:
        stolen = connection.scalars(select(sighting.c.detail).where(sighting.c.eval_id == theirs)).one()
        connection.execute(update(sighting).where(sighting.c.eval_id == mine).values(detail=stolen))
    with pytest.raises(InvalidTag):
        seen.recall("Sandbox", "media", ["one"], NOW - DAY)


def test_rows_are_gone_after_their_time(database: Database, seen: Sightings) -> None:
    short, long = ("customer", "device", "print", "address", "other"), ("frame", "media")
    for age in (timedelta(), SHORT, SHORT + timedelta(seconds=1), MONTH, MONTH + timedelta(seconds=1)):
        evaluated(database, *(Sighting(kind, "k") for kind in (*short, *long)), at=NOW - age)
    assert seen.prune(NOW, MONTH) == 3 * len(short) + len(long)
    assert seen.prune(NOW, MONTH) == 0
    far = NOW - 400 * DAY
    assert {kind: sum(seen.counts("Sandbox", kind, "k", far).values()) for kind in (*short, *long)} == {
        **dict.fromkeys(short, 2),
        **dict.fromkeys(long, 4),
    }


def test_a_talkative_provider_crowds_nobody_out() -> None:
    media = [Sighting("media", str(number)) for number in range(500)]
    frames = [Sighting("frame", str(number)) for number in range(24)]
    share = fair_share([*media, *frames, ADA, ADA])
    assert len(share) == MOST
    assert share.count(ADA) == 1
    assert [one for one in share if one.kind == "frame"] == frames
    assert [one for one in share if one.kind == "media"] == media[: MOST - 25]


def test_only_so_many_are_stored(database: Database) -> None:
    evaluated(database, *(Sighting("media", str(number)) for number in range(MOST + 1)))
    with database.reading() as connection:
        assert len(connection.execute(select(sighting)).all()) == MOST


def test_a_count_reads_its_index_only(database: Database, seen: Sightings) -> None:
    if not database.is_sqlite:
        pytest.skip("only SQLite tells its plan before the table has grown")
    evaluated(database, ADA)
    asked = "SELECT count(*) FROM sighting WHERE key = x'00' AND at >= '2026' AND first = 1 AND outcome IN ('reject')"
    with database.reading() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}").all()
    assert "COVERING INDEX ix_sighting_counted" in str(plan)


def test_rows_of_an_evaluation_that_is_not_there_are_refused(database: Database) -> None:
    row = {"eval_id": "none", "number": 0, "kind": "k", "picture": False, "key": b"k" * 32, "first": True}
    with pytest.raises(Exception, match=r"(?i)foreign key"), database.writing() as connection:
        connection.execute(insert(sighting).values(**row, at=NOW, outcome="accept", detail=b""))
    with database.reading() as connection:
        assert connection.execute(select(evaluation)).all() == []
