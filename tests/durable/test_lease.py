"""Who is at work: nobody is taken for dead by a clock, one of several takes over, and what is left is found."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from engine.store.database import Database
from engine.store.executors import Executors
from engine.workflow.durable import reaping
from engine.workflow.durable.lease import Beat, Watch
from engine.workflow.durable.reaping import Reaper

LOOKS = 3
START = datetime(2026, 5, 1, 12, tzinfo=UTC)


class Jumping:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        """As it was set."""
        return self.at


class Carried:
    """What processes carry, as DBOS would tell it."""

    def __init__(self, **carried: list[str]) -> None:
        self.of = carried
        self.resumed: list[str] = []

    def pending(self, executor_id: str, most: int) -> Sequence[str]:
        """At most so many."""
        return [each for each in self.of.get(executor_id, []) if each not in self.resumed][:most]

    def resume(self, ids: Sequence[str]) -> None:
        """Taken over."""
        self.resumed += ids


@pytest.fixture
def clock() -> Jumping:
    """At noon."""
    return Jumping()


@pytest.fixture
def register(embedded: Database, clock: Jumping) -> Executors:
    """By that clock."""
    return Executors(embedded, clock)


def reaper(name: str, register: Executors, carried: Carried) -> Reaper:
    """At work."""
    register.enter(name)
    return Reaper(name, register, Watch(LOOKS), carried.pending, carried.resume)


def test_a_silent_process_is_taken_over_and_forgotten(database: Database, clock: Jumping) -> None:
    register = Executors(database, clock)
    carried = Carried(dead=["a", "b"])
    alive = reaper("alive", register, carried)
    register.enter("dead")
    for _ in range(LOOKS):
        clock.at += timedelta(seconds=5)
        assert alive.beat_and_look() == 0
    assert alive.beat_and_look() == 2
    assert carried.resumed == ["a", "b"]
    assert set(register.all()) == {"alive"}


def test_who_takes_over_much_beats_meanwhile(
    database: Database, clock: Jumping, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each part may take as long as a look: a third process that looks after every part must not see silence."""
    monkeypatch.setattr(reaping, "AT_ONCE", 1)
    register = Executors(database, clock)
    carried = Carried(dead=[str(number) for number in range(3 * LOOKS)])
    third, seen = Watch(LOOKS), []
    alive = reaper("alive", register, carried)
    resume = carried.resume

    def looked_at(ids: Sequence[str]) -> None:
        resume(ids)
        seen.extend(third.silent({"alive": register.all()["alive"]}))

    alive._resume = looked_at
    register.enter("dead")
    while not carried.resumed:
        alive.beat_and_look()
    assert len(carried.resumed) == 3 * LOOKS
    assert seen == []


JUMPS: list[Callable[[int], timedelta]] = [
    lambda _look: timedelta(days=1),
    lambda _look: timedelta(days=-1),
    lambda look: timedelta(hours=10) * (-1) ** look,
    lambda _look: timedelta(0),
]


@pytest.mark.parametrize("jump", JUMPS, ids=["forward", "back", "to and fro", "still"])
def test_no_clock_takes_a_living_process_for_dead(
    register: Executors, clock: Jumping, jump: Callable[[int], timedelta]
) -> None:
    carried = Carried(one=["a"], two=["b"])
    one, two = reaper("one", register, carried), reaper("two", register, carried)
    for look in range(5 * LOOKS):
        clock.at += jump(look)
        assert one.beat_and_look() == 0
        assert two.beat_and_look() == 0
    assert carried.resumed == []
    assert set(register.all()) == {"one", "two"}


def test_a_database_that_was_away_makes_nobody_look_dead(register: Executors) -> None:
    carried = Carried(other=["a"])
    one = reaper("one", register, carried)
    register.enter("other")
    beat, away = register.beat, False

    def beaten(name: str) -> None:
        if away:
            raise ConnectionError("away")
        beat(name)

    register.beat = beaten  # type: ignore[method-assign]
    for _ in range(LOOKS):
        one.beat_and_look()
    away = True
    with pytest.raises(ConnectionError):
        one.beat_and_look()
    away = False
    assert one.beat_and_look() == 0, "nobody could beat meanwhile"
    assert carried.resumed == []


def test_one_that_left_is_taken_over_soon(register: Executors) -> None:
    carried = Carried(left=["a"])
    alive = reaper("alive", register, carried)
    register.enter("left")
    register.leave("left")
    assert alive.beat_and_look() == 0
    assert alive.beat_and_look() == 1


def test_one_of_many_takes_over(database: Database, clock: Jumping) -> None:
    register = Executors(database, clock)
    register.enter("dead")
    seen = register.all()["dead"]
    with ThreadPoolExecutor(8) as pool:
        claims = list(pool.map(lambda _: register.claim("dead", seen), range(8)))
    assert sum(claims) == 1
    assert register.all()["dead"].has_left


def test_who_dies_while_taking_over_is_followed_by_the_next(register: Executors) -> None:
    carried = Carried(dead=["a"])
    register.enter("dead")
    assert register.claim("dead", register.all()["dead"])  # and then nothing: it died as well
    next_one = reaper("next", register, carried)
    assert next_one.beat_and_look() == 0
    assert next_one.beat_and_look() == 1
    assert carried.resumed == ["a"]


def test_one_that_was_taken_for_dead_and_beats_is_at_work_again(register: Executors) -> None:
    one = reaper("one", register, Carried())
    assert register.claim("one", register.all()["one"])
    one.beat_and_look()
    assert not register.all()["one"].has_left
    register.claim("one", register.all()["one"])
    register.forget("one")
    one.beat_and_look()
    assert not register.all()["one"].has_left


def test_who_carries_and_is_in_no_register_is_noted(register: Executors) -> None:
    carried = Carried(unknown=["a"])
    alive = reaper("alive", register, carried)
    alive.adopt({"unknown", "alive"})
    assert [alive.beat_and_look() for _ in range(2)] == [0, 1]


def test_silence_is_counted_in_looks() -> None:
    watch = Watch(2)
    first, second, left = Beat("1", has_left=False), Beat("2", has_left=False), Beat("3", has_left=True)
    assert watch.silent({"a": first}) == []
    assert watch.silent({"a": first}) == []
    assert watch.silent({"a": second}) == []
    assert watch.silent({"a": second, "b": left}) == []
    assert watch.silent({"a": second, "b": left}) == ["a", "b"]
    assert watch.silent({"b": left}) == ["b"]
    assert watch.silent({"a": second}) == [], "one that was away begins anew"
    watch.start_over()
    assert watch.silent({"a": second}) == []
