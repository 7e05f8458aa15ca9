"""Copies of the embedded databases while they are in use, each as it was at one moment.

`VACUUM INTO` writes only what is there: a page of what was deleted never comes along. The copy is written under another
name, looked over, and takes its own name last, so that a file with that name is whole.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from engine.diagnostics import Diagnostic, Location, Refused

BUSY_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Copied:
    """One file of a backup."""

    file: Path
    sha256: str
    bytes: int


def empty_folder(folder: Path) -> Path:
    """A folder for a backup, which only its owner can read; raises `Refused` where something lies in it."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        is_empty = not any(folder.iterdir())
    except OSError as error:
        raise _refused("cannot-write", f"`{folder}` cannot be used: {error.strerror}", "name another folder") from error
    if not is_empty:
        raise _refused("not-empty", f"`{folder}` is not empty", "name a new folder for each backup")
    return folder


def copied_database(source: Path, folder: Path) -> Copied:
    """Copy one SQLite database; raises `Refused` where it cannot be read or written, and then leaves nothing."""
    target, draft = folder / source.name, folder / f".{source.name}"
    try:
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        _vacuumed(source, draft)
        _look_over(draft)
        draft.rename(target)
    except (OSError, sqlite3.Error) as error:
        draft.unlink(missing_ok=True)
        hint = "see that there is room, and that the database is the one of the settings"
        raise _refused("backup-failed", f"`{source.name}` could not be copied: {error}", hint) from error
    return _told(target)


def copied_file(source: Path, folder: Path) -> Copied:
    """Copy a small file that never changes, readable by the owner only."""
    target = folder / source.name
    try:
        with os.fdopen(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(source.read_bytes())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise _refused("backup-failed", f"`{source.name}` could not be copied: {error.strerror}", "see why") from error
    return _told(target)


def _vacuumed(source: Path, draft: Path) -> None:
    connection = sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=BUSY_SECONDS)
    try:
        connection.execute("VACUUM INTO ?", [str(draft)])
    finally:
        connection.close()


def _look_over(copy: Path) -> None:
    connection = sqlite3.connect(f"file:{copy}?mode=ro", uri=True)
    try:
        found = connection.execute("PRAGMA integrity_check").fetchone()[0]
    finally:
        connection.close()
    if found != "ok":
        raise sqlite3.DatabaseError("the copy is not whole")
    with copy.open("rb") as file:
        os.fsync(file.fileno())


def _told(file: Path) -> Copied:
    with file.open("rb") as opened:
        return Copied(file, hashlib.file_digest(opened, "sha256").hexdigest(), file.stat().st_size)


def _refused(code: str, message: str, hint: str) -> Refused:
    return Refused([Diagnostic(code, message, Location("backup"), hint)])
