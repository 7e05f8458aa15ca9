"""The reader of torch's old container: gives the tensors, and nothing to whoever wrote the file."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from signals.convert import BadSource
from signals.convert.torch_container import read_torch_container
from tests.signals.torch_file import ORDERED, container, head, integers, tensor, text, weights_file

NUMBERS = np.arange(12, dtype=np.float32)


def test_reads_tensors_in_their_shapes() -> None:
    weights = {"a.weight": NUMBERS.reshape(3, 4), "b": np.float32([7.5])}
    found = read_torch_container(weights_file(weights))
    assert list(found) == ["a.weight", "b"]
    for name, value in weights.items():
        np.testing.assert_array_equal(found[name], value)


def test_reads_a_tensor_that_looks_at_its_storage_from_the_side() -> None:
    body = ORDERED + b"(" + text("t") + tensor("0", 12, (4, 2), (1, 4), offset=4) + b"u"
    found = read_torch_container(container(body, {"0": NUMBERS}))["t"]
    np.testing.assert_array_equal(found, NUMBERS.reshape(3, 4).T[:, 1:])


class _Hostile:
    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return Path.touch, (self.target,)


@pytest.mark.parametrize("protocol", [0, 2, 4, 5])
def test_runs_nothing_that_a_pickle_names(tmp_path: Path, protocol: int) -> None:
    target = tmp_path / "was-here"
    with pytest.raises(BadSource, match="names `"):
        read_torch_container(head() + pickle.dumps(_Hostile(target), protocol))
    assert not target.exists()


@pytest.mark.parametrize(
    "named",
    [b"cos\nsystem\n", b"cbuiltins\neval\n", b"ctorch.storage\n_load_from_bytes\n", b"ctorch._utils\nannotations\n",
     b"ccollections\nnamedtuple\n", b"cpickle\nloads\n"],
)  # fmt: skip
def test_names_outside_the_list_are_refused(named: bytes) -> None:
    with pytest.raises(BadSource, match="names `"):
        read_torch_container(head() + b"\x80\x02" + named + b"(" + text("1+1") + b"tR.")


@pytest.mark.parametrize(
    "state", [b"}" + text("__call__") + integers(1) + b"s", b"N}" + text("x") + integers(1) + b"s\x86"]
)
def test_a_pickle_cannot_change_the_reader(state: bytes) -> None:
    with pytest.raises(BadSource):
        read_torch_container(head() + b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n" + state + b"b.")
    test_reads_tensors_in_their_shapes()


@pytest.mark.parametrize(
    ("count", "shape", "strides", "offset"),
    [(12, (13,), (1,), 0), (12, (4, 4), (3, 1), 0), (12, (3,), (1,), 10), (12, (3,), (-1,), 5), (12, (3,), (1,), -1),
     (12, (0,), (1,), 0), (11, (3,), (1,), 0), (2_000_000_000, (3,), (1,), 0),
     (-1, (3,), (1,), 0), (12, (2, 2), (1,), 0)],
)  # fmt: skip
def test_a_tensor_outside_its_storage_is_refused(
    count: int, shape: tuple[int, ...], strides: tuple[int, ...], offset: int
) -> None:
    body = ORDERED + b"(" + text("t") + tensor("0", count, shape, strides, offset) + b"u"
    with pytest.raises(BadSource):
        read_torch_container(container(body, {"0": NUMBERS}))


def test_a_file_cut_anywhere_is_refused() -> None:
    whole = weights_file({"a": NUMBERS.reshape(3, 4), "b": NUMBERS})
    for end in range(len(whole)):
        with pytest.raises(BadSource):
            read_torch_container(whole[:end])
    with pytest.raises(BadSource):
        read_torch_container(whole + b"\0")


def test_a_flipped_byte_gives_tensors_or_a_refusal() -> None:
    whole = bytearray(weights_file({"a": NUMBERS}))
    for place in range(len(whole)):
        for flip in (0x01, 0x80, 0xFF):
            whole[place] ^= flip
            try:
                read_torch_container(bytes(whole))
            except BadSource:
                pass
            finally:
                whole[place] ^= flip
