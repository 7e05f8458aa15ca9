"""What each TensorFlow operator becomes in ONNX (opset 13). One function an operator, one table for all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np

from signals.convert.graph import BadSource
from signals.convert.tfjs.graph_model import Node
from signals.convert.tfjs.translation import IMAGE_RANK, TO_CHANNELS_FIRST, TO_CHANNELS_LAST, Translation

Translate = Callable[[Translation, Node], None]


def convolution(to: Translation, node: Node) -> None:
    """`Conv2D`: a kernel H×W×in×out."""
    kernel = to.constant(node.inputs[1]).transpose(3, 2, 0, 1)
    _convolve(to, node, kernel, group=1)


def depthwise(to: Translation, node: Node) -> None:
    """`DepthwiseConv2dNative`: a kernel H×W×in×multiplier; the outputs of one channel stand together."""
    kernel = to.constant(node.inputs[1])
    height, width, channels, multiplier = kernel.shape
    first = kernel.transpose(2, 3, 0, 1).reshape(channels * multiplier, 1, height, width)
    _convolve(to, node, first, group=channels)


def _convolve(to: Translation, node: Node, kernel: Any, group: int) -> None:
    inputs = [node.inputs[0], to.place(f"{node.name}/kernel", kernel)]
    fused = list(node.texts("fused_ops"))
    if fused[:1] == ["BiasAdd"]:
        inputs.append(to.place(f"{node.name}/bias", to.constant(node.inputs[2])))
    attributes: dict[str, Any] = {
        "kernel_shape": list(kernel.shape[2:]),
        "strides": _spatial(node, "strides"),
        "dilations": _spatial(node, "dilations"),
        "group": group,
    }
    attributes |= _spread(node, attributes) if max(attributes["dilations"]) > 1 else _padding(node)
    _fused(to, node, "Conv", inputs, IMAGE_RANK, attributes)


def matrix_product(to: Translation, node: Node) -> None:
    """`MatMul` of a value N×K with a constant."""
    if to.rank(node.inputs[0]) != 2 or node.flag("transpose_a"):
        raise BadSource(f"`{node.name}` is a product of a kind that is not translated")
    inputs = [node.inputs[0], to.place(f"{node.name}/kernel", to.constant(node.inputs[1]))]
    if node.texts("fused_ops")[:1] == ("BiasAdd",):
        inputs.append(to.place(f"{node.name}/bias", to.constant(node.inputs[2])))
    _fused(to, node, "Gemm", inputs, 2, {"transB": int(node.flag("transpose_b"))})


def _fused(to: Translation, node: Node, operator: str, inputs: list[str], rank: int, attributes: Any) -> None:
    """The operator with its bias among the inputs, then at most one activation that TensorFlow fused with it."""
    activations = [name for name in node.texts("fused_ops") if name != "BiasAdd"]
    if not activations:
        to.add(operator, inputs, node.name, rank, **attributes)
        return
    (activation,) = activations
    bare = to.add(operator, inputs, f"{node.name}/bare", rank, **attributes)
    slopes = node.inputs[3:] if activation == "Prelu" else ()
    fused = Node(node.name, activation, (bare, *slopes), _leak(node))
    if activation not in ACTIVATIONS:
        raise BadSource(f"the fused activation `{activation}` is not translated")
    ACTIVATIONS[activation](to, fused)


def _leak(node: Node) -> Mapping[str, Any]:
    return {"alpha": {"f": node.number("leakyrelu_alpha", 0.2)}}


def _spatial(node: Node, name: str) -> list[int]:
    """Height's and width's entry of an attribute with four."""
    held = node.integers(name) or (1, 1, 1, 1)
    if len(held) != IMAGE_RANK or node.text("data_format", "NHWC") != "NHWC":
        raise BadSource(f"`{node.name}` has a layout that is not translated")
    return list(held[1:3])


def _padding(node: Node) -> dict[str, Any]:
    """Where TensorFlow's "same" is odd, the extra row and column stand at the end."""
    kind = node.text("padding")
    if kind == "EXPLICIT":
        top, bottom, left, right = node.integers("explicit_paddings")[2:6]
        return {"pads": [top, left, bottom, right]}
    kinds = {"SAME": "SAME_UPPER", "VALID": "VALID"}
    if kind not in kinds:
        raise BadSource(f"`{node.name}` has the padding `{kind}`, which is not translated")
    return {"auto_pad": kinds[kind]}


def _spread(node: Node, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """The padding of a dilated kernel in numbers: onnxruntime refuses "same" there. Such a kernel has stride 1."""
    if node.text("padding") != "SAME":
        return _padding(node)
    sides = zip(attributes["kernel_shape"], attributes["dilations"], strict=True)
    total = [dilation * (side - 1) for side, dilation in sides]
    return {"pads": [size // 2 for size in total] + [size - size // 2 for size in total]}


def pool(operator: str, to: Translation, node: Node) -> None:
    """`MaxPool` and `AvgPool`; an average counts no padding in either."""
    attributes = {"kernel_shape": _spatial(node, "ksize"), "strides": _spatial(node, "strides"), **_padding(node)}
    to.add(operator, node.inputs, node.name, IMAGE_RANK, **attributes)


def pad(to: Translation, node: Node) -> None:
    """`Pad` with zeros, `PadV2` with its third input."""
    rank = to.rank(node.inputs[0])
    paddings = to.constant(node.inputs[1])
    order = TO_CHANNELS_FIRST if rank == IMAGE_RANK else range(rank)
    amounts = np.asarray([paddings[axis, end] for end in (0, 1) for axis in order], np.int64)
    value = np.zeros((), np.float32)
    if len(node.inputs) > 2:
        value = np.asarray(to.constant(node.inputs[2]), np.float32)
    constants = [to.place(f"{node.name}/amounts", amounts), to.place(f"{node.name}/value", value)]
    to.add("Pad", [node.inputs[0], *constants], node.name, rank)


def elementwise(operator: str, to: Translation, node: Node) -> None:
    """An operator of two inputs, one of which may be a constant, with NumPy's broadcasting."""
    ranks = [to.rank(name) for name in node.inputs if not to.holds(name)]
    rank = max(ranks)
    if min(ranks) != rank:
        raise BadSource(f"`{node.name}` joins values of different rank")
    to.add(operator, [to.operand(name, rank, node.name) for name in node.inputs], node.name, rank)


def unary(operator: str, to: Translation, node: Node) -> None:
    """An operator on each number alone."""
    to.add(operator, node.inputs, node.name, to.rank(node.inputs[0]))


def clipped(to: Translation, node: Node) -> None:
    """`Relu6`."""
    bounds = [to.place(f"{node.name}/{bound}", np.asarray(bound, np.float32)) for bound in (0, 6)]
    to.add("Clip", [node.inputs[0], *bounds], node.name, to.rank(node.inputs[0]))


def leaky(to: Translation, node: Node) -> None:
    """`LeakyRelu`: one slope for all."""
    to.add("LeakyRelu", node.inputs, node.name, to.rank(node.inputs[0]), alpha=node.number("alpha", 0.2))


def sloped(to: Translation, node: Node) -> None:
    """`Prelu`: a slope for each channel."""
    rank = to.rank(node.inputs[0])
    to.add("PRelu", [node.inputs[0], to.operand(node.inputs[1], rank, node.name)], node.name, rank)


def softmax(to: Translation, node: Node) -> None:
    """`Softmax` over the channels."""
    rank = to.rank(node.inputs[0])
    to.add("Softmax", node.inputs, node.name, rank, axis=to.axis(-1, rank))


def mean(to: Translation, node: Node) -> None:
    """`Mean` over some axes."""
    rank = to.rank(node.inputs[0])
    axes = [to.axis(int(axis), rank) for axis in np.atleast_1d(to.constant(node.inputs[1]))]
    keeps = node.flag("keep_dims")
    left = rank if keeps else rank - len(axes)
    if rank == IMAGE_RANK and left == IMAGE_RANK - 1:
        raise BadSource(f"`{node.name}` takes away one axis of an image, which is not translated")
    to.add("ReduceMean", node.inputs[:1], node.name, left, axes=sorted(axes), keepdims=int(keeps))


def reshape(to: Translation, node: Node) -> None:
    """`Reshape` on TensorFlow's order. A leading 1 is the batch of a graph frozen at one image, and is set free."""
    shape = np.asarray(to.constant(node.inputs[1]), np.int64).copy()
    if shape[0] == 1:
        shape[0] = 0  # ONNX: as the input has it
    value = node.inputs[0]
    if to.rank(value) == IMAGE_RANK:
        value = to.add("Transpose", [value], f"{node.name}/last", IMAGE_RANK, perm=TO_CHANNELS_LAST)
    target = to.place(f"{node.name}/shape", shape)
    if len(shape) != IMAGE_RANK:
        to.add("Reshape", [value, target], node.name, len(shape))
        return
    value = to.add("Reshape", [value, target], f"{node.name}/shaped", IMAGE_RANK)
    to.add("Transpose", [value], node.name, IMAGE_RANK, perm=TO_CHANNELS_FIRST)


def joined(to: Translation, node: Node) -> None:
    """`ConcatV2`: the last input names the axis."""
    *values, axis = node.inputs
    rank = to.rank(values[0])
    to.add("Concat", values, node.name, rank, axis=to.axis(int(to.constant(axis)), rank))


def resized(to: Translation, node: Node) -> None:
    """`ResizeBilinear` to a constant height and width, for any batch."""
    value, size = node.inputs
    target = to.place(f"{node.name}/size", np.asarray(to.constant(size), np.int64))
    first, middle = (to.place(f"{node.name}/{end}", np.asarray([end], np.int64)) for end in (0, 2))
    shape = to.add("Shape", [value], f"{node.name}/shape", 1)
    batch = to.add("Slice", [shape, first, middle], f"{node.name}/batch", 1)
    sizes = to.add("Concat", [batch, target], f"{node.name}/sizes", 1, axis=0)
    grid = "align_corners" if node.flag("align_corners") else "asymmetric"
    grid = "half_pixel" if node.flag("half_pixel_centers") else grid
    attributes = {"mode": "linear", "coordinate_transformation_mode": grid}
    to.add("Resize", [value, "", "", sizes], node.name, IMAGE_RANK, **attributes)


def image(to: Translation, node: Node) -> None:
    """`Placeholder`: the one input."""
    to.take_image(node)


def renamed(to: Translation, node: Node) -> None:
    """`Identity`."""
    to.same_as(node, node.inputs[0])


def constant(to: Translation, node: Node) -> None:
    """`Const`: its numbers are placed where they are used."""
    to.constant(node.name)


ACTIVATIONS: Mapping[str, Translate] = MappingProxyType(
    {
        "Elu": partial(unary, "Elu"),
        "LeakyRelu": leaky,
        "Prelu": sloped,
        "Relu": partial(unary, "Relu"),
        "Relu6": clipped,
        "Sigmoid": partial(unary, "Sigmoid"),
    }
)

OPERATORS: Mapping[str, Translate] = MappingProxyType(
    {
        **ACTIVATIONS,
        "Add": partial(elementwise, "Add"),
        "AddV2": partial(elementwise, "Add"),
        "AvgPool": partial(pool, "AveragePool"),
        "BiasAdd": partial(elementwise, "Add"),
        "ConcatV2": joined,
        "Const": constant,
        "Conv2D": convolution,
        "DepthwiseConv2dNative": depthwise,
        "FusedDepthwiseConv2dNative": depthwise,
        "Identity": renamed,
        "MatMul": matrix_product,
        "Maximum": partial(elementwise, "Max"),
        "MaxPool": partial(pool, "MaxPool"),
        "Mean": mean,
        "Minimum": partial(elementwise, "Min"),
        "Mul": partial(elementwise, "Mul"),
        "Pad": pad,
        "PadV2": pad,
        "Placeholder": image,
        "Reshape": reshape,
        "ResizeBilinear": resized,
        "Softmax": softmax,
        "Sub": partial(elementwise, "Sub"),
        "_FusedConv2D": convolution,
        "_FusedMatMul": matrix_product,
    }
)
