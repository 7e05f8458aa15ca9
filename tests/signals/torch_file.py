"""Writes old torch containers byte by byte, so that tests need neither torch nor its pickles."""

from __future__ import annotations

import pickle
import struct
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

MAGIC = 0x1950A86A20F9469CFC6C
ORDERED = b"ccollections\nOrderedDict\n)R"


def text(value: str) -> bytes:
    raw = value.encode()
    return b"X" + struct.pack("<I", len(raw)) + raw


def integers(*values: int) -> bytes:
    return b"".join(b"J" + struct.pack("<i", value) for value in values)


def tensor(key: str, count: int, shape: tuple[int, ...], strides: tuple[int, ...], offset: int = 0) -> bytes:
    """Opcodes that make one float tensor over a storage."""
    storage = b"(" + text("storage") + b"ctorch\nFloatStorage\n" + text(key) + text("cpu") + integers(count) + b"NtQ"
    sizes = b"(" + integers(*shape) + b"t(" + integers(*strides) + b"t"
    return b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage + integers(offset) + sizes + b"\x89" + ORDERED + b"tR"


def head() -> bytes:
    sizes = {"short": 2, "int": 4, "long": 4}
    parts = (MAGIC, 1001, {"protocol_version": 1001, "little_endian": True, "type_sizes": sizes})
    return b"".join(pickle.dumps(part, 2) for part in parts)


def container(body: bytes, storages: Mapping[str, NDArray[np.float32]]) -> bytes:
    """Head, the object's opcodes, the storages' keys, the storages."""
    numbers = b"".join(struct.pack("<q", values.size) + values.astype("<f4").tobytes() for values in storages.values())
    return head() + b"\x80\x02" + body + b"." + pickle.dumps(list(storages), 2) + numbers


def weights_file(tensors: Mapping[str, NDArray[np.float32]]) -> bytes:
    """The container that torch would have saved for these tensors, names prefixed as in parallel training."""
    items = []
    for number, (name, value) in enumerate(tensors.items()):
        strides = tuple(stride // value.itemsize for stride in value.strides)
        items.append(text(f"module.{name}") + tensor(str(number), value.size, value.shape, strides))
    body = ORDERED + b"(" + b"".join(items) + b"u"
    return container(body, {str(number): value.ravel() for number, value in enumerate(tensors.values())})
