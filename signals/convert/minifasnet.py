"""MiniFASNet (V2, and V1SE with squeeze and excitation) from a torch weights file to ONNX.

The network is that of github.com/minivision-ai/Silent-Face-Anti-Spoofing (Apache-2.0): bottlenecks of a widening
1×1, a depthwise 3×3 and a projecting 1×1 convolution; every width, the number of bottlenecks in a stage and where a
squeeze-and-excitation gate stands are read off the tensors.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from signals.convert.graph import BadSource, Graph, Weights
from signals.convert.torch_container import Tensors, read_torch_container

SIDE = 80
CLASSES = 3
_EPSILON = 1e-5
"""torch's own default of batch normalisation."""


def convert_minifasnet(sources: Sequence[bytes]) -> bytes:
    """ONNX of one weights file: `image` N×3×80×80, BGR 0..255 -> `probability` N×3, index 1 is live.

    Raises `BadSource` where tensors are missing, or left over.
    """
    (content,) = sources
    return build_minifasnet(read_torch_container(content))


def build_minifasnet(tensors: Tensors, side: int = SIDE) -> bytes:
    """The same from tensors by name; `side` is the input's height and width in pixels."""
    builder = _MiniFasNet(tensors)
    value = builder.unit("image", "conv1", stride=2)
    value = builder.unit(value, "conv2_dw")
    for shrink, stage in (("conv_23", "conv_3"), ("conv_34", "conv_4"), ("conv_45", "conv_5")):
        value = builder.bottleneck(value, shrink, stride=2)
        value = builder.stage(value, stage)
    value = builder.unit(value, "conv_6_sep")
    value = builder.unit(value, "conv_6_dw", activate=False, padding=0)
    builder.classify(value)
    builder.refuse_left_over()
    return builder.graph.finish({"image": ["n", 3, side, side]}, {"probability": ["n", CLASSES]})


class _MiniFasNet:
    """Turns named tensors into nodes and remembers which tensors were used."""

    def __init__(self, tensors: Tensors) -> None:
        self.graph = Graph("minifasnet")
        self._tensors = tensors
        self._used: set[str] = set()

    def unit(self, value: str, name: str, *, stride: int = 1, activate: bool = True, padding: int | None = None) -> str:
        """Convolution, normalisation and, if `activate`, a leaky slope for each channel."""
        value = self._convolution(value, f"{name}.conv", stride, padding)
        value = self._normalised(value, f"{name}.bn")
        if not activate:
            return value
        slope = self.graph.constant(f"{name}.prelu.weight", self._take(f"{name}.prelu.weight").reshape(-1, 1, 1))
        return self.graph.add("PRelu", [value, slope], f"{name}.prelu")

    def bottleneck(self, value: str, name: str, *, stride: int = 1) -> str:
        value = self.unit(value, f"{name}.conv")
        value = self.unit(value, f"{name}.conv_dw", stride=stride)
        return self.unit(value, f"{name}.project", activate=False)

    def stage(self, value: str, name: str) -> str:
        """The bottlenecks `name.model.0`, `.1`, … each with a shortcut around it."""
        number = 0
        while f"{name}.model.{number}.conv.conv.weight" in self._tensors:
            block = f"{name}.model.{number}"
            inner = self.bottleneck(value, block)
            if f"{block}.se_module.fc1.weight" in self._tensors:
                inner = self._gate(inner, f"{block}.se_module")
            value = self.graph.add("Add", [value, inner], block)
            number += 1
        return value

    def classify(self, value: str) -> None:
        value = self.graph.add("Flatten", [value], "flat", axis=1)
        value = self._linear(value, "linear")
        value = self._normalised(value, "bn")
        self.graph.add("Softmax", [self._linear(value, "prob")], "probability", axis=1)

    def refuse_left_over(self) -> None:
        """Every tensor must have found its place, or this is another network."""
        left = {name for name in self._tensors if not name.endswith("num_batches_tracked")} - self._used
        if left:
            raise BadSource(f"the weights file has tensors of another network, such as `{min(left)}`")

    def _gate(self, value: str, name: str) -> str:
        """Squeeze and excitation: each channel weighted by what all channels say together."""
        gate = self.graph.add("GlobalAveragePool", [value], f"{name}.mean")
        gate = self._normalised(self._convolution(gate, f"{name}.fc1", 1, 0), f"{name}.bn1")
        gate = self.graph.add("Relu", [gate], f"{name}.relu")
        gate = self._normalised(self._convolution(gate, f"{name}.fc2", 1, 0), f"{name}.bn2")
        gate = self.graph.add("Sigmoid", [gate], f"{name}.sigmoid")
        return self.graph.add("Mul", [value, gate], name)

    def _convolution(self, value: str, name: str, stride: int, padding: int | None) -> str:
        kernel = self._take(f"{name}.weight")
        outputs, inputs_each, height, width = kernel.shape
        pad = (height // 2 if padding is None else padding,) * 4
        return self.graph.add(
            "Conv",
            [value, self.graph.constant(f"{name}.weight", kernel)],
            name,
            kernel_shape=[height, width],
            strides=[stride, stride],
            pads=pad,
            group=outputs if inputs_each == 1 else 1,
        )

    def _normalised(self, value: str, name: str) -> str:
        parts = [f"{name}.{part}" for part in ("weight", "bias", "running_mean", "running_var")]
        constants = [self.graph.constant(part, self._take(part)) for part in parts]
        return self.graph.add("BatchNormalization", [value, *constants], name, epsilon=_EPSILON)

    def _linear(self, value: str, name: str) -> str:
        weight = self.graph.constant(f"{name}.weight", self._take(f"{name}.weight"))
        return self.graph.add("Gemm", [value, weight], name, transB=1)

    def _take(self, name: str) -> Weights:
        if name not in self._tensors:
            raise BadSource(f"the weights file lacks the tensor `{name}`")
        self._used.add(name)
        return np.asarray(self._tensors[name], np.float32)
