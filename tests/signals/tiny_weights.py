"""Random weights for small versions of the converted nets, every name and layout as published."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Tensors = dict[str, NDArray[np.float32]]

SIDE = 32
EMBEDDING = 5


def minifasnet(*, gates: bool, seed: int = 0) -> Tensors:
    """Two bottlenecks in the first stage, one in the others; input 32×32; `gates` for the SE variant."""
    draw = np.random.default_rng(seed)
    found: Tensors = {}

    def normal(name: str, width: int) -> None:
        found[f"{name}.weight"] = draw.uniform(0.5, 1.5, width).astype(np.float32)
        found[f"{name}.bias"] = draw.normal(0, 0.3, width).astype(np.float32)
        found[f"{name}.running_mean"] = draw.normal(0, 0.3, width).astype(np.float32)
        found[f"{name}.running_var"] = draw.uniform(0.5, 2, width).astype(np.float32)
        found[f"{name}.num_batches_tracked"] = np.asarray([7], np.float32)

    def cell(name: str, inputs: int, outputs: int, size: int, *, slope: bool = True) -> None:
        found[f"{name}.conv.weight"] = draw.normal(0, 0.5, (outputs, inputs, size, size)).astype(np.float32)
        normal(f"{name}.bn", outputs)
        if slope:
            found[f"{name}.prelu.weight"] = draw.uniform(0, 0.5, outputs).astype(np.float32)

    def bottle(name: str, inputs: int, inner: int, outputs: int) -> None:
        cell(f"{name}.conv", inputs, inner, 1)
        cell(f"{name}.conv_dw", 1, inner, 3)
        cell(f"{name}.project", inner, outputs, 1, slope=False)

    def gate(name: str, width: int) -> None:
        found[f"{name}.fc1.weight"] = draw.normal(0, 1, (2, width, 1, 1)).astype(np.float32)
        normal(f"{name}.bn1", 2)
        found[f"{name}.fc2.weight"] = draw.normal(0, 1, (width, 2, 1, 1)).astype(np.float32)
        normal(f"{name}.bn2", width)

    cell("conv1", 3, 4, 3)
    cell("conv2_dw", 1, 4, 3)
    width = 4
    for down, stage, blocks in (("conv_23", "conv_3", 2), ("conv_34", "conv_4", 1), ("conv_45", "conv_5", 1)):
        bottle(down, width, 5, 6)
        width = 6
        for block in range(blocks):
            bottle(f"{stage}.model.{block}", width, 3 + block, width)
            if gates and block == blocks - 1:
                gate(f"{stage}.model.{block}.se_module", width)
    cell("conv_6_sep", width, 8, 1)
    cell("conv_6_dw", 1, 8, 2, slope=False)
    found["linear.weight"] = draw.normal(0, 0.3, (EMBEDDING, 8)).astype(np.float32)
    normal("bn", EMBEDDING)
    found["prob.weight"] = draw.normal(0, 0.5, (3, EMBEDDING)).astype(np.float32)
    return found


def tiny_xception(seed: int = 0) -> Tensors:
    """One middle block; input of any even size."""
    draw = np.random.default_rng(seed)
    found: Tensors = {}

    def plain(name: str, size: int, inputs: int, outputs: int) -> None:
        found[f"{name}/filters"] = draw.normal(0, 0.5, (size, size, inputs, outputs)).astype(np.float32)
        found[f"{name}/bias"] = draw.normal(0, 0.3, outputs).astype(np.float32)

    def split(name: str, inputs: int, outputs: int) -> None:
        found[f"{name}/depthwise_filter"] = draw.normal(0, 0.5, (3, 3, inputs, 1)).astype(np.float32)
        found[f"{name}/pointwise_filter"] = draw.normal(0, 0.5, (1, 1, inputs, outputs)).astype(np.float32)
        found[f"{name}/bias"] = draw.normal(0, 0.3, outputs).astype(np.float32)

    def reduction(name: str, inputs: int, outputs: int) -> None:
        split(f"{name}/separable_conv0", inputs, outputs)
        split(f"{name}/separable_conv1", outputs, outputs)
        plain(f"{name}/expansion_conv", 1, inputs, outputs)

    plain("entry_flow/conv_in", 3, 3, 4)
    reduction("entry_flow/reduction_block_0", 4, 5)
    reduction("entry_flow/reduction_block_1", 5, 6)
    for number in range(3):
        split(f"middle_flow/main_block_0/separable_conv{number}", 6, 6)
    reduction("exit_flow/reduction_block", 6, 7)
    split("exit_flow/separable_conv", 7, 8)
    for head, width in (("age", 1), ("gender", 2)):
        found[f"fc/{head}/weights"] = draw.normal(0, 1, (8, width)).astype(np.float32)
        found[f"fc/{head}/bias"] = draw.normal(0, 1, width).astype(np.float32)
    return found
