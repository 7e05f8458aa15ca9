"""A file that is written again and again is whole whenever somebody reads it."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from signals.atomic import write_atomically

SIZE = 4_000_000
CONTENTS = (b"a" * SIZE, b"b" * SIZE)


def _write(path: Path) -> None:
    for number in range(120):
        write_atomically(path, CONTENTS[number % 2])


def test_a_reader_never_meets_half_a_file(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    write_atomically(path, CONTENTS[0])
    writers = [multiprocessing.get_context("spawn").Process(target=_write, args=(path,)) for _ in range(2)]
    for writer in writers:
        writer.start()
    reads = 0
    while any(writer.is_alive() for writer in writers):
        assert path.read_bytes() in CONTENTS
        reads += 1
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    assert reads > 10
    assert [found.name for found in tmp_path.iterdir()] == ["model.onnx"]


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").mkdir()
    with pytest.raises(OSError, match="directory"):
        write_atomically(tmp_path / "model.onnx", b"x")
    assert [found.name for found in tmp_path.iterdir()] == ["model.onnx"]
