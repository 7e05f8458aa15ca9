"""The example package, as its source for tests of its parts and installed for tests of the whole."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.examples.server import LivenessServer

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "provider"
sys.path.append(str(EXAMPLE))  # without its metadata: importable, and no provider of anybody's


@pytest.fixture
def server() -> Iterator[LivenessServer]:
    """A local liveness service that does what it is told."""
    with LivenessServer() as started:
        yield started


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the example is installed as anybody would, without the network."""
    folder = tmp_path_factory.mktemp("installed")
    uv = str(Path(sys.executable).with_name("uv"))
    offline = ["--offline", "--no-deps", "--no-build-isolation", "--quiet", "--no-cache"]
    command = [uv, "pip", "install", *offline, "--python", sys.executable, "--target", str(folder), str(EXAMPLE)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=240)  # noqa: S603 - our own uv
    assert done.returncode == 0, done.stderr
    return folder
