"""From a model's published files to ONNX, with numpy and onnx alone. One converter a network."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from signals.convert.digest import NotAModel, model_digest
from signals.convert.graph import BadSource
from signals.convert.minifasnet import convert_minifasnet
from signals.convert.tfjs import convert_blazeface, convert_facemesh
from signals.convert.tiny_xception import convert_face_api_age

Converter = Callable[[Sequence[bytes]], bytes]
"""Verified source files, in the order of models.yaml, to a serialised ONNX model; raises `BadSource`."""


def keep_as_it_is(sources: Sequence[bytes]) -> bytes:
    """The source is an ONNX model already."""
    (content,) = sources
    return content


CONVERTERS: Mapping[str, Converter] = MappingProxyType(
    {
        "none": keep_as_it_is,
        "minifasnet": convert_minifasnet,
        "face_api_age": convert_face_api_age,
        "facemesh": convert_facemesh,
        "blazeface": convert_blazeface,
    }
)

__all__ = ["CONVERTERS", "BadSource", "Converter", "NotAModel", "model_digest"]
