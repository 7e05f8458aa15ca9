"""TensorFlow.js itself, run by Node, as the reference of the conversions.

Its packages are pinned in `node/package-lock.json` and installed once into the user's cache folder. Where there is no
Node, or the packages cannot be had, `NotThere` says so and the tests are reported as not run.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import platformdirs
from numpy.typing import NDArray

Numbers = NDArray[np.float32]

SCRIPTS = Path(__file__).parent / "node"
_INSTALL = ("npm", "ci", "--no-audit", "--no-fund", "--loglevel=error", "--ignore-scripts", "--prefer-offline")


class NotThere(Exception):  # noqa: N818 - what is missing here
    """Node or its packages cannot be had; the message says which."""


@dataclass(frozen=True, slots=True)
class Job:
    """One run of one model.

    Args:
        kind: a graph model, or face-api's age network.
        model: model.json, or the weights manifest.
        weights: the binary file.
        image: N×H×W×3, or any shape that the graph takes.
        outputs: the graph's nodes to read.
    """

    kind: Literal["graph", "age"]
    model: Path
    weights: Path
    image: Numbers
    outputs: tuple[str, ...]


class Reference:
    """An installed TensorFlow.js with the published models beside it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def model(self, name: str) -> tuple[Path, Path]:
        """The two files of a graph model of `@vladmandic/human`."""
        folder = self._folder / "node_modules/@vladmandic/human/models"
        return folder / f"{name}.json", folder / f"{name}.bin"

    def age_model(self) -> tuple[Path, Path]:
        """The two files of face-api's age model."""
        folder = self._folder / "node_modules/@vladmandic/face-api/model"
        return folder / "age_gender_model-weights_manifest.json", folder / "age_gender_model.bin"

    def run(self, jobs: Sequence[Job]) -> list[list[Numbers]]:
        """For each job the numbers of each output, flat, in TensorFlow's order."""
        with tempfile.TemporaryDirectory() as folder:
            plan = [self._written(job, Path(folder), number) for number, job in enumerate(jobs)]
            jobs_file = Path(folder) / "jobs.json"
            jobs_file.write_text(json.dumps(plan))
            self._node(jobs_file)
            return [[np.fromfile(result, "<f4") for result in entry["results"]] for entry in plan]

    def _written(self, job: Job, folder: Path, number: int) -> dict[str, list[str]]:
        image = folder / f"{number}.input"
        job.image.astype("<f4").tofile(image)
        results = [str(folder / f"{number}.{index}.output") for index in range(max(1, len(job.outputs)))]
        files = {"model": str(job.model), "weights": str(job.weights), "input": str(image), "results": results}
        return {"kind": job.kind, **files, "shape": job.image.shape, "outputs": job.outputs}  # type: ignore[dict-item]

    def _node(self, jobs_file: Path) -> None:
        command = ["node", "run.cjs", str(jobs_file)]
        environment = {**os.environ, "NODE_PATH": str(self._folder / "parts")}
        done = subprocess.run(  # noqa: S603 - our own script
            command, cwd=self._folder, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


def installed() -> Reference:
    """TensorFlow.js in the user's cache folder, installed there the first time. Raises `NotThere`."""
    for tool in ("node", "npm"):
        if shutil.which(tool) is None:
            raise NotThere(f"there is no `{tool}`")
    lock = SCRIPTS / "package-lock.json"
    version = hashlib.sha256(lock.read_bytes()).hexdigest()[:16]
    folder = Path(platformdirs.user_cache_dir("selfie-intelligence")) / f"tfjs-{version}"
    if not (folder / "node_modules").is_dir():
        _install(folder)
    for path in SCRIPTS.rglob("*.*js"):  # our own scripts may be newer than the packages
        target = folder / path.relative_to(SCRIPTS)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    return Reference(folder)


def _install(folder: Path) -> None:
    """In a folder of another name that is renamed at the end, so that a break leaves nothing half done."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=folder.parent))
    try:
        for name in ("package.json", "package-lock.json"):
            shutil.copyfile(SCRIPTS / name, fresh / name)
        done = subprocess.run(_INSTALL, cwd=fresh, capture_output=True, text=True, check=False)  # noqa: S603 - pinned
        if done.returncode != 0:
            raise NotThere(f"the packages of TensorFlow.js cannot be had: {done.stderr.strip()[:300]}")
        fresh.rename(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def furthest(ours: Numbers, theirs: Numbers) -> float:
    """The largest difference over the largest magnitude of the reference."""
    assert ours.size == theirs.size
    return float(np.abs(ours.ravel() - theirs.ravel()).max() / np.abs(theirs).max())
