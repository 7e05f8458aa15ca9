"""Reads a TensorFlow.js weights manifest (JSON and one binary file) with numpy alone.

The binary file holds the weights one after another in the manifest's order. A quantised weight is stored as whole
numbers q and stands for q · scale + min (TensorFlow.js converter, affine quantisation).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from signals.convert.graph import BadSource, Weights

_STORED = {"uint8": "u1", "uint16": "<u2", "float16": "<f2"}


def read_weight_manifest(manifest: bytes, weights: bytes) -> Mapping[str, Weights]:
    """Weights by name, float32, in the shapes of the manifest. Raises `BadSource`."""
    try:
        entries = [entry for group in json.loads(manifest) for entry in group["weights"]]
        return _read(entries, weights)
    except BadSource:
        raise
    except (ValueError, KeyError, TypeError) as broken:
        raise BadSource(f"the weights manifest cannot be read ({type(broken).__name__})") from broken


def _read(entries: list[dict[str, Any]], weights: bytes) -> dict[str, Weights]:
    found, position = {}, 0
    for entry in entries:
        count = int(np.prod(entry["shape"], dtype=np.int64))
        quantised = entry.get("quantization")
        dtype = np.dtype(_STORED[quantised["dtype"]] if quantised else "<f4")
        end = position + count * dtype.itemsize
        if end > len(weights):
            raise BadSource("the weights file is shorter than its manifest says")
        stored = np.frombuffer(weights[position:end], dtype)
        found[entry["name"]] = _dequantised(stored, quantised).reshape(entry["shape"])
        position = end
    if position != len(weights):
        raise BadSource("the weights file is longer than its manifest says")
    return found


def _dequantised(stored: Any, quantised: dict[str, Any] | None) -> Weights:
    """In float64 and rounded once, so that every machine gets the same bits."""
    if quantised and "scale" in quantised:
        return np.asarray(stored.astype(np.float64) * quantised["scale"] + quantised["min"], np.float32)
    return np.asarray(stored, np.float32)
