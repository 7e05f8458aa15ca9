"""The detector of the second choice: taken where the first is absent, and its boxes are like the first one's."""

from __future__ import annotations

import logging
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.contracts import ModelFile, ModelUnavailable, Ports, Readings
from engine.frames import Frame
from signals.face.blazeface import find_faces
from signals.face.detector import find_faces as find_by_yunet
from signals.face.findings import Face
from signals.face.provider import build
from signals.model_store import open_store
from signals.onnx import Batch, Network
from tests.signals.running import Image, ports, still

pytestmark = pytest.mark.models

PORTRAIT = Path(__file__).parents[2] / "examples/astronaut.jpg"


class WithoutYunet:
    """A store in which YuNet is absent until it comes."""

    def __init__(self, settings: dict[str, str]) -> None:
        self._store = open_store(settings)
        self.absent = True

    def get(self, name: str) -> ModelFile:
        if name == "yunet" and self.absent:
            raise ModelUnavailable("model `yunet` is not there; run `selfie models pull`")
        return self._store.get(name)


@pytest.fixture(scope="module")
def given(model_cache: dict[str, str]) -> Ports:
    return ports(model_cache)


@pytest.fixture(scope="module")
def network(given: Ports) -> Network:
    return Network(given, "blazeface")


@pytest.fixture(scope="module")
def portrait() -> Image:
    return Frame(PORTRAIT.read_bytes()).pixels()


def one(faces: list[Face]) -> Face:
    (face,) = faces
    return face


@pytest.mark.parametrize("mirror", [False, True])
@pytest.mark.parametrize("size", [(512, 512), (300, 512), (512, 320)])
def test_box_and_points_are_like_the_first_choices(
    given: Ports, network: Network, portrait: Image, mirror: bool, size: tuple[int, int]
) -> None:
    image = np.ascontiguousarray(portrait[: size[0], : size[1], :][:, :: -1 if mirror else 1])
    ours, first = one(find_faces(network, image)), one(find_by_yunet(Network(given, "yunet"), image))
    assert ours.box.width == pytest.approx(first.box.width, rel=0.25)
    assert ours.box.height == pytest.approx(first.box.height, rel=0.25)
    assert ours.box.centre == pytest.approx(first.box.centre, abs=0.15 * first.box.side)
    assert np.abs(ours.points[:3] - first.points[:3]).max() < 0.12 * first.box.side
    assert ours.points[0, 0] < ours.points[1, 0]
    assert ours.roll == pytest.approx(first.roll, abs=6)
    assert 0.6 <= ours.score <= 1


def test_two_people_are_two_faces(network: Network, portrait: Image) -> None:
    half = cv2.resize(portrait, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
    smaller = cv2.resize(portrait, half.shape[1::-1])
    smaller = cv2.copyMakeBorder(cv2.resize(smaller, None, fx=0.8, fy=0.8), 0, 62, 0, 0, cv2.BORDER_REPLICATE)
    both = np.hstack([smaller[: half.shape[0]], half])
    found = find_faces(network, both)
    assert len(found) == 2
    assert found[0].box.height > found[1].box.height


def test_a_face_that_fills_the_image_is_one(network: Network, portrait: Image) -> None:
    assert len(find_faces(network, portrait[50:200, 160:290])) <= 1


def test_a_large_face_is_found_by_the_coarse_grid(given: Ports, network: Network, portrait: Image) -> None:
    near = cv2.copyMakeBorder(portrait[20:230, 130:330], 10, 10, 10, 10, cv2.BORDER_REPLICATE)
    ours, first = find_faces(network, near)[0], one(find_by_yunet(Network(given, "yunet"), near))
    assert ours.box.side > 0.5 * near.shape[0]
    assert ours.box.centre == pytest.approx(first.box.centre, abs=0.15 * first.box.side)
    assert ours.box.height == pytest.approx(first.box.height, rel=0.25)


class Watched(Network):
    """The real net, which keeps what it was given."""

    def run(self, batch: Batch) -> list[Batch]:
        self.given = batch
        return super().run(batch)


def test_what_the_net_is_given(given: Ports) -> None:
    """RGB from -1 to 1, the image at the upper left, black beside it."""
    network = Watched(given, "blazeface")
    find_faces(network, np.full((100, 400, 3), (0, 51, 255), np.uint8))
    assert network.given.shape == (1, 3, 256, 256)
    assert network.given[0, :, 63, 255] == pytest.approx((1, -0.6, -1), abs=0.01)
    assert network.given[0, :, 64, 0] == pytest.approx((-1, -1, -1))


@pytest.mark.parametrize("level", [0, 127, 255])
def test_no_face_in_a_flat_image(network: Network, level: int) -> None:
    assert find_faces(network, np.full((480, 640, 3), level, np.uint8)) == []


@pytest.mark.parametrize("size", [(1, 1), (1, 4000), (3000, 2)])
def test_strange_sizes(network: Network, size: tuple[int, int]) -> None:
    assert find_faces(network, np.full((*size, 3), 90, np.uint8)) == []


def test_it_stands_in_and_says_so_once(
    model_cache: dict[str, str], portrait: Image, caplog: pytest.LogCaptureFixture
) -> None:
    models = WithoutYunet(model_cache)
    provider = build(ports(model_cache, models))
    with caplog.at_level(logging.WARNING):
        signals = [provider.read(still(portrait), Readings()) for _ in range(3)]
    assert all(signal.failure is None for signal in signals)
    assert all(set(signal.models) == {"blazeface"} for signal in signals)
    assert signals[0].features["face.count"] == 1
    assert [record.getMessage() for record in caplog.records] == [
        "faces are found by `blazeface` instead: model `yunet` is not there; run `selfie models pull`"
    ]
    models.absent = False
    assert set(provider.read(still(portrait), Readings()).models) == {"yunet"}
