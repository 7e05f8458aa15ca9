"""The flash on light that is made up: what it follows, what it must not, and that leaving something out never helps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.contracts import Challenge
from signals.challenge.flash import Seen, followed
from signals.challenge.skin import of_screen
from signals.challenge.staging import COLOURS, drawn_steps

SHOWN = tuple(960 + 400 * number for number in range(8))
TIMES = (*range(0, 960, 120), *(shown + after for shown in SHOWN for after in (200, 330)))
STEPS = tuple(COLOURS[number] for number in (0, 3, 5, 1, 4, 2, 0, 4))
ASKED = Challenge("flash", STEPS, SHOWN)
SKIN = np.asarray([0.2, 0.27, 0.42])
WALL = np.asarray([0.4, 0.4, 0.4])


def lit(
    steps: tuple[str, ...] = STEPS,
    *,
    face: float = 0.1,
    behind: float = 0.01,
    late: int = 80,
    exposure: NDArray[np.float64] | None = None,
    noise: float = 0.0,
) -> list[Seen]:
    """What a camera sees of a face and a wall under these colours."""
    random = np.random.default_rng(3)
    gains = np.ones(len(TIMES)) if exposure is None else exposure
    seen = []
    for t_ms, gain in zip(TIMES, gains, strict=True):
        begun = [number for number, shown in enumerate(SHOWN) if shown <= t_ms - late]
        light = of_screen(steps[begun[-1]]) if begun else np.full(3, 0.5)
        grain = np.exp(random.normal(0, noise, (2, 3)))
        seen.append(
            Seen(t_ms, SKIN * (1 + face * light) * gain * grain[0], WALL * (1 + behind * light) * gain * grain[1])
        )
    return seen


def corr(challenge: Challenge, seen: list[Seen]) -> float:
    found = followed(challenge, seen)
    assert found is not None
    return found.corr


@pytest.mark.parametrize("face", [0.02, 0.1, 0.3])
@pytest.mark.parametrize("late", [0, 60, 160, 240])
def test_light_of_the_screen_is_followed(face: float, late: int) -> None:
    found = followed(ASKED, lit(face=face, behind=face / 10, late=late))
    assert found is not None
    assert found.corr > 0.99
    assert found.amplitude == pytest.approx(0.62 * face, rel=0.3)
    assert found.bg_ratio == pytest.approx(0.1, abs=0.03)


def test_exposure_cancels() -> None:
    """A camera that opens and closes by a half changes brightness and no colour."""
    gains = np.exp(np.random.default_rng(1).uniform(-0.4, 0.4, len(TIMES)))
    assert corr(ASKED, lit(exposure=gains)) == pytest.approx(corr(ASKED, lit()), abs=1e-9)


def test_slow_drift_of_the_white_balance_cancels() -> None:
    seen = lit(face=0.05)
    drift = [np.exp(np.asarray([0.04, 0, -0.04]) * frame.t_ms / 4000) for frame in seen]
    drifted = [replace(f, skin=f.skin * d, around=f.around * d) for f, d in zip(seen, drift, strict=True)]
    assert corr(ASKED, drifted) > 0.98


def test_another_sequence_is_seldom_followed() -> None:
    """Drawn as the service draws: one in some hundreds is like another by chance."""
    random = np.random.default_rng(8)
    others = [corr(ASKED, lit(drawn_steps(random))) for _ in range(400)]
    assert np.mean(np.asarray(others) >= 0.8) < 0.01


def test_no_flash_has_no_strength() -> None:
    found = followed(ASKED, lit(face=0, behind=0, noise=0.003))
    assert found is not None
    assert found.corr < 0.8
    assert found.amplitude < 0.01


def test_light_against_the_screen_has_no_strength() -> None:
    found = followed(ASKED, lit(face=-0.1, behind=-0.1))
    assert found is not None
    assert found.corr < 0.5
    assert found.bg_ratio is None or found.amplitude < 0.05


def test_a_tint_of_the_whole_picture_shows_on_the_background() -> None:
    found = followed(ASKED, lit(behind=0.1))
    assert found is not None
    assert found.corr > 0.99
    assert found.bg_ratio == pytest.approx(1, abs=0.05)


def test_without_background_the_ratio_is_unknown() -> None:
    found = followed(ASKED, [replace(frame, around=None) for frame in lit()])
    assert found is not None
    assert found.bg_ratio is None


@given(st.sets(st.integers(0, 7), min_size=1))
def test_a_step_left_out_is_unknown(dropped: set[int]) -> None:
    kept = tuple(shown for number, shown in enumerate(SHOWN) if number not in dropped)
    assert followed(replace(ASKED, shown_ms=kept), lit()) is None


@given(st.sets(st.integers(0, len(TIMES) - 1), min_size=1), st.booleans())
def test_frames_left_out_never_make_a_wrong_light_right(dropped: set[int], noisy: bool) -> None:
    """Neither with no light nor with another's: what is left is unknown or fails as the whole does."""
    for seen in (
        lit(face=0, noise=0.003 if noisy else 0.0),
        lit((*STEPS[4:], *STEPS[:4]), noise=0.003 if noisy else 0),
    ):
        found = followed(ASKED, [frame for number, frame in enumerate(seen) if number not in dropped])
        assert found is None or found.corr < 0.8 or found.amplitude < 0.01


@pytest.mark.parametrize(
    "shown",
    [
        (),
        (*SHOWN, SHOWN[-1] + 400),
        tuple(reversed(SHOWN)),
        tuple(960 + 249 * number for number in range(8)),
        tuple(960 + 1501 * number for number in range(8)),
        (-400, *SHOWN[:-1]),
        (SHOWN[0], *SHOWN[:-1]),
    ],
)
def test_times_that_no_page_tells_are_unknown(shown: tuple[int, ...]) -> None:
    assert followed(replace(ASKED, shown_ms=shown), lit()) is None


@pytest.mark.parametrize("steps", [("red",) * 8, ("#12345",) * 8, ("#ffffff",) * 8, ("#gggggg",) * 8])
def test_steps_that_are_no_colours_are_unknown(steps: tuple[str, ...]) -> None:
    assert followed(replace(ASKED, steps=steps), lit()) is None


def test_too_few_frames_are_unknown() -> None:
    seen = lit()
    assert followed(ASKED, seen[5:]) is None  # three before the flash
    assert followed(ASKED, seen[:18]) is None  # ten under it
    assert followed(ASKED, []) is None
    assert followed(ASKED, [replace(frame, skin=None) for frame in seen]) is None
