"""A run as JSON: what was written is read again, and equal runs have equal bytes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.contracts import Sighting
from engine.workflow.plain_json import canonical
from engine.workflow.state import Pass, Queued, Run, Shadowed, Start, Taken, Told, Waits

NAMES = st.sampled_from(["a", "b.c", "ß", "z_9", ""])
SCALARS = st.one_of(
    st.booleans(), st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False), NAMES
)
VALUES = st.one_of(st.none(), SCALARS, st.lists(st.one_of(st.none(), SCALARS), max_size=3))
FEATURES = st.dictionaries(NAMES, VALUES, max_size=4)
ROWS = st.lists(st.dictionaries(NAMES, st.one_of(VALUES, FEATURES), max_size=3), max_size=2).map(tuple)
FAILURES = st.lists(st.dictionaries(NAMES, NAMES, max_size=3), max_size=2).map(tuple)
TEXTS = st.dictionaries(NAMES, NAMES, max_size=3)
NUMBERS = st.dictionaries(NAMES, st.integers(0, 9), max_size=3)
ZONES = st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45)), timezone(timedelta(hours=-8))])
TIMES = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=ZONES)  # noqa: DTZ001 - bounds have none
GIVEN = st.lists(NAMES, max_size=3).map(tuple)
OUTCOMES = st.sampled_from(["accept", "review", "reject"])
MAYBE = st.one_of(st.none(), NAMES)
SHADOWED = st.builds(Shadowed, NAMES, NAMES, OUTCOMES, ROWS, MAYBE, st.one_of(st.none(), OUTCOMES))
TOLD = st.builds(Told, NAMES, FEATURES, TIMES, MAYBE, st.integers(0, 9), FAILURES, TEXTS)
PASSES = st.builds(
    Pass, st.integers(1, 9), NAMES, FEATURES, GIVEN, FAILURES, TEXTS, ROWS, st.one_of(st.none(), OUTCOMES)
)
REASONS = st.sampled_from(["capture", "outside", "time"])
RUNS = st.builds(
    Run,
    at=MAYBE,
    strategy=NAMES,
    pins=NUMBERS,
    start=st.one_of(st.none(), st.builds(Start, NAMES, FEATURES, GIVEN, st.one_of(st.none(), TIMES))),
    number=st.integers(1, 9),
    features=FEATURES,
    given=GIVEN,
    failures=FAILURES,
    models=TEXTS,
    policies=ROWS,
    earlier=st.lists(PASSES, max_size=2).map(tuple),
    floor=OUTCOMES,
    missing=st.booleans(),
    unread=st.booleans(),
    trail=st.lists(st.builds(Taken, NAMES, NAMES, TIMES), max_size=2).map(tuple),
    ups=NUMBERS,
    told=st.lists(TOLD, max_size=2).map(tuple),
    computed=FEATURES,
    tags=GIVEN,
    score=st.one_of(st.none(), st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False)),
    scored=st.booleans(),
    queued=st.one_of(st.none(), st.builds(Queued, NAMES, st.integers(1, 9), st.one_of(st.none(), TIMES))),
    shadowed=st.lists(SHADOWED, max_size=2).map(tuple),
    waits=st.one_of(st.none(), st.builds(Waits, REASONS, NAMES, TIMES, TIMES, MAYBE)),
    sub_status=MAYBE,
    digest=MAYBE,
    device=MAYBE,
)


def shuffled(value: Any, random: Random) -> Any:
    """The same JSON as a database gives it that keeps no order."""
    if isinstance(value, dict):
        names = list(value)
        random.shuffle(names)
        return {name: shuffled(value[name], random) for name in names}
    return [shuffled(each, random) for each in value] if isinstance(value, list) else value


@given(RUNS, st.integers())
@settings(max_examples=40, deadline=None)
def test_what_was_written_is_read_again(run: Run, seed: int) -> None:
    text = json.dumps(run.to_json(), allow_nan=False)
    assert Run.from_json(json.loads(text)) == run
    other = Run.from_json(shuffled(json.loads(text), Random(seed)))
    assert other == run
    assert json.dumps(other.to_json()) == text
    assert canonical(shuffled(json.loads(text), Random(seed))) == canonical(run.to_json())


def test_times_are_utc_in_one_form() -> None:
    at = datetime(2026, 11, 23, 10, 30, tzinfo=timezone(timedelta(hours=1)))
    run = Run(at="a", strategy="standard", trail=(Taken("a", "next", at),))
    assert run.to_json()["trail"] == [{"step": "a", "edge": "next", "at": "2026-11-23T09:30:00.000000Z"}]


def test_what_has_its_own_table_is_in_no_json() -> None:
    run = Run(at="a", strategy="standard", events=("decision_update",), sightings=(Sighting("face", "ada"),))
    assert "ada" not in json.dumps(run.to_json())
    assert Run.from_json(run.to_json()) == replace(run, events=(), sightings=())


def test_a_form_that_nobody_knows_is_refused() -> None:
    for form in (None, 0, 2, "1"):
        with pytest.raises(ValueError, match="version"):
            Run.from_json({**Run(at="a", strategy="s").to_json(), "form": form})


def test_what_an_earlier_version_did_not_write_has_its_default() -> None:
    written = Run(at="a", strategy="s", ups={"a": 1}).to_json()
    assert Run.from_json({name: value for name, value in written.items() if name != "missing"}).ups == {"a": 1}


@pytest.mark.parametrize(
    ("one", "other"), [(1e22, 10**22), (1e16, 10**16), (-0.0, 0.0), ({"a": [2e300]}, {"a": (int(2e300),)})]
)
def test_numbers_are_written_alike_whatever_database_they_went_through(one: Any, other: Any) -> None:
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(("one", "other"), [(1, 1.5), (1, True), ("1", 1), (None, 0), ([1, 2], [2, 1])])
def test_what_differs_is_written_differently(one: Any, other: Any) -> None:
    assert canonical(one) != canonical(other)
