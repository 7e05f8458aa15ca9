"""Pictures that were seen before are known again: as they were, saved again, in a mirror, cut."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.contracts import Challenge, Evidence
from engine.frames import Frame
from signals.injection.replay.bands import BANDS, NEAR, band_keys
from signals.injection.replay.index import printed
from signals.injection.replay.prints import SHAPES_SIDE, Print, correlation, hashed
from signals.injection.replay.windows import STORED, seen_through
from tests.signals.injection.captures import (
    LIVE,
    Forgetful,
    Picture,
    Remembered,
    burst,
    capture,
    living,
    provider,
    read,
    scene,
)

SIZE = (640, 480)
FILM = living(12, 5, SIZE)


def replayed(frames: tuple[Frame, ...], *, scope: str = "Sandbox") -> dict[str, object]:
    """What a second evaluation says of these frames after a first one of `FILM`."""
    history = Remembered()
    history.remember("Sandbox", read(capture(burst(FILM)), history))
    found = read(capture(frames, scope=scope), history).features
    return {name: found[f"injection.replay_{name}"] for name in ("exact", "phash_distance", "residual_corr")}


def cut(left: float, top: float, right: float, bottom: float) -> Callable[[Picture], Picture]:
    """Parts of a hundred off each side, and back to the old size."""

    def done(picture: Picture) -> Picture:
        height, width = picture.shape[:2]
        rows = slice(round(height * top / 100), round(height * (1 - bottom / 100)))
        columns = slice(round(width * left / 100), round(width * (1 - right / 100)))
        return np.asarray(cv2.resize(picture[rows, columns], (width, height), interpolation=cv2.INTER_AREA), np.uint8)

    return done


def gamma(power: float) -> Callable[[Picture], Picture]:
    return lambda picture: np.asarray(255 * (picture / 255) ** power, np.uint8)


def noisy(picture: Picture) -> Picture:
    noise = np.random.default_rng(2).normal(0, 4, picture.shape)
    return np.asarray(np.clip(picture + noise, 0, 255), np.uint8)


CHANGED: dict[str, Callable[[Picture], Picture]] = {
    "saved at 60": lambda p: np.asarray(cv2.imdecode(cv2.imencode(".jpg", p, [1, 60])[1], cv2.IMREAD_COLOR), np.uint8),
    "smaller": lambda p: np.asarray(cv2.resize(p, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA), np.uint8),
    "brighter": gamma(0.85),
    "darker": gamma(1.2),
    "noisy": noisy,
    "mirrored": lambda p: np.asarray(cv2.flip(p, 1), np.uint8),
    "3 % off": cut(1.5, 1.5, 1.5, 1.5),
    "6 % off": cut(3, 3, 3, 3),
    "3 % off a corner": cut(3, 3, 0, 0),
    "6 % off a corner": cut(0, 6, 6, 0),
}


def test_the_same_frames_are_seen_again() -> None:
    assert replayed(burst(FILM)) == {"exact": True, "phash_distance": 0, "residual_corr": 1.0}


def test_one_frame_is_enough_to_be_known_exactly() -> None:
    assert replayed((*LIVE[:5], burst(FILM)[7]))["exact"] is True


@pytest.mark.parametrize("way", CHANGED)
def test_what_was_changed_is_known_again(way: str) -> None:
    found = replayed(burst([CHANGED[way](picture) for picture in FILM]))
    assert found["exact"] is False
    assert found["phash_distance"] <= NEAR  # type: ignore[operator]
    assert found["residual_corr"] >= 0.8  # type: ignore[operator]


def test_another_scene_is_not() -> None:
    assert replayed(burst(living(12, 6, SIZE))) == {"exact": False, "phash_distance": 256, "residual_corr": 0.0}


def test_another_environment_s_pictures_are_unknown_to_this_one() -> None:
    assert replayed(burst(FILM), scope="Production")["exact"] is False


def test_nothing_was_seen_before_the_first() -> None:
    found = read(capture()).features
    assert found["injection.replay_exact"] is False
    assert found["injection.replay_phash_distance"] == 256
    assert found["injection.replay_residual_corr"] == 0


def test_a_history_that_cannot_tell_is_unknown() -> None:
    found = read(capture(), Forgetful()).features
    assert all(found[f"injection.replay_{name}"] is None for name in ("exact", "phash_distance", "residual_corr"))


def test_only_frames_before_the_first_step_are_printed() -> None:
    """The later ones have the colour of the challenge, which is another each time."""
    steps = Challenge("flash", ("#ffd8c0",) * 8, tuple(range(960, 4160, 400)))
    plain = read(capture(burst(living(24)), challenge=steps)).sightings
    first = read(capture(burst(living(24)[:8]), challenge=steps)).sightings
    assert [one for one in plain if one.kind == "media"] == [one for one in first if one.kind == "media"]


def test_without_a_neutral_frame_the_nearest_is_unknown() -> None:
    early = Challenge("flash", ("#ffd8c0",), (0,))
    assert read(capture(challenge=early)).features["injection.replay_phash_distance"] is None


def test_what_is_left_to_be_known_again() -> None:
    left = read(capture(burst(living(24)))).sightings
    assert [one.kind for one in left].count("frame") == 24
    assert [one.kind for one in left].count("media") == 3 * BANDS
    assert all(len(one.detail) <= 256 and len(one.kind) <= 16 for one in left)


def test_bytes_of_another_length_in_the_history_are_passed_over() -> None:
    history = Remembered()
    history.remember("Sandbox", read(capture()))
    history.seen = [(scope, replace(one, detail=one.detail[:17])) for scope, one in history.seen]
    assert read(capture(), history).features["injection.replay_phash_distance"] == 256


def test_a_picture_without_anything_in_it() -> None:
    black = [np.zeros((48, 64, 3), np.uint8)] * 4
    history = Remembered()
    history.remember("Sandbox", read(capture(burst(black)), history))
    found = read(capture(burst(black)), history).features
    assert found["injection.replay_residual_corr"] == 0


@given(bits=st.binary(min_size=32, max_size=32), flipped=st.sets(st.integers(0, 255), max_size=NEAR))
def test_every_hash_within_reach_shares_a_key(bits: bytes, flipped: set[int]) -> None:
    plain = np.unpackbits(np.frombuffer(bits, np.uint8))
    other = plain.copy()
    other[list(flipped)] ^= 1
    assert set(band_keys(np.packbits(plain))) & set(band_keys(np.packbits(other)))


def test_a_mirror_s_hash_comes_from_the_same_transform() -> None:
    grey = np.asarray(cv2.cvtColor(scene(4), cv2.COLOR_BGR2GRAY), np.float32)
    picture = seen_through(grey, STORED, SHAPES_SIDE)
    _, mirrored = hashed(picture)
    plain, _ = hashed(np.asarray(cv2.flip(picture, 1), np.float32))
    assert np.bitwise_count(mirrored ^ plain).sum() == 0


def test_a_print_is_packed_and_unpacked() -> None:
    one = printed(np.asarray(np.random.default_rng(1).uniform(0, 255, (192, 256)), np.float32))
    again = Print.unpacked(one.packed())
    assert again is not None
    assert again.packed() == one.packed()
    assert correlation(one.sketch, again.sketch) == pytest.approx(1)


def test_an_evaluation_does_not_see_itself() -> None:
    """A session's retakes leave nothing before the evaluation ends."""
    history = Remembered()
    evidence: Evidence = capture()
    assert read(evidence, history).features == read(evidence, history).features
    assert provider(history).name == "injection"
