"""Each converter against its network written out in numpy, on small random weights."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest

from signals.convert import CONVERTERS, BadSource, model_digest
from signals.convert.minifasnet import build_minifasnet
from signals.convert.tiny_xception import build_tiny_xception
from tests.signals import reference, tiny_weights
from tests.signals.torch_file import weights_file

SIDE = tiny_weights.SIDE
IMAGES = np.random.default_rng(3).uniform(0, 255, (3, 3, SIDE, SIDE)).astype(np.float32)


def run(content: bytes, images: Any) -> Any:
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    return session.run(None, {"image": images})[0]


@pytest.mark.parametrize("gates", [False, True])
def test_minifasnet_is_the_published_network(gates: bool) -> None:
    tensors = tiny_weights.minifasnet(gates=gates)
    small = IMAGES / 64
    expected = [reference.MiniFasNet(tensors)(image.astype(np.float64)) for image in small]
    np.testing.assert_allclose(run(build_minifasnet(tensors, SIDE), small), expected, rtol=2e-4)


def test_minifasnet_is_read_from_a_weights_file() -> None:
    tensors = tiny_weights.minifasnet(gates=True)
    tensors["conv_6_dw.conv.weight"] = np.random.default_rng(1).normal(0, 1, (8, 1, 5, 5)).astype(np.float32)
    content = CONVERTERS["minifasnet"]([weights_file(tensors)])
    assert model_digest(content) == model_digest(build_minifasnet(tensors))
    assert run(content, np.zeros((2, 3, 80, 80), np.float32)).shape == (2, 3)


def test_tiny_xception_is_the_published_network() -> None:
    weights = tiny_weights.tiny_xception()
    expected = [reference.TinyXception(weights)(image.astype(np.float64)) for image in IMAGES]
    np.testing.assert_allclose(run(build_tiny_xception(weights, SIDE), IMAGES), expected, rtol=2e-4)


def test_the_head_for_gender_is_not_in_the_graph() -> None:
    model = onnx.load_from_string(build_tiny_xception(tiny_weights.tiny_xception(), SIDE))
    assert [output.name for output in model.graph.output] == ["age"]
    assert not [tensor.name for tensor in model.graph.initializer if "gender" in tensor.name]


NETWORKS = {
    "minifasnet": (build_minifasnet, tiny_weights.minifasnet(gates=True), "conv_4.model.0.conv.bn.weight"),
    "tiny_xception": (build_tiny_xception, tiny_weights.tiny_xception(), "exit_flow/separable_conv/bias"),
}


@pytest.mark.parametrize("network", NETWORKS)
def test_weights_that_lack_one_are_refused(network: str) -> None:
    build, weights, name = NETWORKS[network]
    with pytest.raises(BadSource, match=name):
        build({other: value for other, value in weights.items() if other != name}, SIDE)


@pytest.mark.parametrize("network", NETWORKS)
def test_weights_with_one_too_many_are_refused(network: str) -> None:
    build, weights, _ = NETWORKS[network]
    with pytest.raises(BadSource, match="another network, such as `conv_9"):
        build({**weights, "conv_9.weight": np.zeros(3, np.float32)}, SIDE)


def manifest_of(values: np.ndarray[Any, Any], quantised: dict[str, Any] | None) -> bytes:
    entry: dict[str, Any] = {"name": "w", "shape": list(values.shape), "dtype": "float32"}
    if quantised:
        entry["quantization"] = quantised
    return json.dumps([{"paths": ["x.bin"], "weights": [entry]}]).encode()


@pytest.mark.parametrize("length", [-1, 1])
def test_a_weights_file_of_another_length_is_refused(length: int) -> None:
    values = np.arange(6, dtype=np.uint8).reshape(2, 3)
    raw = values.tobytes()[:length] if length < 0 else values.tobytes() + b"\0"
    with pytest.raises(BadSource, match=r"shorter|longer"):
        CONVERTERS["face_api_age"]([manifest_of(values, {"dtype": "uint8", "scale": 0.5, "min": -1.0}), raw])


@pytest.mark.parametrize("manifest", [b"", b"{}", b"[1]", b'[{"weights": [{"name": "w"}]}]', b"\xff\xfe"])
def test_a_broken_manifest_is_refused(manifest: bytes) -> None:
    with pytest.raises(BadSource, match="manifest"):
        CONVERTERS["face_api_age"]([manifest, b""])
