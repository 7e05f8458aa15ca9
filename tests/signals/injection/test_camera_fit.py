"""Size and rate of the frames against what the page told of the camera."""

from __future__ import annotations

from typing import Any

import pytest

from tests.signals.injection.captures import CAMERA, burst, capture, feature, living

FIT = "frame_settings_mismatch"


def misfit(size: tuple[int, int] = (320, 240), interval_ms: int = 120, **changed: Any) -> bool | None:
    camera = {name: value for name, value in {**CAMERA, **changed}.items() if value is not ...}
    told: bool | None = feature(capture(burst(living(3, size=size), interval_ms), camera=camera), FIT)
    return told


def told(width: int, height: int, rate: float = 30) -> dict[str, Any]:
    return {"width": width, "height": height, "settings": {"width": width, "height": height, "frameRate": rate}}


def test_the_camera_s_own_size_fits() -> None:
    assert misfit() is False


@pytest.mark.parametrize(
    ("frame", "video"),
    [
        ((1280, 720), (1920, 1080)),
        ((720, 1280), (1920, 1080)),
        ((1280, 960), (1600, 1200)),
        ((320, 240), (240, 320)),
        ((1280, 721), (1921, 1081)),
    ],
)
def test_the_page_makes_it_smaller_and_a_phone_turns(frame: tuple[int, int], video: tuple[int, int]) -> None:
    assert misfit(frame, **told(*video)) is False


@pytest.mark.parametrize("video", [(640, 480), (320, 180), (160, 120), (1920, 1080)])
def test_another_size_does_not_fit(video: tuple[int, int]) -> None:
    assert misfit(**told(*video)) is True


def test_settings_and_video_must_both_fit() -> None:
    assert misfit(width=640, height=480) is True
    assert misfit(settings={"width": 640, "height": 480, "frameRate": 30}) is True


def test_frames_of_two_sizes_are_not_of_one_video() -> None:
    frames = (*burst(living(2)), *burst(living(2, size=(240, 180)), 500)[1:])
    assert feature(capture(frames), FIT) is True
    assert feature(capture(frames, camera={}), FIT) is True


@pytest.mark.parametrize(("rate", "expected"), [(30, False), (8, False), (4, True), (0.5, True)])
def test_a_burst_faster_than_the_camera(rate: float, expected: bool) -> None:
    assert misfit(**told(320, 240, rate)) is expected


@pytest.mark.parametrize("missing", ["width", "height", "settings"])
def test_what_was_not_told_is_unknown_where_the_rest_fits(missing: str) -> None:
    assert misfit(**dict[str, Any]({missing: ...})) is None


def test_what_was_not_told_hides_no_misfit() -> None:
    assert misfit(width=..., settings={"width": 640, "height": 480, "frameRate": 30}) is True


@pytest.mark.parametrize("wrong", ["320", True, 0, -5, float("nan"), float("inf"), None, [320], 10**400])
def test_a_number_of_the_wrong_kind_was_not_told(wrong: object) -> None:
    assert misfit(width=wrong) is None
    assert misfit(settings={"width": 320, "height": 240, "frameRate": wrong}) is None
