"""The layers of the converted nets in plain numpy, written from their definitions and slow on purpose."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Array = NDArray[np.float64]
Tensors = Mapping[str, NDArray[np.float32]]


def correlate(x: Array, kernel: Array, stride: int, pad: tuple[int, int], fill: float = 0.0) -> Array:
    """x is C×H×W, kernel O×C×h×w, or C×1×h×w for one kernel a channel; `pad` at the start and the end."""
    x = np.pad(x, ((0, 0), pad, pad), constant_values=fill)
    windows = sliding_window_view(x, kernel.shape[2:], axis=(1, 2))[:, ::stride, ::stride]
    if kernel.shape[1] == 1 and x.shape[0] > 1:
        return np.einsum("chwij,cij->chw", windows, kernel[:, 0])
    return np.einsum("chwij,ocij->ohw", windows, kernel)


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


class MiniFasNet:
    """The published network, layer for layer: an independent reading of the same description."""

    def __init__(self, tensors: Tensors) -> None:
        self.t = {name: value.astype(np.float64) for name, value in tensors.items()}

    def __call__(self, image: Array) -> Array:
        x = self.cell(image, "conv1", 2, 1)
        x = self.cell(x, "conv2_dw", 1, 1)
        for down, stage, blocks in (("conv_23", "conv_3", 2), ("conv_34", "conv_4", 1), ("conv_45", "conv_5", 1)):
            x = self.bottle(x, down, 2)
            for block in range(blocks):
                name = f"{stage}.model.{block}"
                inner = self.bottle(x, name, 1)
                if f"{name}.se_module.fc1.weight" in self.t:
                    inner = inner * self.excitation(inner, f"{name}.se_module")
                x = x + inner
        x = self.cell(x, "conv_6_sep", 1, 0)
        x = self.normal(correlate(x, self.t["conv_6_dw.conv.weight"], 1, (0, 0)), "conv_6_dw.bn")
        x = self.t["linear.weight"] @ x.ravel()
        x = self.t["prob.weight"] @ self.normal(x[:, None, None], "bn").ravel()
        return np.exp(x) / np.exp(x).sum()

    def bottle(self, x: Array, name: str, stride: int) -> Array:
        x = self.cell(x, f"{name}.conv", 1, 0)
        x = self.cell(x, f"{name}.conv_dw", stride, 1)
        return self.normal(correlate(x, self.t[f"{name}.project.conv.weight"], 1, (0, 0)), f"{name}.project.bn")

    def excitation(self, x: Array, name: str) -> Array:
        squeezed = x.mean(axis=(1, 2), keepdims=True)
        squeezed = self.normal(correlate(squeezed, self.t[f"{name}.fc1.weight"], 1, (0, 0)), f"{name}.bn1")
        squeezed = correlate(np.maximum(squeezed, 0), self.t[f"{name}.fc2.weight"], 1, (0, 0))
        return sigmoid(self.normal(squeezed, f"{name}.bn2"))

    def cell(self, x: Array, name: str, stride: int, pad: int) -> Array:
        x = self.normal(correlate(x, self.t[f"{name}.conv.weight"], stride, (pad, pad)), f"{name}.bn")
        return np.where(x > 0, x, x * self.t[f"{name}.prelu.weight"][:, None, None])

    def normal(self, x: Array, name: str) -> Array:
        scale = self.t[f"{name}.weight"] / np.sqrt(self.t[f"{name}.running_var"] + 1e-5)
        return (x - self.t[f"{name}.running_mean"][:, None, None]) * scale[:, None, None] + self.t[f"{name}.bias"][
            :, None, None
        ]


class TinyXception:
    """The published network, layer for layer, with TensorFlow's layouts and its "same" padding."""

    def __init__(self, weights: Tensors) -> None:
        self.w = {name: value.astype(np.float64) for name, value in weights.items()}

    def __call__(self, image: Array) -> float:
        x = (image - np.array([122.782, 117.001, 104.298])[:, None, None]) / 255
        x = np.maximum(self.plain(x, "entry_flow/conv_in", 2), 0)
        x = self.reduce(x, x, "entry_flow/reduction_block_0")
        x = self.reduce(np.maximum(x, 0), x, "entry_flow/reduction_block_1")
        inner = x
        for number in range(3):
            inner = self.split(np.maximum(inner, 0), f"middle_flow/main_block_0/separable_conv{number}")
        x = x + inner
        x = self.reduce(np.maximum(x, 0), x, "exit_flow/reduction_block")
        x = np.maximum(self.split(x, "exit_flow/separable_conv"), 0)
        return float((x.mean(axis=(1, 2)) @ self.w["fc/age/weights"] + self.w["fc/age/bias"])[0])

    def reduce(self, x: Array, shortcut: Array, name: str) -> Array:
        x = self.split(x, f"{name}/separable_conv0")
        x = self.split(np.maximum(x, 0), f"{name}/separable_conv1")
        padded = np.pad(x, ((0, 0), self.same(x, 3, 2), self.same(x, 3, 2)), constant_values=-np.inf)
        pooled = sliding_window_view(padded, (3, 3), axis=(1, 2))[:, ::2, ::2].max(axis=(3, 4))
        return pooled + self.plain(shortcut, f"{name}/expansion_conv", 2)

    def split(self, x: Array, name: str) -> Array:
        x = correlate(x, self.w[f"{name}/depthwise_filter"].transpose(2, 3, 0, 1), 1, (1, 1))
        x = correlate(x, self.w[f"{name}/pointwise_filter"].transpose(3, 2, 0, 1), 1, (0, 0))
        return x + self.w[f"{name}/bias"][:, None, None]

    def plain(self, x: Array, name: str, stride: int) -> Array:
        kernel = self.w[f"{name}/filters"].transpose(3, 2, 0, 1)
        x = correlate(x, kernel, stride, self.same(x, kernel.shape[2], stride))
        return x + self.w[f"{name}/bias"][:, None, None]

    @staticmethod
    def same(x: Array, kernel: int, stride: int) -> tuple[int, int]:
        total = max(0, (-(-x.shape[1] // stride) - 1) * stride + kernel - x.shape[1])
        return total // 2, total - total // 2
