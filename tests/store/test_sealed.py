"""Frames are sealed for their session only, and gone when the session's key is."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from engine.store.api_keys import ApiKeys
from engine.store.data_keys import KeyStore, open_key_store
from engine.store.database import Database
from engine.store.sealed import Burst, CannotOpen, FrameVault, SealedFrame, open_blobs
from engine.store.secrets import KeyRing, secret_text

NOW = datetime(2026, 5, 1, tzinfo=UTC)
BURST = Burst((SealedFrame(b"first" * 500, 0), SealedFrame(b"", 7), SealedFrame(b"third", 150)), {"label": "front"})


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[KeyStore]:
    """A store of keys in a file of its own."""
    opened = open_key_store(None, tmp_path / "keys")
    yield opened
    opened.close()


@pytest.fixture
def vault(keys: KeyStore, tmp_path: Path) -> FrameVault:
    """A vault on that store."""
    return FrameVault(keys, secrets.token_bytes(32), open_blobs(None, tmp_path / "blobs"))


def test_what_is_sealed_opens_again(vault: FrameVault) -> None:
    assert vault.open("one", vault.seal("one", BURST, NOW)) == BURST


def test_another_session_cannot_open_it(vault: FrameVault, keys: KeyStore) -> None:
    name = vault.seal("one", BURST, NOW)
    vault.seal("two", BURST, NOW)
    with pytest.raises(CannotOpen):
        vault.open("two", name)
    stolen = keys.get("one")
    assert stolen is not None
    keys.put("three", stolen, NOW)
    with pytest.raises(CannotOpen):
        vault.open("three", name)
    with pytest.raises(InvalidTag):
        vault.seal("three", BURST, NOW)


def test_another_installation_cannot_open_it(vault: FrameVault, keys: KeyStore, tmp_path: Path) -> None:
    name = vault.seal("one", BURST, NOW)
    other = FrameVault(keys, secrets.token_bytes(32), open_blobs(None, tmp_path / "blobs"))
    with pytest.raises(CannotOpen):
        other.open("one", name)


def test_a_changed_or_swapped_blob_does_not_open(vault: FrameVault, tmp_path: Path) -> None:
    first, second = vault.seal("one", BURST, NOW), vault.seal("one", Burst((), {}), NOW)
    paths = {name: tmp_path / "blobs" / name for name in (first, second)}
    paths[first].write_bytes(paths[second].read_bytes())
    with pytest.raises(CannotOpen):
        vault.open("one", first)
    changed = bytearray(paths[second].read_bytes())
    changed[-1] ^= 1
    paths[second].write_bytes(changed)
    with pytest.raises(CannotOpen):
        vault.open("one", second)
    paths[second].write_bytes(b"")
    with pytest.raises(CannotOpen):
        vault.open("one", second)


def test_destroying_the_key_makes_every_copy_unreadable(vault: FrameVault, tmp_path: Path) -> None:
    name = vault.seal("one", BURST, NOW)
    copy = (tmp_path / "blobs" / name).read_bytes()
    vault.destroy("one")
    assert not [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]
    (tmp_path / "blobs" / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / "blobs" / name).write_bytes(copy)
    with pytest.raises(CannotOpen):
        vault.open("one", name)
    vault.destroy("one")
    vault.forget(name)
    vault.forget(name)


def test_only_the_burst_that_counts_is_kept(vault: FrameVault, tmp_path: Path) -> None:
    former, name = vault.seal("one", BURST, NOW), vault.seal("one", BURST, NOW)
    vault.keep_until("one", NOW + timedelta(hours=1), name)
    assert vault.open("one", name) == BURST
    with pytest.raises(CannotOpen):
        vault.open("one", former)
    assert not (tmp_path / "blobs" / former).exists()
    assert (list(vault.keys.over(NOW)), list(vault.keys.over(NOW + timedelta(hours=1)))) == ([], ["one"])


def test_what_was_destroyed_is_not_sealed_again(vault: FrameVault, keys: KeyStore) -> None:
    """A delivery that comes while the session ends must not leave frames behind."""
    vault.seal("one", BURST, NOW)
    keys.destroy("one")
    with pytest.raises(CannotOpen):
        vault.seal("one", BURST, NOW)


def test_key_files_are_the_same_for_everybody_and_readable_by_the_owner_only(tmp_path: Path) -> None:
    first, second = KeyRing(tmp_path / "keys"), KeyRing(tmp_path / "keys")
    assert first.master == second.master
    assert first.link_mac("x") == second.link_mac("x")
    assert len({first.link_mac("x"), first.device_mac("x"), first.cookie_mac("x")}) == 3
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "keys").iterdir()} == {0o600}
    assert {path.name for path in (tmp_path / "keys").iterdir()} == {
        "master.key",
        "device.key",
        "link.key",
        "cookie.key",
        "sighting.key",
        "sighting_detail.key",
        "webhook.key",
    }
    assert secret_text(tmp_path / "t", "mine") == ("mine", True)
    assert secret_text(tmp_path / "t", "other") == ("mine", False)


def test_api_keys_are_found_by_their_secret_only(database: Database) -> None:
    keys = ApiKeys(database)
    made = keys.add("secret-1", name="shop", environment="Production", edits_policies=False, at=NOW)
    assert keys.find("secret-1") == made
    assert keys.find("secret-2") is None
    assert keys.add("secret-1", name="again", environment="Sandbox", edits_policies=True, at=NOW) is None
