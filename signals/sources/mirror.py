"""A folder with model files under any name, for closed networks: found by size and sha256."""

from __future__ import annotations

import hashlib
from pathlib import Path

from signals.model_records import SourceFile
from signals.sources import SourceFailed


def from_mirror(folder: Path, file: SourceFile) -> bytes:
    """The content of the file with this hash, anywhere in the folder; raises `SourceFailed`."""
    if not folder.is_dir():
        raise SourceFailed(f"the mirror `{folder}` is no folder")
    for path in sorted(folder.rglob("*")):
        content = read_if_sound(path, file)
        if content is not None:
            return content
    raise SourceFailed(f"the mirror `{folder}` has no file with the sha256 of `{file.name}`")


def read_if_sound(path: Path, file: SourceFile) -> bytes | None:
    """The content where size and sha256 are right; None otherwise, also where it cannot be read."""
    try:
        if not path.is_file() or path.stat().st_size != file.size:
            return None
        content = path.read_bytes()
    except OSError:
        return None
    return content if hashlib.sha256(content).hexdigest() == file.sha256 else None
