"""From a model's published files to ONNX, with numpy and onnx alone. One converter a network, and one for addresses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from signals.convert.addresses import convert_addresses
from signals.convert.digest import NotAModel, bytes_digest, model_digest
from signals.convert.graph import BadSource
from signals.convert.minifasnet import convert_minifasnet
from signals.convert.tfjs import convert_blazeface, convert_facemesh
from signals.convert.tiny_xception import convert_face_api_age

Converter = Callable[[Sequence[bytes]], bytes]
"""Verified source files, in the order of models.yaml, to what is kept in the cache; raises `BadSource`."""


@dataclass(frozen=True, slots=True)
class Format:
    """What a converter gives: the ending of its file, and the digest by which it is known, which raises `NotAModel`."""

    suffix: str
    digest: Callable[[bytes], str]


ONNX = Format(".onnx", model_digest)
TABLE = Format(".table", bytes_digest)


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
        "addresses": convert_addresses,
    }
)
_NO_MODELS = MappingProxyType({"addresses": TABLE})


def format_of(converter: str) -> Format:
    """The format that a converter gives."""
    return _NO_MODELS.get(converter, ONNX)


__all__ = ["CONVERTERS", "BadSource", "Converter", "Format", "NotAModel", "format_of", "model_digest"]
