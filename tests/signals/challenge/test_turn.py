"""The head's turns against what was asked: at the right time, to the right side, each of them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.contracts import Challenge
from signals.challenge.turn import turned

SHOWN = (960, 2000, 3200)
ASKED = Challenge("turn", ("left", "right", "left"), SHOWN)
TIMES = (*range(0, 960, 120), *range(1000, 5000, 250))
Yaws = list[tuple[int, float | None]]


def turning(*reached: float, start: float = 2.0) -> Yaws:
    """A head that looks aside a little at first and reaches these yaws in its steps."""
    bounds = (*SHOWN, 99_999)
    yaws: Yaws = []
    for t_ms in TIMES:
        step = sum(t_ms >= bound for bound in bounds) - 1
        late = step >= 0 and t_ms - bounds[step] > 500
        yaws.append((t_ms, start + reached[step] if late else start))
    return yaws


def test_the_least_of_the_turns_counts() -> None:
    assert turned(ASKED, turning(22, -18, 30)) == pytest.approx(18)


def test_a_head_that_always_looks_aside_has_not_turned() -> None:
    assert turned(ASKED, turning(0, 0, 0, start=25)) == 0


def test_the_other_way_is_no_turn() -> None:
    assert turned(ASKED, turning(-25, 25, -25)) == 0
    assert turned(ASKED, turning(25, 25, 25)) == 0


def test_a_turn_at_another_time_does_not_count() -> None:
    assert turned(ASKED, turning(25, -25, 0)) == 0


@pytest.mark.parametrize("step", [0, 1, 2])
def test_a_step_in_which_no_face_is_seen_is_unknown(step: int) -> None:
    first, last = SHOWN[step], (*SHOWN, 99_999)[step + 1]
    assert turned(ASKED, [(t, None if first <= t < last else yaw) for t, yaw in turning(25, -25, 25)]) is None


@given(st.sets(st.integers(0, 2), min_size=1))
def test_a_step_left_out_is_unknown(dropped: set[int]) -> None:
    kept = tuple(shown for number, shown in enumerate(SHOWN) if number not in dropped)
    assert turned(replace(ASKED, shown_ms=kept), turning(25, -25, 25)) is None


@given(st.sets(st.integers(8, len(TIMES) - 1)), st.tuples(*[st.floats(-40, 40)] * 3))
def test_frames_of_the_turn_left_out_never_turn_it_further(dropped: set[int], reached: tuple[float, ...]) -> None:
    whole = turning(*reached)
    part = turned(ASKED, [one for number, one in enumerate(whole) if number not in dropped])
    all_of_it = turned(ASKED, whole)
    assert all_of_it is not None
    assert part is None or part <= all_of_it + 1e-9


@pytest.mark.parametrize(
    "shown", [(), (960, 2000), (2000, 960, 3200), (960, 1100, 3200), (960, 2000, 9000), (-1, 2000, 3200)]
)
def test_times_that_no_page_tells_are_unknown(shown: tuple[int, ...]) -> None:
    assert turned(replace(ASKED, shown_ms=shown), turning(25, -25, 25)) is None


def test_words_that_are_no_sides_are_unknown() -> None:
    assert turned(replace(ASKED, steps=("left", "up", "left")), turning(25, -25, 25)) is None
    assert turned(replace(ASKED, steps=(), shown_ms=()), turning(25, -25, 25)) is None
    assert turned(ASKED, turning(25, -25, 25)[6:]) is None  # two frames before the first step
