"""`@vladmandic/human` under Node, installed once into the user's cache folder by its lock file."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

import platformdirs

from benchmarks.selfie_path.images import portrait

SCRIPTS = Path(__file__).parents[1] / "human"
_INSTALL = ("npm", "ci", "--no-audit", "--no-fund", "--loglevel=error", "--ignore-scripts", "--prefer-offline")


class NotThere(Exception):  # noqa: N818 - what is missing here
    """Node or the packages cannot be had; the message says which."""


class Human:
    """A Node process that answers how long a detection took. Raises `NotThere`."""

    def __init__(self) -> None:
        folder = _installed()
        self._images = Path(tempfile.mkdtemp(prefix="human-images-"))
        self._node = subprocess.Popen(  # noqa: S603 - our own script
            (str(shutil.which("node")), str(SCRIPTS / "detect.cjs")),
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._node.terminate()
        self._node.wait(10)
        shutil.rmtree(self._images, ignore_errors=True)

    def seconds(self, width: int, height: int) -> float:
        """Seconds of one detection with age, in the portrait of this size; raises `NotThere` where it finds no face."""
        file = self._images / f"{width}x{height}.rgb"
        if not file.is_file():
            file.write_bytes(portrait(width, height)[:, :, ::-1].tobytes())
        assert self._node.stdin is not None
        assert self._node.stdout is not None
        self._node.stdin.write(json.dumps({"file": str(file), "width": width, "height": height}) + "\n")
        self._node.stdin.flush()
        answer = json.loads(self._node.stdout.readline() or "{}")
        if answer.get("age") is None:
            raise NotThere("`@vladmandic/human` does not answer, or finds no face")
        return float(answer["ms"]) / 1000


def _installed() -> Path:
    """The folder with its packages."""
    for tool in ("node", "npm"):
        if shutil.which(tool) is None:
            raise NotThere(f"there is no `{tool}`")
    version = hashlib.sha256((SCRIPTS / "package-lock.json").read_bytes()).hexdigest()[:16]
    folder = Path(platformdirs.user_cache_dir("selfie-intelligence")) / f"human-{version}"
    if not (folder / "node_modules").is_dir():
        _install(folder)
    return folder


def _install(folder: Path) -> None:
    """In a folder of another name that is renamed at the end, so that a break leaves nothing half done."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=folder.parent))
    try:
        for name in ("package.json", "package-lock.json"):
            shutil.copyfile(SCRIPTS / name, fresh / name)
        done = subprocess.run(_INSTALL, cwd=fresh, capture_output=True, text=True, check=False, timeout=120)  # noqa: S603 - pinned
        if done.returncode != 0:
            raise NotThere(f"the packages of `@vladmandic/human` cannot be had: {done.stderr.strip()[:300]}")
        fresh.rename(folder)
    except subprocess.TimeoutExpired as slow:
        raise NotThere("the packages of `@vladmandic/human` did not come in two minutes") from slow
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
