"""One folder into which all processes of one service count, so that whichever is asked tells of all of them."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prometheus_client.multiprocess import mark_process_dead

SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The library's own variable; it is read when the library is imported, so set before a process starts."""
IN_MEMORY = Path("/dev/shm")  # noqa: S108 - the folder made there is ours alone


@contextmanager
def shared_metrics() -> Iterator[None]:
    """For processes started within: a folder of their own, unless the operator names one.

    In memory where that is possible: these files are mapped, and a mapped file kills its process on a full disk.
    """
    if SHARED_FOLDER in os.environ:
        yield
        return
    place = IN_MEMORY if os.access(IN_MEMORY, os.W_OK) else None
    folder = os.environ[SHARED_FOLDER] = tempfile.mkdtemp(prefix="selfie-metrics-", dir=place)
    try:
        yield
    finally:
        del os.environ[SHARED_FOLDER]
        shutil.rmtree(folder, ignore_errors=True)


def forget_the_dead(folder: str) -> None:
    """What a process had under way ended with it: its gauges go, its counts stay."""
    for file in Path(folder).glob("gauge_live*_*.db"):
        pid = int(file.stem.rpartition("_")[2])
        if not _lives(pid):
            mark_process_dead(pid, folder)  # type: ignore[no-untyped-call]


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's, who has the number now
        return True
    return True
