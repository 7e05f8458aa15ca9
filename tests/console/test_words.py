"""How values are said."""

from __future__ import annotations

import pytest

from engine.store.outbox import EVENTS
from ui.console import words


@pytest.mark.parametrize(
    ("given", "unit", "said"),
    [
        (None, "years", "unknown"),
        (True, None, "yes"),
        (False, None, "no"),
        (0, None, "0"),
        (0.0, None, "0"),
        (0.8883123, None, "0.8883"),
        (30.1799, "years", "30.18 years"),
        (-0.0335, "degrees", "-0.0335°"),
        (12, "px", "12 px"),
        ("capture", None, "capture"),
        ("", None, "“”"),
        (["face.count", None], None, "[face.count, unknown]"),
    ],
)
def test_a_value_is_said_shortly_and_never_as_none(given: object, unit: str | None, said: str) -> None:
    assert words.value(given, unit) == said


def test_an_answer_that_must_not_be_routed_on_is_waiting() -> None:
    paused = {"eval_status": "evaluation_paused", "decision": "REVIEW", "status": "ON_HOLD"}
    assert words.decision_of(paused) == "waiting"
    assert words.decision_of({"eval_status": "evaluation_completed", "decision": "REJECT"}) == "reject"


@pytest.mark.parametrize(
    ("status", "sub_status", "eval_status", "said"),
    [
        ("ON_HOLD", "awaiting_capture", "evaluation_paused", "Awaiting the selfie"),
        ("ON_HOLD", None, "evaluation_paused", "Waiting for the person"),
        ("OPEN", None, "evaluation_completed", "Open"),
        ("OPEN", "declined", "evaluation_completed", "Open, declined"),
        ("CLOSED", None, "evaluation_completed", "Closed"),
        ("OPEN", None, "evaluation_in_progress", "Running"),
        ("ON_HOLD", "awaiting_outside", "evaluation_paused", "Awaiting an answer from outside"),
    ],
)
def test_a_status_is_said_in_words(status: str, sub_status: str | None, eval_status: str, said: str) -> None:
    evaluation = {"status": status, "sub_status": sub_status, "eval_status": eval_status}
    assert words.status_of(evaluation) == said


def test_a_time_is_in_the_readers_zone() -> None:
    assert words.moment("2026-07-01T22:30:00.000000Z", "Europe/Berlin") == "02 Jul 00:30:00"
    assert words.moment("2026-07-01T22:30:00Z", "no/such-zone") == "01 Jul 22:30:00"
    assert words.moment(None, "Europe/Berlin") == ""


def test_a_time_that_decided_is_said_in_utc_and_midnight_is_a_day() -> None:
    assert words.time_in_full("2026-11-23T00:00:00.000000Z") == "23 Nov 2026"
    assert words.time_in_full("2026-11-23T08:01:01.143524Z") == "23 Nov 2026, 08:01:01 UTC"


def test_a_feature_tells_its_type_range_and_unit() -> None:
    age = {"type": "number", "low": 0, "high": 120, "unit": "years", "values": []}
    kind = {"type": "enum", "low": None, "high": None, "unit": None, "values": ["still", "capture"]}
    assert words.type_of(age) == "number 0 to 120 years"
    assert words.type_of(kind) == "one of still, capture"


@pytest.mark.parametrize(
    ("part", "whole", "said"),
    [(0, 0, "–"), (0, 7, "0 %"), (7, 7, "100 %"), (1, 3, "33.3 %"), (1, 5000, "<0.1 %"), (4999, 5000, ">99.9 %")],
)
def test_a_few_of_many_are_never_said_as_none(part: int, whole: int, said: str) -> None:
    assert words.share(part, whole) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.4, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (3_725, "1 h 2 min"),
        (90_000, "1 d 1 h"),
        (86_405, "1 d"),
        (-3, "0 s"),
    ],
)
def test_a_length_of_time_has_its_two_largest_units(seconds: float, said: str) -> None:
    assert words.span_of(seconds) == said


def test_the_console_knows_every_event() -> None:
    assert words.EVENTS == EVENTS
