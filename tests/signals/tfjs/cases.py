"""A small graph for each operator that the conversion knows, in each of its forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tests.signals.tfjs.graphs import GraphText

_RANDOM = np.random.default_rng(20261122)


def _normal(*shape: int) -> Any:
    return _RANDOM.normal(size=shape).astype(np.float32)


def _convolution(operator: str, kernel: tuple[int, ...], **attributes: Any) -> GraphText:
    graph = GraphText()
    outputs = kernel[3] if "Depthwise" not in operator else kernel[2] * kernel[3]
    inputs = ["x", graph.constant("kernel", _normal(*kernel))]
    fused = attributes.get("fused_ops", ())
    if "BiasAdd" in fused:
        inputs.append(graph.constant("bias", _normal(outputs)))
    if "Prelu" in fused:
        inputs.append(graph.constant("slope", _normal(1, 1, outputs)))
    given = {"strides": (1, 1, 1, 1), "padding": "SAME", "dilations": (1, 1, 1, 1), "data_format": "NHWC"}
    return graph.node(operator, inputs, **(given | attributes), num_args=len(inputs) - 2)


def _unary(operator: str, **attributes: Any) -> GraphText:
    return GraphText().node(operator, ["x"], **attributes)


def _beside(operator: str, *shape: int, first: bool = False) -> GraphText:
    """With a constant of this shape; with none, with another value."""
    graph = GraphText()
    if not shape:
        return graph.node("Relu", ["x"], "z").node(operator, ["x", "z"])
    names = ["x", graph.constant("c", _normal(*shape))]
    return graph.node(operator, names[::-1] if first else names)


def _pool(operator: str, padding: str, side: int, stride: int) -> GraphText:
    attributes = {"ksize": (1, side, side, 1), "strides": (1, stride, stride, 1), "padding": padding}
    return _unary(operator, **attributes, data_format="NHWC")


def _flat(operator: str, columns: int = 5, **attributes: Any) -> GraphText:
    graph = GraphText((-1, 12))
    shape = (columns, 12) if attributes.get("transpose_b") else (12, columns)
    inputs = ["x", graph.constant("kernel", _normal(*shape))]
    fused = attributes.get("fused_ops", ())
    if "BiasAdd" in fused:
        inputs.append(graph.constant("bias", _normal(columns)))
    return graph.node(
        operator, inputs, **({"transpose_a": False, "transpose_b": False} | attributes), num_args=len(inputs) - 2
    )


def _mean(axes: list[int], keep: bool) -> GraphText:
    graph = GraphText()
    return graph.node("Mean", ["x", graph.constant("axes", np.asarray(axes, np.int32))], keep_dims=keep)


def _pad(operator: str, amounts: list[list[int]], *value: float) -> GraphText:
    graph = GraphText()
    inputs = ["x", graph.constant("amounts", np.asarray(amounts, np.int32))]
    if value:
        inputs.append(graph.constant("value", np.float32(value[0])))
    return graph.node(operator, inputs)


def _reshape(shape: list[int], given: tuple[int, ...] = (-1, 7, 6, 4)) -> GraphText:
    graph = GraphText(given)
    return graph.node("Reshape", ["x", graph.constant("shape", np.asarray(shape, np.int32))])


def _join(axis: int) -> GraphText:
    graph = GraphText().node("Relu", ["x"], "z")
    return graph.node("ConcatV2", ["x", "z", graph.constant("axis", np.int32(axis))])


def _resize(height: int, width: int, **attributes: bool) -> GraphText:
    graph = GraphText()
    size = graph.constant("size", np.asarray([height, width], np.int32))
    return graph.node("ResizeBilinear", ["x", size], **attributes)


def _leaky_fused() -> GraphText:
    return _convolution("_FusedConv2D", (3, 3, 4, 5), fused_ops=("BiasAdd", "LeakyRelu"), leakyrelu_alpha=0.3)


def _slope(*shape: int) -> GraphText:
    graph = GraphText()
    return graph.node("Prelu", ["x", graph.constant("slope", _normal(*shape))])


def _quantised(dtype: str) -> GraphText:
    """A product with a constant that is stored in fewer bits."""
    graph = GraphText()
    if dtype == "float16":
        held, how = _normal(4).astype("<f2"), {"dtype": dtype, "original_dtype": "float32"}
    else:
        held = _RANDOM.integers(0, 256, 4).astype(f"<u{1 if dtype == 'uint8' else 2}")
        how = {"dtype": dtype, "scale": 0.0123456789, "min": -1.5, "original_dtype": "float32"}
    return graph.node("Mul", ["x", graph.constant("c", held, how)])


CASES: Mapping[str, Callable[[], GraphText]] = {
    "Conv2D same": lambda: _convolution("Conv2D", (3, 3, 4, 5)),
    "Conv2D same, stride 2": lambda: _convolution("Conv2D", (3, 3, 4, 5), strides=(1, 2, 2, 1)),
    "Conv2D same, even kernel": lambda: _convolution("Conv2D", (2, 4, 4, 5), strides=(1, 2, 2, 1)),
    "Conv2D valid": lambda: _convolution("Conv2D", (3, 2, 4, 5), padding="VALID"),
    "Conv2D explicit": lambda: _convolution(
        "Conv2D", (3, 3, 4, 5), padding="EXPLICIT", explicit_paddings=(0, 0, 2, 1, 0, 3, 0, 0)
    ),
    "Conv2D dilated": lambda: _convolution("Conv2D", (3, 3, 4, 5), dilations=(1, 2, 2, 1)),
    "_FusedConv2D bias": lambda: _convolution("_FusedConv2D", (3, 3, 4, 5), fused_ops=("BiasAdd",)),
    "_FusedConv2D relu": lambda: _convolution("_FusedConv2D", (1, 1, 4, 5), fused_ops=("BiasAdd", "Relu")),
    "_FusedConv2D relu6": lambda: _convolution("_FusedConv2D", (1, 1, 4, 5), fused_ops=("BiasAdd", "Relu6")),
    "_FusedConv2D elu": lambda: _convolution("_FusedConv2D", (1, 1, 4, 5), fused_ops=("BiasAdd", "Elu")),
    "_FusedConv2D sigmoid": lambda: _convolution("_FusedConv2D", (1, 1, 4, 5), fused_ops=("BiasAdd", "Sigmoid")),
    "_FusedConv2D prelu": lambda: _convolution("_FusedConv2D", (3, 3, 4, 5), fused_ops=("BiasAdd", "Prelu")),
    "_FusedConv2D leaky": _leaky_fused,
    "DepthwiseConv2dNative": lambda: _convolution("DepthwiseConv2dNative", (3, 3, 4, 1)),
    "DepthwiseConv2dNative, two each": lambda: _convolution(
        "DepthwiseConv2dNative", (5, 5, 4, 2), strides=(1, 2, 2, 1)
    ),
    "FusedDepthwiseConv2dNative": lambda: _convolution(
        "FusedDepthwiseConv2dNative", (3, 3, 4, 1), fused_ops=("BiasAdd", "Relu6")
    ),
    "MatMul": lambda: _flat("MatMul"),
    "MatMul turned": lambda: _flat("MatMul", transpose_b=True),
    "_FusedMatMul": lambda: _flat("_FusedMatMul", fused_ops=("BiasAdd", "Relu")),
    "Add one value": lambda: _beside("Add", 1, first=True),
    "AddV2 another": lambda: _beside("AddV2"),
    "AddV2 channels": lambda: _beside("AddV2", 4),
    "AddV2 a picture": lambda: _beside("AddV2", 1, 7, 6, 4),
    "BiasAdd": lambda: _beside("BiasAdd", 4),
    "Sub from": lambda: _beside("Sub", 4, first=True),
    "Mul rows": lambda: _beside("Mul", 6, 1),
    "Maximum": lambda: _beside("Maximum", 4),
    "Minimum": lambda: _beside("Minimum"),
    "Relu": lambda: _unary("Relu"),
    "Relu6": lambda: _unary("Relu6"),
    "Elu": lambda: _unary("Elu"),
    "Sigmoid": lambda: _unary("Sigmoid"),
    "LeakyRelu": lambda: _unary("LeakyRelu", alpha=0.15),
    "Prelu channels": lambda: _slope(1, 1, 4),
    "Prelu one": lambda: _slope(1),
    "Softmax": lambda: _unary("Softmax"),
    "Softmax flat": lambda: GraphText((-1, 12)).node("Softmax", ["x"]),
    "MaxPool same": lambda: _pool("MaxPool", "SAME", 3, 2),
    "MaxPool valid": lambda: _pool("MaxPool", "VALID", 2, 2),
    "AvgPool same": lambda: _pool("AvgPool", "SAME", 3, 2),
    "AvgPool valid": lambda: _pool("AvgPool", "VALID", 2, 1),
    "Mean of space": lambda: _mean([1, 2], keep=False),
    "Mean of space, kept": lambda: _mean([1, 2], keep=True),
    "Mean of channels, kept": lambda: _mean([-1], keep=True),
    "Pad channels": lambda: _pad("Pad", [[0, 0], [0, 0], [0, 0], [1, 3]]),
    "Pad space": lambda: _pad("Pad", [[0, 0], [2, 0], [1, 3], [0, 0]]),
    "PadV2": lambda: _pad("PadV2", [[0, 0], [1, 0], [0, 2], [0, 0]], -1.5),
    "Reshape flat": lambda: _reshape([-1, 168]),
    "Reshape to rows": lambda: _reshape([-1, 42, 4]),
    "Reshape image": lambda: _reshape([-1, 6, 7, 4]),
    "Reshape into image": lambda: _reshape([-1, 3, 4, 2], (-1, 24)),
    "ConcatV2 channels": lambda: _join(3),
    "ConcatV2 rows": lambda: _join(1),
    "ResizeBilinear": lambda: _resize(11, 9, align_corners=False, half_pixel_centers=False),
    "ResizeBilinear corners": lambda: _resize(13, 5, align_corners=True, half_pixel_centers=False),
    "ResizeBilinear half pixels": lambda: _resize(14, 12, align_corners=False, half_pixel_centers=True),
    "Identity": lambda: _unary("Identity"),
    "Const uint8": lambda: _quantised("uint8"),
    "Const uint16": lambda: _quantised("uint16"),
    "Const float16": lambda: _quantised("float16"),
    "Placeholder": lambda: _unary("Relu"),
}
"""By name, the first word of which is the operator."""
