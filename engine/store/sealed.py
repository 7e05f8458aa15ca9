"""Frames between `frames` and `submit`: encrypted with a key of their own, and gone afterwards.

AES-256-GCM. Each session has a data key, which is itself encrypted by the installation's master key; the session's id
is authenticated with both, so that what belongs to one session cannot be opened as another's.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import obstore
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from obstore.store import LocalStore, from_url
from sqlalchemy import Connection, delete, select

from engine.store.database import Database
from engine.store.dialect import insert_once
from engine.store.secrets import KEY_BYTES
from engine.store.tables import data_key

NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class SealedFrame:
    """One frame as it came: encoded bytes and its time in the burst."""

    data: bytes
    t_ms: int


@dataclass(frozen=True, slots=True)
class Burst:
    """What was captured: frames in order, and what the page told of the camera."""

    frames: tuple[SealedFrame, ...]
    camera: Mapping[str, object]


class CannotOpen(Exception):  # noqa: N818 - the word of the domain
    """The frames are gone, or were not sealed for this session by this installation."""


class FrameVault:
    """Seals, opens and destroys the frames of capture sessions."""

    def __init__(self, database: Database, master: bytes, blobs: Any) -> None:
        self._database = database
        self._master = AESGCM(master)
        self._blobs = blobs

    def seal(self, session_id: str, burst: Burst, at: datetime) -> str:
        """Encrypt and keep; answers the name under which `open` finds them."""
        name = f"frames/{session_id}/{secrets.token_hex(16)}"
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = AESGCM(self._key(session_id, at)).encrypt(nonce, _packed(burst), name.encode())
        obstore.put(self._blobs, name, nonce + sealed)
        return name

    def open(self, session_id: str, name: str) -> Burst:
        """The burst again; raises `CannotOpen`."""
        with self._database.reading() as connection:
            wrapped = connection.scalar(select(data_key.c.wrapped).where(data_key.c.session_id == session_id))
        if wrapped is None:
            raise CannotOpen("the key of the session was destroyed")
        try:
            blob = bytes(obstore.get(self._blobs, name).bytes())
            return _unpacked(_decrypt(AESGCM(self._unwrap(session_id, wrapped)), blob, name))
        except (FileNotFoundError, InvalidTag, ValueError) as broken:
            raise CannotOpen("the frames cannot be opened") from broken

    def forget(self, name: str) -> None:
        """Delete one burst of frames; it may be gone already."""
        try:
            obstore.delete(self._blobs, name)
        except FileNotFoundError:
            return

    def destroy(self, session_id: str) -> None:
        """Delete the session's key first, which makes every copy of its frames unreadable, then the frames."""
        with self._database.writing() as connection:
            connection.execute(delete(data_key).where(data_key.c.session_id == session_id))
        for batch in obstore.list(self._blobs, prefix=f"frames/{session_id}/"):
            for found in batch:
                self.forget(found["path"])

    def _key(self, session_id: str, at: datetime) -> bytes:
        """The session's data key, made at its first use."""
        with self._database.writing() as connection:
            wrapped = connection.scalar(select(data_key.c.wrapped).where(data_key.c.session_id == session_id))
            if wrapped is not None:
                return self._unwrap(session_id, wrapped)
            return self._new_key(connection, session_id, at)

    def _new_key(self, connection: Connection, session_id: str, at: datetime) -> bytes:
        key, nonce = secrets.token_bytes(KEY_BYTES), secrets.token_bytes(NONCE_BYTES)
        wrapped = nonce + self._master.encrypt(nonce, key, session_id.encode())
        if insert_once(connection, data_key, {"session_id": session_id, "wrapped": wrapped, "created_at": at}):
            return key
        stored = select(data_key.c.wrapped).where(data_key.c.session_id == session_id)
        return self._unwrap(session_id, connection.scalars(stored).one())

    def _unwrap(self, session_id: str, wrapped: bytes) -> bytes:
        return _decrypt(self._master, wrapped, session_id)


def open_blobs(url: str | None, folder: Path) -> Any:
    """The object store at `url`; without one a directory."""
    if url is None or url.startswith("file:"):
        path = Path(url.removeprefix("file://")) if url else folder
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        return LocalStore(path, automatic_cleanup=True)
    return from_url(url)


def _decrypt(cipher: AESGCM, sealed: bytes, bound_to: str) -> bytes:
    return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to.encode())


def _packed(burst: Burst) -> bytes:
    """Four bytes with the length of a JSON index (sizes, times, camera), the index, then the frames' bytes."""
    sizes = [[len(frame.data), frame.t_ms] for frame in burst.frames]
    index = json.dumps({"frames": sizes, "camera": dict(burst.camera)}).encode()
    return b"".join([len(index).to_bytes(4, "big"), index, *(frame.data for frame in burst.frames)])


def _unpacked(packed: bytes) -> Burst:
    end = 4 + int.from_bytes(packed[:4], "big")
    index = json.loads(packed[4:end])
    frames = []
    for size, t_ms in index["frames"]:
        frames.append(SealedFrame(packed[end : end + size], t_ms))
        end += size
    return Burst(tuple(frames), index["camera"])
