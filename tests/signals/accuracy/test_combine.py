"""Rules for the scores of a burst, and how bursts are cut."""

from __future__ import annotations

import numpy as np
import pytest

from signals.accuracy.combine import RULES, bursts, combined
from signals.accuracy.scores import Scored


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("mean", 0.5),
        ("median", 0.55),
        ("trimmed mean", (0.2 + 0.3 + 0.5 + 0.6 + 0.7 + 0.8) / 6),
        ("worst 1", 0.0),
        ("worst 2", 0.05),
        ("worst third", (0.0 + 0.1 + 0.2 + 0.3) / 4),
    ],
)
def test_rules_worked_by_hand(rule: str, expected: float) -> None:
    scores = np.array([0.9, 0.0, 0.1, 0.2, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9])
    assert RULES[rule](scores) == pytest.approx(expected)


def test_bursts_are_consecutive_frames_of_one_clip() -> None:
    clips = ["a", "b", "a", "a", "", "a", "a", "b"]
    assert bursts(clips, 2) == [[0, 2], [3, 5], [1, 7]]
    assert bursts(clips, 3) == [[0, 2, 3]]


def test_a_burst_is_one_presentation() -> None:
    frames = Scored(
        np.array([0.2, 0.4, 0.9, 0.7]),
        np.array([False, False, True, True]),
        np.array(["print", "print", "", ""]),
        np.array(["p", "p", "q", "q"]),
    )
    one = combined(frames, [[0, 1], [2, 3]], "mean")
    assert one.score.tolist() == pytest.approx([0.3, 0.8])
    assert one.live.tolist() == [False, True]
    assert one.person.tolist() == ["p", "q"]
