"""The identity of an ONNX model: a digest of its graph and weights, whatever wrote the file."""

from __future__ import annotations

import hashlib
from typing import Any, Protocol

import onnx
from google.protobuf.message import DecodeError, Message  # type: ignore[import-untyped]


class _Hash(Protocol):
    def update(self, data: bytes, /) -> None: ...


class NotAModel(Exception):  # noqa: N818 - the word of the domain
    """The bytes are no ONNX model."""


def model_digest(content: bytes) -> str:
    """SHA-256 over every field that the model sets, in the order of the field numbers.

    Two files with the same digest give the same graph, weights, opset and producer, though their bytes may
    differ where two versions of the serialiser order fields differently. Raises `NotAModel`.
    """
    model = onnx.ModelProto()
    try:
        model.ParseFromString(content)
    except DecodeError as broken:
        raise NotAModel("the file is not an ONNX model") from broken
    if not model.HasField("graph"):
        raise NotAModel("the file is not an ONNX model")
    digest = hashlib.sha256()
    _add(digest, model)
    return digest.hexdigest()


def bytes_digest(content: bytes) -> str:
    """SHA-256 of a file that is written in one way only."""
    return hashlib.sha256(content).hexdigest()


def _add(digest: _Hash, message: Message) -> None:
    fields = message.ListFields()
    digest.update(b"{%d" % len(fields))
    for field, value in fields:
        items = value if field.is_repeated else [value]
        digest.update(b"#%d:%d" % (field.number, len(items)))
        for item in items:
            _add_item(digest, item)


def _add_item(digest: _Hash, item: Any) -> None:
    """Each item with its kind and length before it, so that no two models give the same stream."""
    if isinstance(item, Message):
        _add(digest, item)
        return
    raw = item if isinstance(item, bytes) else repr(item).encode()
    digest.update(b"%s:%d:" % (type(item).__name__.encode(), len(raw)))
    digest.update(raw)
