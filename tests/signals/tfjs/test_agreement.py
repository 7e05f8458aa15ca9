"""Each model that comes from npm gives in onnxruntime what it gives in TensorFlow.js, on faces and on noise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import pytest

from signals.convert import model_digest
from signals.convert.tfjs import convert_blazeface, convert_facemesh
from signals.convert.tiny_xception import convert_face_api_age
from signals.model_records import read_model_records
from tests.conftest import ROOT
from tests.signals.tfjs.reference import Job, Numbers, Reference, furthest

pytestmark = pytest.mark.models

AGREE = 1e-4
"""Relative. Measured: 5e-6, 1e-6 and 1e-7; a single wrong weight in use moves an output by more than this."""
FACE = (slice(0, 300), slice(80, 380))
"""The face and its surroundings in the shipped portrait."""


@dataclass(frozen=True)
class Published:
    """One model: how it is converted, what goes in, and the graph's nodes in the order of our outputs."""

    convert: Callable[[Sequence[bytes]], bytes]
    side: int
    low: float
    high: float
    nodes: tuple[str, ...]
    planted: tuple[int, ...]
    """Where in the binary file a byte is changed: the high byte of a weight early, midway and late in the network."""


MESH_OUTPUTS = ("Identity_2", "Identity_1")
BLAZEFACE_OUTPUTS = ("Identity", "Identity_1", "Identity_2", "Identity_3")
MODELS = {
    "facemesh": Published(convert_facemesh, 192, 0, 1, MESH_OUTPUTS, (1_015_275, 1_186_775, 1_471_703)),
    "blazeface": Published(convert_blazeface, 256, -1, 1, BLAZEFACE_OUTPUTS, (17_687, 305_607, 505_671)),
    "faceapi_age": Published(convert_face_api_age, 112, 0, 255, (), (400, 20_500, 428_193)),
}


def _files(tfjs: Reference, name: str) -> tuple[Path, Path]:
    return tfjs.age_model() if name == "faceapi_age" else tfjs.model(name)


def _images(model: Published) -> Numbers:
    """4×side×side×3: the portrait's face, the same mirrored and dark, the whole portrait, noise."""
    portrait = cv2.imread(str(ROOT / "examples/astronaut.jpg"))
    assert portrait is not None
    views = [portrait[FACE], portrait[FACE][:, ::-1] // 3, portrait]
    small = [cv2.resize(view, (model.side, model.side))[:, :, ::-1] for view in views]
    noise = np.random.default_rng(11).integers(0, 256, small[0].shape)
    pictures = np.stack([*small, noise]).astype(np.float32) / 255
    return model.low + (model.high - model.low) * pictures


@pytest.fixture(scope="module")
def theirs(tfjs: Reference) -> dict[str, list[list[Numbers]]]:
    """For each model, for each image, what TensorFlow.js gives; one process of Node for all."""
    jobs = [
        Job("graph" if model.nodes else "age", *_files(tfjs, name), image[None], model.nodes)
        for name, model in MODELS.items()
        for image in _images(model)
    ]
    results = iter(tfjs.run(jobs))
    return {name: [next(results) for _ in _images(model)] for name, model in MODELS.items()}


def _ours(model: Published, sources: Sequence[bytes]) -> list[list[Numbers]]:
    """For each image the outputs, all images in one batch."""
    session = onnxruntime.InferenceSession(model.convert(sources), providers=["CPUExecutionProvider"])
    batch = np.ascontiguousarray(_images(model).transpose(0, 3, 1, 2))
    outputs = session.run(None, {"image": batch})
    return [[np.asarray(output[number], np.float32) for output in outputs] for number in range(len(batch))]


def _furthest(ours: list[list[Numbers]], theirs: list[list[Numbers]]) -> float:
    """The largest difference over all images, relative to the largest magnitude of the same output."""
    pairs = zip(zip(*ours, strict=True), zip(*theirs, strict=True), strict=True)
    return max(furthest(np.stack([np.ravel(value) for value in mine]), np.stack(other)) for mine, other in pairs)


@pytest.mark.parametrize("name", MODELS)
def test_model_agrees_with_tensorflow(name: str, tfjs: Reference, theirs: dict[str, list[list[Numbers]]]) -> None:
    sources = [path.read_bytes() for path in _files(tfjs, name)]
    assert _furthest(_ours(MODELS[name], sources), theirs[name]) < AGREE


@pytest.mark.parametrize(("name", "place"), [(name, place) for name in MODELS for place in MODELS[name].planted])
def test_one_wrong_weight_is_seen(
    name: str, place: int, tfjs: Reference, theirs: dict[str, list[list[Numbers]]]
) -> None:
    """The comparison above fails where a single weight has another sign or size."""
    manifest, weights = (path.read_bytes() for path in _files(tfjs, name))
    planted = bytearray(weights)
    planted[place] ^= 0x90
    assert _furthest(_ours(MODELS[name], [manifest, bytes(planted)]), theirs[name]) > AGREE


@pytest.mark.parametrize("name", MODELS)
def test_what_is_compared_is_what_is_shipped(name: str, tfjs: Reference) -> None:
    """The files that were compared convert to the digest that models.yaml names."""
    sources = [path.read_bytes() for path in _files(tfjs, name)]
    assert model_digest(MODELS[name].convert(sources)) == read_model_records()[name].digest
