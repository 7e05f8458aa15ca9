"""A photo of many megapixels reads as the same photo of few does, with lengths in its own pixels."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.contracts import Evidence
from engine.features import read_catalogue
from engine.frames import Frame
from engine.workflow.signals import read_signals
from signals.age.provider import build as build_age
from signals.face.provider import build as build_face
from signals.face.shrink import even, shrunk
from signals.landmarks.provider import build as build_landmarks
from signals.liveness.provider import build as build_liveness
from signals.onnx import MOST_AT_ONCE, Batch, Network
from signals.quality.provider import build as build_quality
from tests.signals.running import Image, encoded, ports, signals

ROOT = Path(__file__).parents[2]
PORTRAIT = ROOT / "examples" / "astronaut.jpg"
IN_PIXELS = ("face.box_x", "face.box_y", "face.box_width", "face.box_height", "face.eye_distance")
ALLOWED = {
    "face.count": 0,
    "face.score": 0.02,
    "face.area_ratio": 0.003,
    "face.edge_distance": 0.03,
    "face.roll": 1.0,
    "quality.exposure": 0.01,
    "quality.contrast": 0.01,
    "liveness.passive_score": 0.05,
    "age.predicted": 1.5,
    "face.yaw": 1.5,
    "face.pitch": 2,
    "landmarks.roll": 1,
    "face.eyes_open": 0.03,
    "face.mouth_open": 0.03,
    "face.occlusion": 0.1,
}
"""How far a feature may move, in its own unit; a decision of ours asks for more."""


@pytest.fixture(scope="module")
def portrait() -> Image:
    return np.asarray(cv2.imread(str(PORTRAIT)), np.uint8)


@pytest.fixture
def nets_that_run(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The name of each net that runs from now on, in order."""
    names: list[str] = []
    run = Network.run_once

    def told(network: Network, batch: Batch) -> list[Batch]:
        names.append(network.name)
        return run(network, batch)

    monkeypatch.setattr(Network, "run_once", told)
    return names


def read(settings: Mapping[str, str], frame: Frame) -> dict[str, float]:
    given = ports(settings)
    built = [build(given) for build in (build_face, build_landmarks, build_quality, build_liveness, build_age)]
    found = signals(built, Evidence("still", (frame,)))
    assert not [signal.failure for signal in found.values() if signal.failure]
    return {name: float(str(value)) for signal in found.values() for name, value in signal.features.items()}


@pytest.mark.models
@pytest.mark.parametrize(("extension", "times"), [(".jpg", 8), (".jpg", 5), (".png", 5)])
def test_a_reduced_photo_reads_as_the_whole_one(
    model_cache: dict[str, str], portrait: Image, extension: str, times: int
) -> None:
    """4096 and 2560 pixels, held as 2048 shrunk to 1600, and as 1600; beside all of them, undecimated."""
    size = portrait.shape[1] * times, portrait.shape[0] * times
    large = np.asarray(cv2.resize(portrait, size, interpolation=cv2.INTER_CUBIC), np.uint8)
    reduced, whole = Frame(encoded(large, extension)), Frame(encoded(large, extension))
    whole._pixels = large
    assert whole.scale == 1
    assert reduced.scale == size[0] / 1600
    ours, theirs = read(model_cache, reduced), read(model_cache, whole)
    for name in IN_PIXELS:
        assert ours[name] == pytest.approx(theirs[name], abs=2 * times), name
    for name, allowed in ALLOWED.items():
        assert ours[name] == pytest.approx(theirs[name], abs=allowed), name
    small = read(model_cache, Frame(PORTRAIT.read_bytes()))
    assert ours["face.box_width"] == pytest.approx(small["face.box_width"] * times, rel=0.06)


@pytest.mark.models
def test_pixels_are_forgotten_after_the_run(model_cache: dict[str, str]) -> None:
    frame = Frame(PORTRAIT.read_bytes())
    before = frame.pixels()
    catalogue = read_catalogue((ROOT / "policies" / "features.yaml").read_text(), "features.yaml")
    found = read_signals([build_face(ports(model_cache))], Evidence("still", (frame,)), catalogue)
    assert found.features["face.count"] == 1
    assert frame.pixels() is not before


@pytest.mark.models
def test_a_long_batch_is_run_in_parts_and_answers_the_same(model_cache: dict[str, str]) -> None:
    network = Network(ports(model_cache), "minifasnet_v2")
    batch = np.random.default_rng(0).uniform(0, 255, (2 * MOST_AT_ONCE + 3, 3, 80, 80)).astype(np.float32)
    (parts,) = network.run(batch)
    (whole,) = network.run_once(batch)
    assert parts.shape == whole.shape
    assert np.allclose(parts, whole, atol=1e-5)


@pytest.mark.models
@pytest.mark.parametrize("name", ["yunet", "blazeface", "facemesh", "minifasnet_v2", "minifasnet_v1se", "faceapi_age"])
def test_every_net_can_be_warmed(model_cache: dict[str, str], name: str, nets_that_run: list[str]) -> None:
    """Loaded and run once before anybody asks, on an input that it takes."""
    Network(ports(model_cache), name).warm()
    assert nets_that_run == [name]


@pytest.mark.models
def test_every_provider_warms_all_its_nets(model_cache: dict[str, str], nets_that_run: list[str]) -> None:
    given = ports(model_cache)
    for build in (build_face, build_landmarks, build_liveness, build_age):
        build(given).warm()
    assert nets_that_run == ["yunet", "facemesh", "minifasnet_v2", "minifasnet_v1se", "faceapi_age"]


@pytest.mark.parametrize("given", [(2000, 1500), (1999, 1501), (1024, 768)])
@pytest.mark.parametrize("size", [(320, 240), (333, 250), (112, 112), (640, 480), (1, 1), (999, 750)])
def test_shrinking_by_halves_is_shrinking_by_area(
    portrait: Image, given: tuple[int, int], size: tuple[int, int]
) -> None:
    image = np.asarray(cv2.resize(portrait, given, interpolation=cv2.INTER_CUBIC), np.uint8)
    ours, plain = shrunk(image, *size), cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    assert ours.shape == plain.shape
    assert np.abs(ours.astype(float) - plain).mean() < 1.5


def test_an_even_crop_loses_at_most_three_pixels(portrait: Image) -> None:
    for size in (112, 113, 114, 115):
        crop = portrait[:size, : size + 1]
        assert even(crop).shape == (112, (size + 1) // 4 * 4, 3)


@pytest.mark.parametrize("shape", [(1, 4000), (4000, 1), (1, 1), (2, 2), (3, 5)])
def test_shrinking_takes_any_shape(shape: tuple[int, int]) -> None:
    image = np.full((*shape, 3), 90, np.uint8)
    width, height = max(1, shape[1] // 13), max(1, shape[0] // 13)
    small = shrunk(image, width, height)
    assert small.shape == (height, width, 3)
    assert (small == 90).all()
