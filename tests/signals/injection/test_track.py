"""Tells of a track that is no camera's, one by one; what the page did not tell is never taken as harmless."""

from __future__ import annotations

from typing import Any

import pytest

from tests.signals.injection.captures import CAMERA, CHROME, FIREFOX, IPHONE, PIXEL, SAFARI, capture, feature

COUNT = "track_inconsistency_count"
PHONE = {**CAMERA, "settings": {**CAMERA["settings"], "facingMode": "user"}}


def count(agent: str | None = CHROME, **changed: Any) -> int | None:
    """The count for a good camera with some facts changed; a fact that is `...` is left out."""
    camera = {name: value for name, value in {**CAMERA, **changed}.items() if value is not ...}
    told: int | None = feature(capture(camera=camera, agent=agent), COUNT)
    return told


@pytest.mark.parametrize("agent", [CHROME, FIREFOX, SAFARI, PIXEL, IPHONE])
def test_a_good_camera_has_no_tell(agent: str) -> None:
    assert count(agent) == 0


@pytest.mark.parametrize(
    "changed",
    [
        {"track": "CanvasCaptureMediaStreamTrack"},
        {"track": "BrowserCaptureMediaStreamTrack"},
        {"track": "MediaStreamTrackGenerator"},
        {"listed": False},
        {"devices": ["Another Camera"]},
        {"devices": []},
        {"native": False},
        {"capture_time": False},
        {"pixel_format": "BGRA"},
        {"pixel_format": "RGBX"},
        {"capabilities": None},
        {"capabilities": {}},
        {"settings": {"width": 320, "height": 240}},
        {"settings": {"frameRate": 30, "height": 240}},
    ],
)
def test_each_tell_counts_once(changed: dict[str, Any]) -> None:
    assert count(**changed) == 1


def test_tells_add_up() -> None:
    canvas: dict[str, Any] = {
        "track": "CanvasCaptureMediaStreamTrack",
        "listed": False,
        "capture_time": False,
        "pixel_format": "BGRA",
    }
    assert count(**canvas) == 4


@pytest.mark.parametrize("agent", [FIREFOX, SAFARI, IPHONE])
def test_what_only_chromium_tells_is_not_held_against_others(agent: str) -> None:
    assert count(agent, capture_time=False, pixel_format="BGRA", capabilities=None) == 0


@pytest.mark.parametrize("agent", [FIREFOX, SAFARI, IPHONE])
def test_others_need_not_tell_it(agent: str) -> None:
    assert count(agent, capture_time=..., pixel_format=..., capabilities=...) == 0


def test_a_phone_faces_somewhere() -> None:
    settings = {"width": 320, "height": 240, "frameRate": 30}
    assert count(PIXEL, settings=settings) == 1
    assert count(IPHONE, settings=settings) == 1
    assert count(CHROME, settings=settings) == 0


NEEDED = ["listed", "devices", "native", "track", "settings", "capture_time", "pixel_format", "capabilities"]


@pytest.mark.parametrize("missing", NEEDED)
def test_without_a_fact_no_tell_is_not_no_tells(missing: str) -> None:
    assert count(**dict[str, Any]({missing: ...})) is None


@pytest.mark.parametrize("missing", [name for name in NEEDED if name != "native"])
def test_a_tell_counts_though_another_fact_is_missing(missing: str) -> None:
    assert count(**dict[str, Any]({missing: ..., "native": False})) == 1


@pytest.mark.parametrize("broken", ["yes", 1, 0, None, [], {}])
def test_a_fact_of_the_wrong_type_was_not_told(broken: object) -> None:
    assert count(native=broken) is None
    assert count(capture_time=broken) is None


def test_a_frame_in_the_graphics_card_has_no_format() -> None:
    assert count(pixel_format=None) == 0


def test_nothing_told_is_unknown() -> None:
    assert feature(capture(camera=None), COUNT) is None
    assert feature(capture(camera={}), COUNT) is None


def test_a_browser_that_does_not_say_what_it_is_is_unknown() -> None:
    assert count(None) is None
    assert count("SomethingNew/1.0") is None
    assert count(None, native=False) == 1
