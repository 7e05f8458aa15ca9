"""Feeds that stand still, loop or run back, and pictures of a camera, with 12 and with 24 frames."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np
import pytest

from engine.contracts import Challenge
from engine.frames import Frame
from tests.signals.injection.captures import SIZE, Picture, burst, capture, feature, jpeg, living, read

COUNTS = (12, 24)
BURST = ("duplicate_frame_ratio", "loop_ratio", "revisit_min_ratio", "temporal_noise_min")


def features(frames: Sequence[Frame]) -> dict[str, float]:
    found = read(capture(frames)).features
    return {name: found[f"injection.{name}"] for name in BURST}  # type: ignore[misc]


def saved_again(pictures: Sequence[Picture]) -> list[Picture]:
    """Each decoded from a JPEG of another quality, as a film is."""
    again = [jpeg(picture, 60 + 7 * number % 30) for number, picture in enumerate(pictures)]
    return [np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR), np.uint8) for data in again]


def flashed(pictures: Sequence[Picture]) -> list[Picture]:
    """A colour on the middle of the picture from the ninth on, another for every second picture."""
    mask = np.zeros((SIZE[1], SIZE[0], 1), np.float32)
    cv2.ellipse(mask, (SIZE[0] // 2, SIZE[1] // 2), (60, 80), 0, 0, 360, 1.0, -1)
    soft = cv2.GaussianBlur(mask, (0, 0), 6)[..., None]
    colours = np.random.default_rng(9).uniform(-0.3, 0.3, (20, 3))
    return [_lit(p, soft * colours[(n - 8) // 2]) if n >= 8 else p for n, p in enumerate(pictures)]


def _lit(picture: Picture, share: np.ndarray) -> Picture:
    return np.asarray(np.clip(picture * (1 + share), 0, 255).round(), np.uint8)


def loop(pictures: list[Picture], period: int) -> list[Picture]:
    return [pictures[n % period] for n in range(len(pictures))]


def ping_pong(pictures: list[Picture], period: int) -> list[Picture]:
    turn = 2 * period - 2
    return [pictures[min(n % turn, turn - n % turn)] for n in range(len(pictures))]


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("light", [list, flashed])
def test_a_camera_repeats_nothing(count: int, seed: int, light: Callable[[Sequence[Picture]], list[Picture]]) -> None:
    found = features(burst(light(living(count, seed))))
    assert found["duplicate_frame_ratio"] == 0
    assert found["loop_ratio"] > 1
    assert found["revisit_min_ratio"] > 0.5
    assert found["temporal_noise_min"] > 0.3


@pytest.mark.parametrize("count", COUNTS)
def test_a_still_is_the_same_frame_again(count: int) -> None:
    found = features(burst(living(1) * count))
    assert found == {
        "duplicate_frame_ratio": (count - 1) / count,
        "loop_ratio": 0,
        "revisit_min_ratio": 0,
        "temporal_noise_min": 0,
    }


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("period", [2, 3, 6])
@pytest.mark.parametrize("way", [loop, ping_pong])
@pytest.mark.parametrize("light", [list, flashed])
@pytest.mark.parametrize("saved", [list, saved_again])
def test_what_repeats_is_seen(
    count: int,
    period: int,
    way: Callable[[list[Picture], int], list[Picture]],
    light: Callable[[Sequence[Picture]], list[Picture]],
    saved: Callable[[Sequence[Picture]], list[Picture]],
) -> None:
    """Saved again or lit by a flash, it is no longer equal, and still near."""
    found = features(burst(light(saved(way(living(count), period)))))
    assert found["loop_ratio"] < 0.6
    assert found["revisit_min_ratio"] < 0.4


@pytest.mark.parametrize("period", [3, 5])
def test_a_loop_has_equal_frames(period: int) -> None:
    assert features(burst(loop(living(12), period)))["duplicate_frame_ratio"] == (12 - period) / 12


def test_equal_pixels_in_other_bytes_are_equal() -> None:
    picture = living(1)[0]
    plain = Frame(jpeg(picture))
    other = Frame(plain.data[:2] + b"\xff\xfe\x00\x04hi" + plain.data[2:], 120)
    assert feature(capture((plain, other)), "duplicate_frame_ratio") == 0.5


def test_one_pixel_makes_a_difference_to_equality_alone() -> None:
    picture = living(1)[0]
    touched = picture.copy()
    touched[0, 0] = 255 - touched[0, 0]
    frames = tuple(
        Frame(cv2.imencode(".png", each)[1].tobytes(), 120 * n) for n, each in enumerate([picture, touched] * 3)
    )
    found = features(frames)
    assert found["duplicate_frame_ratio"] == 4 / 6
    assert found["temporal_noise_min"] < 0.1


def test_light_that_changes_as_a_whole_is_no_noise() -> None:
    picture = living(1)[0]
    frames = burst([np.asarray(picture * (1 - 0.02 * n), np.uint8) for n in range(6)])
    assert features(frames)["temporal_noise_min"] < 0.8  # the rounding of grey levels; the light alone is above 2


@pytest.mark.parametrize(
    ("count", "known"),
    [(1, set()), (2, {"duplicate_frame_ratio", "temporal_noise_min"}), (4, {*BURST} - {"loop_ratio"}), (5, {*BURST})],
)
def test_too_few_frames_are_unknown(count: int, known: set[str]) -> None:
    assert {name for name, value in features(burst(living(count))).items() if value is not None} == known


@pytest.mark.parametrize("size", [(1, 1), (2, 300), (300, 2), (9, 9)])
def test_odd_sizes_are_read(size: tuple[int, int]) -> None:
    assert features(burst(living(6, size=size)))["duplicate_frame_ratio"] is not None


def test_frames_after_the_first_step_count_too() -> None:
    """A feed that is live until the challenge starts and then stands still."""
    pictures = living(24)
    shown = Challenge("flash", ("#ffd8c0",) * 8, tuple(range(960, 4160, 400)))
    frozen = capture(burst(pictures[:8] + [pictures[8]] * 16), challenge=shown)
    assert feature(frozen, "duplicate_frame_ratio") == 15 / 24
    assert feature(frozen, "temporal_noise_min") == 0
