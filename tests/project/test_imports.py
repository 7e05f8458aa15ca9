"""The import contracts hold, and a planted bad import breaks them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
IGNORED = shutil.ignore_patterns("node_modules", "dist", "__pycache__")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the import contracts over the packages in `folder`, not the installed ones."""
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the packages and their contracts."""
    for package in ("engine", "signals", "ui"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=IGNORED)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_contracts_hold(copy: Path) -> None:
    done = lint(copy)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("engine/diagnostics.py", "import engine.features"),
        ("engine/contracts.py", "import signals"),
        ("signals/model_store.py", "import engine.policy"),
        ("ui/console/__init__.py", "import engine.contracts"),
        ("engine/policy/__init__.py", "import sqlalchemy"),
    ],
)
def test_a_planted_import_is_caught(copy: Path, file: str, line: str) -> None:
    planted = copy / file
    planted.write_text(f"{planted.read_text()}\n{line}\n")
    done = lint(copy)
    assert done.returncode == 1
    assert "BROKEN" in done.stdout
