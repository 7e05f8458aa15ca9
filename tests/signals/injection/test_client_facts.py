"""The page's word may raise risk and never lower it; the switch for test cameras; the whole provider."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.contracts import Evidence, Readings
from engine.policy import shipped_catalogue
from signals.injection.provider import read_camera
from tests.signals.injection.captures import (
    CAMERA,
    CHROME,
    FIREFOX,
    IPHONE,
    LIVE,
    PIXEL,
    capture,
    provider,
    read,
)

CANVAS = {
    "label": "fake_device_0",
    "listed": False,
    "track": "CanvasCaptureMediaStreamTrack",
    "native": False,
    "capture_time": False,
    "pixel_format": "BGRA",
    "capabilities": None,
    "settings": {"width": 640, "height": 480},
    "devices": [],
}
TOLD = ("virtual_camera_label", "track_inconsistency_count", "frame_settings_mismatch")
MIXED = {name: st.sampled_from([CAMERA[name], CANVAS.get(name, CAMERA[name])]) for name in CAMERA}
AGENTS = st.sampled_from([CHROME, FIREFOX, PIXEL, IPHONE, None])


def risks(camera: dict[str, Any] | None, agent: str | None, *, test_camera: bool = False) -> tuple[Any, ...]:
    features = read_camera(capture(LIVE[:2], camera=camera, agent=agent), tested=test_camera)
    return tuple(features[f"injection.{name}"] for name in TOLD)


@given(camera=st.fixed_dictionaries(MIXED), kept=st.sets(st.sampled_from(sorted(CAMERA))), agent=AGENTS)
@settings(max_examples=150)
def test_leaving_facts_out_never_makes_a_risk_go_away(
    camera: dict[str, Any], kept: set[str], agent: str | None
) -> None:
    """A raising value stays one or becomes unknown; it never becomes false or nought."""
    whole = risks(camera, agent)
    part = risks({name: camera[name] for name in kept}, agent)
    for before, after in zip(whole, part, strict=True):
        assert not before or after is None or after > 0


@given(camera=st.fixed_dictionaries(MIXED), kept=st.sets(st.sampled_from(["width", "height", "frameRate"])))
@settings(max_examples=60)
def test_nor_does_leaving_settings_out(camera: dict[str, Any], kept: set[str]) -> None:
    whole = risks(camera, CHROME)
    part = risks({**camera, "settings": {name: camera["settings"].get(name) for name in kept}}, CHROME)
    for before, after in zip(whole, part, strict=True):
        assert not before or after is None or after > 0


@pytest.mark.parametrize("name", ["label", "listed", "settings", "track", "native"])
def test_a_fact_that_our_page_always_sends_is_missed(name: str) -> None:
    """At least one feature becomes unknown, which is never an accept."""
    told = {fact: value for fact, value in CAMERA.items() if fact != name}
    assert None in risks(told, CHROME)
    assert None in risks(told, CHROME, test_camera=True)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@given(camera=anything | st.fixed_dictionaries(dict.fromkeys(CAMERA, anything)), agent=st.none() | st.text())
@settings(max_examples=60)
def test_nothing_that_is_told_breaks_it(camera: Any, agent: str | None) -> None:
    headers = {"user-agent": agent} if agent is not None else {}
    evidence = Evidence("capture", LIVE[:2], headers=headers, browser={"camera": camera})
    signal = provider().read(evidence, Readings())
    assert signal.failure is None
    assert not shipped_catalogue().problems(signal.features)


def test_the_switch_takes_the_tells_of_a_test_camera_as_absent() -> None:
    assert risks(CANVAS, CHROME)[:2] == (True, 7)
    assert risks(CANVAS, CHROME, test_camera=True)[:2] == (False, 0)
    assert risks({**CAMERA, "width": 640}, CHROME) == (False, 0, True)
    assert risks({**CAMERA, "width": 640}, CHROME, test_camera=True) == (False, 0, False)


def test_the_switch_makes_nothing_known() -> None:
    assert risks(None, CHROME, test_camera=True) == (None, None, None)


def test_the_switch_is_told_and_changes_nothing_else() -> None:
    plain = read(capture(camera=CANVAS)).features
    switched = read(capture(camera=CANVAS), test_camera=True).features
    assert plain["injection.test_camera"] is False
    assert switched["injection.test_camera"] is True
    other = [name for name in plain if name not in {f"injection.{told}" for told in TOLD} | {"injection.test_camera"}]
    assert [plain[name] for name in other] == [switched[name] for name in other]


def test_it_provides_every_feature_of_its_name_and_gives_each() -> None:
    catalogued = {name for name in shipped_catalogue() if name.startswith("injection.")}
    assert provider().provides == catalogued
    assert set(read(capture()).features) == catalogued
