"""The digest of a model: the same for the same graph and weights, another for any change."""

from __future__ import annotations

from collections.abc import Callable

import onnx
import pytest

from signals.convert import NotAModel, model_digest
from signals.convert.tiny_xception import build_tiny_xception
from tests.signals import tiny_weights

MODEL = build_tiny_xception(tiny_weights.tiny_xception(), 32)


def test_is_the_same_whatever_order_the_file_has() -> None:
    """A protobuf file may hold its fields in any order: here the opset and the producer come first."""
    model = onnx.load_from_string(MODEL)
    rest = onnx.ModelProto()
    rest.CopyFrom(model)
    for field in ("opset_import", "producer_name"):
        rest.ClearField(field)
    first = onnx.ModelProto(producer_name=model.producer_name, opset_import=model.opset_import)
    other = first.SerializeToString() + rest.SerializeToString()
    assert other != MODEL
    assert model_digest(other) == model_digest(MODEL)


def _flip_weight(model: onnx.ModelProto) -> None:
    raw = bytearray(model.graph.initializer[5].raw_data)
    raw[0] ^= 1
    model.graph.initializer[5].raw_data = bytes(raw)


def _swap_inputs(model: onnx.ModelProto) -> None:
    node = next(node for node in model.graph.node if node.op_type == "Sub")
    node.input.reverse()


def _stride(model: onnx.ModelProto) -> None:
    node = next(node for node in model.graph.node if node.op_type == "MaxPool")
    next(attribute for attribute in node.attribute if attribute.name == "strides").ints[0] = 1


def _external(model: onnx.ModelProto) -> None:
    model.graph.initializer[5].data_location = onnx.TensorProto.EXTERNAL


def _metadata(model: onnx.ModelProto) -> None:
    model.metadata_props.add(key="a", value="b")


def _opset(model: onnx.ModelProto) -> None:
    model.opset_import[0].version += 1


def _function(model: onnx.ModelProto) -> None:
    model.functions.add(name="Relu", domain="x")


@pytest.mark.parametrize("change", [_flip_weight, _swap_inputs, _stride, _external, _metadata, _opset, _function])
def test_any_change_shows(change: Callable[[onnx.ModelProto], None]) -> None:
    model = onnx.load_from_string(MODEL)
    change(model)
    assert model_digest(model.SerializeToString()) != model_digest(MODEL)


@pytest.mark.parametrize("content", [b"", b"no model", MODEL[: len(MODEL) // 2], b"\x08\x07"])
def test_what_is_no_model_is_refused(content: bytes) -> None:
    with pytest.raises(NotAModel):
        model_digest(content)
