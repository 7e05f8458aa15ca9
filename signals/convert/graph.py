"""Builds ONNX graphs node by node, with the same opset and producer every time so that a digest is stable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Weights = NDArray[np.float32]

OPSET = 13
IR_VERSION = 8
PRODUCER = "selfie-intelligence"
PRODUCER_VERSION = "1"
"""Changes with any change of a converter's output; the digests in models.yaml change with it."""


class BadSource(Exception):  # noqa: N818 - the word of the domain
    """A source file is not what its converter expects. The message says what was found."""


class Graph:
    """A graph under construction. Values are named after the node that makes them."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}

    def constant(self, name: str, value: NDArray[np.float32] | NDArray[np.int64]) -> str:
        """Keep an array in the graph under `name`; little-endian float32 or int64, contiguous."""
        self._constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def add(self, operator: str, inputs: Sequence[str], name: str, **attributes: Any) -> str:
        """Append one node with one output; returns the output's name, which is `name`."""
        self._nodes.append(helper.make_node(operator, list(inputs), [name], name=name, **attributes))
        return name

    def finish(self, inputs: Mapping[str, Sequence[int | str]], outputs: Mapping[str, Sequence[int | str]]) -> bytes:
        """The serialised model; float32 inputs and outputs with these shapes, a text being a dynamic dimension."""
        graph = helper.make_graph(
            self._nodes, self._name, _typed(inputs), _typed(outputs), initializer=list(self._constants.values())
        )
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", OPSET)],
            ir_version=IR_VERSION,
            producer_name=PRODUCER,
            producer_version=PRODUCER_VERSION,
        )
        onnx.checker.check_model(model, full_check=True)
        return bytes(model.SerializeToString(deterministic=True))


def _typed(shapes: Mapping[str, Sequence[int | str]]) -> list[onnx.ValueInfoProto]:
    return [helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape)) for name, shape in shapes.items()]
