"""The age network of face-api (MIT) from its weights manifest to ONNX: a small Xception with an age head.

The manifest names weights and no graph; the graph is rebuilt from the network's published source
(github.com/vladmandic/face-api): entry flow, a middle flow of blocks with a shortcut, exit flow, mean over space,
one linear layer. The head for gender is left out on purpose: nobody asked for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from signals.convert.graph import BadSource, Graph, Weights
from signals.convert.weight_manifest import read_weight_manifest

SIDE = 112
MEAN_RGB = (122.782, 117.001, 104.298)
_LEFT_OUT = "fc/gender/"


def convert_face_api_age(sources: Sequence[bytes]) -> bytes:
    """ONNX of manifest and weights file: `image` N×3×112×112, RGB 0..255 -> `age` N, years.

    Raises `BadSource` where weights are missing, or left over.
    """
    manifest, weights = sources
    return build_tiny_xception(read_weight_manifest(manifest, weights))


def build_tiny_xception(weights: Mapping[str, Weights], side: int = SIDE) -> bytes:
    """The same from weights by name; `side` is the input's height and width in pixels."""
    builder = _TinyXception(weights)
    graph = builder.graph
    mean = graph.constant("mean", np.asarray(MEAN_RGB, np.float32).reshape(1, 3, 1, 1))
    scale = graph.constant("scale", np.asarray(255, np.float32))
    value = graph.add("Div", [graph.add("Sub", ["image", mean], "centred"), scale], "scaled")
    value = builder.rectified(builder.convolution(value, "entry_flow/conv_in", stride=2))
    value = builder.reduction(value, "entry_flow/reduction_block_0", rectify=False)
    value = builder.reduction(value, "entry_flow/reduction_block_1")
    number = 0
    while f"middle_flow/main_block_{number}/separable_conv0/bias" in weights:
        value = builder.block(value, f"middle_flow/main_block_{number}")
        number += 1
    value = builder.reduction(value, "exit_flow/reduction_block")
    value = builder.rectified(builder.separable(value, "exit_flow/separable_conv"))
    builder.age(value)
    builder.refuse_left_over()
    return graph.finish({"image": ["n", 3, side, side]}, {"age": ["n"]})


class _TinyXception:
    """Turns named weights (TensorFlow's layouts) into nodes and remembers which were used."""

    def __init__(self, weights: Mapping[str, Weights]) -> None:
        self.graph = Graph("tiny_xception")
        self._weights = weights
        self._used: set[str] = set()

    def rectified(self, value: str) -> str:
        return self.graph.add("Relu", [value], f"{value}/relu")

    def convolution(self, value: str, name: str, *, stride: int) -> str:
        kernel = self._take(f"{name}/filters").transpose(3, 2, 0, 1)
        return self._conv(value, name, kernel, stride=stride, bias=self._take(f"{name}/bias"))

    def separable(self, value: str, name: str) -> str:
        """A depthwise 3×3 and a pointwise 1×1 convolution, the bias after both."""
        depthwise = self._take(f"{name}/depthwise_filter").transpose(2, 3, 0, 1)
        pointwise = self._take(f"{name}/pointwise_filter").transpose(3, 2, 0, 1)
        value = self._conv(value, f"{name}/depthwise", depthwise, group=depthwise.shape[0])
        return self._conv(value, f"{name}/pointwise", pointwise, bias=self._take(f"{name}/bias"))

    def reduction(self, value: str, name: str, *, rectify: bool = True) -> str:
        """Two separable convolutions and a pool of half the size, beside a 1×1 convolution of stride 2."""
        inner = self.rectified(value) if rectify else value
        inner = self.separable(inner, f"{name}/separable_conv0")
        inner = self.separable(self.rectified(inner), f"{name}/separable_conv1")
        inner = self.graph.add(
            "MaxPool", [inner], f"{name}/pool", kernel_shape=[3, 3], strides=[2, 2], auto_pad="SAME_UPPER"
        )
        return self.graph.add("Add", [inner, self.convolution(value, f"{name}/expansion_conv", stride=2)], name)

    def block(self, value: str, name: str) -> str:
        inner = value
        for number in range(3):
            inner = self.separable(self.rectified(inner), f"{name}/separable_conv{number}")
        return self.graph.add("Add", [inner, value], name)

    def age(self, value: str) -> None:
        value = self.graph.add("GlobalAveragePool", [value], "pooled")
        value = self.graph.add("Flatten", [value], "flat", axis=1)
        weights = self.graph.constant("fc/age/weights", self._take("fc/age/weights"))
        bias = self.graph.constant("fc/age/bias", self._take("fc/age/bias"))
        value = self.graph.add("Gemm", [value, weights, bias], "fc/age")
        self.graph.add("Reshape", [value, self.graph.constant("flat/shape", np.asarray([-1], np.int64))], "age")

    def refuse_left_over(self) -> None:
        """Every weight must have found its place, or this is another network."""
        left = {name for name in self._weights if not name.startswith(_LEFT_OUT)} - self._used
        if left:
            raise BadSource(f"the weights manifest has weights of another network, such as `{min(left)}`")

    def _conv(
        self, value: str, name: str, kernel: Weights, *, stride: int = 1, group: int = 1, bias: Weights | None = None
    ) -> str:
        inputs = [value, self.graph.constant(f"{name}/kernel", kernel)]
        if bias is not None:
            inputs.append(self.graph.constant(f"{name}/bias", bias))
        # TensorFlow's "same": where the padding is odd, the extra row and column stand at the end
        return self.graph.add(
            "Conv",
            inputs,
            name,
            kernel_shape=list(kernel.shape[2:]),
            strides=[stride, stride],
            auto_pad="SAME_UPPER",
            group=group,
        )

    def _take(self, name: str) -> Weights:
        if name not in self._weights:
            raise BadSource(f"the weights manifest lacks `{name}`")
        self._used.add(name)
        return self._weights[name]
