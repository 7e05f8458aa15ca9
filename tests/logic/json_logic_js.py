"""json-logic-js itself, run by Node, as the oracle of the language.

It is pinned in `oracle/package-lock.json` and installed once into the user's cache folder.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import platformdirs

SCRIPTS = Path(__file__).parent / "oracle"
_INSTALL = ("npm", "ci", "--no-audit", "--no-fund", "--loglevel=error", "--ignore-scripts", "--prefer-offline")


class NotThere(Exception):  # noqa: N818 - what is missing here
    """Node or the package cannot be had; the message says which."""


class JsonLogicJs:
    """An installed json-logic-js."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def answers(self, asked: Iterable[tuple[Any, list[Any]]]) -> list[list[Any]]:
        """For each rule its answers to each of its data. NaN and undefined are null, a throw is an object."""
        lines = "\n".join(json.dumps({"rule": rule, "data": each}) for rule, each in asked)
        command = ["node", str(SCRIPTS / "run.cjs")]
        done = subprocess.run(  # noqa: S603 - our own script
            command,
            input=lines,
            env={**os.environ, "NODE_PATH": str(self._folder / "node_modules")},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return [[one.get("result", one) for one in json.loads(line)] for line in done.stdout.splitlines()]


def installed() -> JsonLogicJs:
    """json-logic-js in the user's cache folder, installed there the first time. Raises `NotThere`."""
    for tool in ("node", "npm"):
        if shutil.which(tool) is None:
            raise NotThere(f"there is no `{tool}`")
    version = hashlib.sha256((SCRIPTS / "package-lock.json").read_bytes()).hexdigest()[:16]
    folder = Path(platformdirs.user_cache_dir("selfie-intelligence")) / f"json-logic-js-{version}"
    if not (folder / "node_modules").is_dir():
        _install(folder)
    return JsonLogicJs(folder)


def _install(folder: Path) -> None:
    """In a folder of another name that is renamed at the end, so that a break leaves nothing half done."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=folder.parent))
    try:
        for name in ("package.json", "package-lock.json"):
            shutil.copyfile(SCRIPTS / name, fresh / name)
        done = subprocess.run(_INSTALL, cwd=fresh, capture_output=True, text=True, check=False)  # noqa: S603 - pinned
        if done.returncode != 0:
            raise NotThere(f"json-logic-js cannot be had: {done.stderr.strip()[:300]}")
        fresh.rename(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
