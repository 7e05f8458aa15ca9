"""Reads the tensors of an old torch container (before its zip format) without torch and without plain pickle.

The container is three pickles (a magic number, a version, the writer's byte order), the pickle of the object, the
pickle of the storages' keys, and then for each storage an int64 count and that many little-endian numbers.
A pickle may call whatever it names; here it may name an ordered dictionary, two number types and the making of a
tensor from a storage, and nothing else.
"""

from __future__ import annotations

import io
import pickle
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from signals.convert.graph import BadSource

MAGIC = 0x1950A86A20F9469CFC6C
VERSION = 1001
MAX_ELEMENTS = 50_000_000

Tensors = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class _StorageType:
    code: str

    def __reduce__(self) -> Any:
        raise TypeError


_STORAGE_TYPES = {
    ("torch", "FloatStorage"): _StorageType("<f4"),
    ("torch", "LongStorage"): _StorageType("<i8"),
}


@dataclass(frozen=True, slots=True)
class _Storage:
    key: str
    code: str
    count: int


@dataclass(frozen=True, slots=True)
class _TensorPlan:
    """Where a tensor's numbers lie, before the storages are read."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


class _TensorMaker:
    """Stands for torch's own function. Without attributes, so that a pickle's BUILD cannot change it."""

    __slots__ = ()

    def __call__(self, storage: Any, offset: Any, shape: Any, strides: Any, *_: Any) -> _TensorPlan:
        if not isinstance(storage, _Storage):
            raise BadSource("a tensor has no storage")
        return _TensorPlan(storage, int(offset), tuple(map(int, shape)), tuple(map(int, strides)))


class _Reader(pickle.Unpickler):
    """An unpickler that knows four names."""

    def find_class(self, module: str, name: str, /) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _TensorMaker()
        if (module, name) in _STORAGE_TYPES:
            return _STORAGE_TYPES[module, name]
        raise BadSource(f"the file names `{module}.{name}`, which a weights file has no use for")

    def persistent_load(self, pid: Any, /) -> _Storage:
        kind, storage_type, key, _, count, view = pid
        if kind != "storage" or view is not None or not isinstance(storage_type, _StorageType):
            raise BadSource("the file has a storage of an unknown kind")
        return _Storage(str(key), storage_type.code, _bounded(count))


def read_torch_container(content: bytes) -> Tensors:
    """The tensors by name, without the prefix `module.` of parallel training. Raises `BadSource`."""
    file = io.BytesIO(content)
    try:
        _check_head(file)
        plans = _Reader(file).load()
        keys = _Reader(file).load()
        storages = _read_storages(file, plans, keys)
        return {name.removeprefix("module."): _tensor(plan, storages) for name, plan in plans.items()}
    except BadSource:
        raise
    except Exception as broken:  # a hostile or broken pickle raises whatever it likes; each means the same here
        raise BadSource(f"the weights file cannot be read ({type(broken).__name__})") from broken


def _check_head(file: io.BytesIO) -> None:
    magic, version, system = (_Reader(file).load() for _ in range(3))
    if magic != MAGIC or version != VERSION or system.get("little_endian") is not True:
        raise BadSource("the file is not an old torch container")


def _read_storages(file: io.BytesIO, plans: Mapping[str, _TensorPlan], keys: list[str]) -> dict[str, NDArray[Any]]:
    named = {plan.storage.key: plan.storage for plan in plans.values()}
    if not all(isinstance(plan, _TensorPlan) for plan in plans.values()) or set(keys) != set(named):
        raise BadSource("the file's storages are not those of its tensors")
    storages = {}
    for key in keys:
        count = _bounded(int.from_bytes(file.read(8), "little"))
        dtype = np.dtype(named[key].code)
        raw = file.read(count * dtype.itemsize)
        if count != named[key].count or len(raw) != count * dtype.itemsize:
            raise BadSource("the file is cut off")
        storages[key] = np.frombuffer(raw, dtype)
    if file.read(1):
        raise BadSource("the file goes on after its last storage")
    return storages


def _tensor(plan: _TensorPlan, storages: Mapping[str, NDArray[Any]]) -> NDArray[Any]:
    """A copy of the tensor; its strides must lie inside its storage."""
    numbers = storages[plan.storage.key]
    last = plan.offset + sum((size - 1) * stride for size, stride in zip(plan.shape, plan.strides, strict=True))
    if min((plan.offset, last, *plan.strides, *plan.shape)) < 0 or last >= len(numbers) or 0 in plan.shape:
        raise BadSource("a tensor lies outside its storage")
    width = numbers.itemsize
    view = np.lib.stride_tricks.as_strided(numbers[plan.offset :], plan.shape, [s * width for s in plan.strides])
    return view.copy()


def _bounded(count: Any) -> int:
    if not isinstance(count, int) or not 0 <= count <= MAX_ELEMENTS:
        raise BadSource("the file claims a storage of an unbelievable size")
    return count
