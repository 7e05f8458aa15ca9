"""Writes small TensorFlow.js graph models, as its converter would."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


def _text(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _attribute(value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"b": value}
    if isinstance(value, int):
        return {"i": str(value)}
    if isinstance(value, float):
        return {"f": value}
    if isinstance(value, str):
        return {"s": _text(value)}
    items = list(value)
    if items and isinstance(items[0], str):
        return {"list": {"s": [_text(item) for item in items]}}
    return {"list": {"i": [str(item) for item in items]}}


@dataclass
class GraphText:
    """A graph of one input `x` under construction."""

    shape: tuple[int, ...] = (-1, 7, 6, 4)
    nodes: list[dict[str, Any]] = field(default_factory=list)
    specs: list[dict[str, Any]] = field(default_factory=list)
    weights: bytes = b""

    def __post_init__(self) -> None:
        size = {"dim": [{"size": str(size)} for size in self.shape]}
        self.nodes.append(
            {"name": "x", "op": "Placeholder", "attr": {"dtype": {"type": "DT_FLOAT"}, "shape": {"shape": size}}}
        )

    def constant(self, name: str, value: Any, quantisation: dict[str, Any] | None = None) -> str:
        """A constant; with a quantisation `value` are the stored numbers."""
        held: NDArray[Any] = np.asarray(value)
        kind = "int32" if held.dtype.kind == "i" and quantisation is None else "float32"
        stored = held.astype("<i4" if kind == "int32" else held.dtype if quantisation else "<f4")
        tensor = {
            "dtype": f"DT_{'INT32' if kind == 'int32' else 'FLOAT'}",
            "tensorShape": {"dim": [{"size": str(size)} for size in held.shape]},
        }
        self.nodes.append(
            {"name": name, "op": "Const", "attr": {"dtype": {"type": tensor["dtype"]}, "value": {"tensor": tensor}}}
        )
        spec: dict[str, Any] = {"name": name, "shape": list(held.shape), "dtype": kind}
        self.specs.append(spec | ({"quantization": quantisation} if quantisation else {}))
        self.weights += stored.tobytes()
        return name

    def node(self, operator: str, inputs: list[str], name: str = "y", **attributes: Any) -> GraphText:
        """One operation; the last one is called `y`."""
        attr = {key: _attribute(value) for key, value in attributes.items()}
        self.nodes.append({"name": name, "op": operator, "input": inputs, "attr": {"T": {"type": "DT_FLOAT"}} | attr})
        return self

    def model(self) -> bytes:
        """The content of model.json."""
        groups = [{"paths": ["weights.bin"], "weights": self.specs}]
        content = {
            "format": "graph-model",
            "modelTopology": {"node": self.nodes, "versions": {"producer": 561}},
            "weightsManifest": groups,
        }
        return json.dumps(content).encode()

    def written(self, folder: Path, name: str) -> tuple[Path, Path]:
        """Both files on disk."""
        model, weights = folder / f"{name}.json", folder / f"{name}.bin"
        model.write_bytes(self.model())
        weights.write_bytes(self.weights)
        return model, weights
