"""What the repository may not hold: download addresses in lock files, and packages without a hash."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


def tracked() -> list[Path]:
    """Every file that git tracks."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)  # noqa: S607
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name]


LOCKS = [path for path in tracked() if path.name == "package-lock.json" or path.suffix == ".lock"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: str(path.relative_to(ROOT)))
def test_lock_files_name_no_download_address(lock: Path) -> None:
    text = lock.read_text()
    assert not re.search(r"https?://[^\s\"]*\.(tgz|whl|tar\.gz)", text)
    assert '"resolved"' not in text
    assert "index-url" not in text


@pytest.mark.parametrize("name", sorted(path.name for path in ROOT.glob("requirements*.lock")))
def test_every_pinned_package_has_a_hash(name: str) -> None:
    text = (ROOT / name).read_text()
    pins = re.findall(r"^[a-z0-9][^\s=]*==[^\s;]+", text, re.MULTILINE)
    assert pins
    assert len(re.findall(r"^[a-z0-9][^\n]*\\\n\s+--hash=", text, re.MULTILINE)) == len(pins)


def test_no_file_is_large() -> None:
    """Model files, captured images and builds belong elsewhere."""
    large = {str(path.relative_to(ROOT)): path.stat().st_size for path in tracked() if path.is_file()}
    assert {name: size for name, size in large.items() if size > 1_500_000} == {}
