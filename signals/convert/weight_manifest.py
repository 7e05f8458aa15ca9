"""Reads the weights of a TensorFlow.js model (a manifest and one binary file) with numpy alone.

The binary file holds the weights one after another in the manifest's order. A quantised weight is stored as whole
numbers q and stands for q · scale + min (TensorFlow.js converter, affine quantisation).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from signals.convert.graph import BadSource, Weights

Constant = NDArray[np.float32] | NDArray[np.int64]

_PLAIN = {"float32": "<f4", "int32": "<i4"}
_QUANTISED = {"uint8": "u1", "uint16": "<u2", "float16": "<f2"}


def read_weight_manifest(manifest: bytes, weights: bytes) -> Mapping[str, Weights]:
    """Weights by name, float32, in the shapes of the manifest. Raises `BadSource`."""
    try:
        entries = [entry for group in json.loads(manifest) for entry in group["weights"]]
        return {name: np.asarray(value, np.float32) for name, value in read_weights(entries, weights).items()}
    except BadSource:
        raise
    except (ValueError, KeyError, TypeError) as broken:
        raise BadSource(f"the weights manifest cannot be read ({type(broken).__name__})") from broken


def read_weights(entries: Iterable[Mapping[str, Any]], weights: bytes) -> Mapping[str, Constant]:
    """Weights by name, float32; whole numbers as int64. Raises `BadSource`, or what broken JSON raises."""
    found: dict[str, Constant] = {}
    position = 0
    for entry in entries:
        count = int(np.prod(entry["shape"], dtype=np.int64))
        quantised = entry.get("quantization")
        dtype = np.dtype(_QUANTISED[quantised["dtype"]] if quantised else _PLAIN[entry["dtype"]])
        end = position + count * dtype.itemsize
        if end > len(weights):
            raise BadSource("the weights file is shorter than its manifest says")
        stored = np.frombuffer(weights[position:end], dtype)
        found[entry["name"]] = _dequantised(stored, quantised).reshape(entry["shape"])
        position = end
    if position != len(weights):
        raise BadSource("the weights file is longer than its manifest says")
    return found


def _dequantised(stored: Any, quantised: Mapping[str, Any] | None) -> Constant:
    """In float64 and rounded once, so that every machine gets the same bits."""
    if quantised and "scale" in quantised:
        return np.asarray(stored.astype(np.float64) * quantised["scale"] + quantised["min"], np.float32)
    if quantised is None and stored.dtype.kind == "i":
        return np.asarray(stored, np.int64)
    return np.asarray(stored, np.float32)
