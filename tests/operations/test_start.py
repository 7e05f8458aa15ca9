"""A start that cannot be: each says by which setting, in one line, and without a password."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.diagnostics import Refused
from engine.service.settings import read_settings
from engine.service.stores import open_database, open_stores
from tests.harness.server import free_port


def test_a_database_that_is_away_is_named_without_its_password(tmp_path: Path) -> None:
    url = f"postgresql+psycopg://selfie:p4ssw0rd@127.0.0.1:{free_port()}/selfie"
    with pytest.raises(Refused) as refused:
        open_database(read_settings(data=tmp_path, database_url=url))
    said = str(refused.value)
    assert "cannot-open: `SELFIE_DATABASE_URL`: " in said
    assert "refused" in said.lower()
    assert "p4ssw0rd" not in said
    assert len(said.strip().splitlines()) == 1


@pytest.mark.parametrize("url", ["ftp://user:p4ssw0rd@files.example/x", "s3://", "nonsense"])
def test_a_store_of_frames_that_is_none_is_named(tmp_path: Path, url: str) -> None:
    with pytest.raises(Refused, match="`SELFIE_BLOB_URL`: ") as refused:
        open_stores(read_settings(data=tmp_path, blob_url=url))
    assert "p4ssw0rd" not in str(refused.value)


def test_a_key_store_that_is_away_is_named(tmp_path: Path) -> None:
    url = f"postgresql+psycopg://selfie@127.0.0.1:{free_port()}/keys"
    with pytest.raises(Refused, match="`SELFIE_KEY_DATABASE_URL`: "):
        open_stores(read_settings(data=tmp_path, key_database_url=url))


def test_a_data_folder_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused, match="`SELFIE_DATA`: "):
        open_stores(read_settings(data=tmp_path / "file"))
    with pytest.raises(Refused, match="`SELFIE_DATA`: "):
        open_database(read_settings(data=tmp_path / "file"))


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "selfie.sqlite3").write_bytes(b"no database" * 1000)
    with pytest.raises(Refused, match=r"`SELFIE_DATA`: .*not a database"):
        open_database(read_settings(data=tmp_path))
