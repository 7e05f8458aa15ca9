"""Captured frames: encrypted with a key of their session's own, and gone with it.

AES-256-GCM. The session's key is itself encrypted by the installation's master key and lies in a store of its own; the
session's id is authenticated with both, so that what belongs to one session cannot be opened as another's.
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

from engine.store.data_keys import KeyStore
from engine.store.secrets import KEY_BYTES

NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class SealedFrame:
    """One frame as it came: encoded bytes and its time in the burst."""

    data: bytes
    t_ms: int


@dataclass(frozen=True, slots=True)
class Burst:
    """What was captured: frames in order, and what was told with them, as JSON."""

    frames: tuple[SealedFrame, ...]
    told: Mapping[str, Any]


class CannotOpen(Exception):  # noqa: N818 - the word of the domain
    """The frames are gone, or were not sealed for this session by this installation."""


class FrameVault:
    """Seals, opens and destroys the frames of capture sessions."""

    def __init__(self, keys: KeyStore, master: bytes, blobs: Any) -> None:
        self.keys = keys
        self._master = AESGCM(master)
        self._blobs = blobs

    def seal(self, session_id: str, burst: Burst, at: datetime, name: str | None = None) -> str:
        """Encrypt and keep; answers the name under which `open` finds them.

        Args:
            name: within the session; a random one unless it must be found again by what is known of it.

        Raises:
            CannotOpen: the session's frames were destroyed, so that there can be no more of them.
        """
        name = self.name_of(session_id, name or secrets.token_hex(16))
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = AESGCM(self._key(session_id, at)).encrypt(nonce, _packed(burst), name.encode())
        obstore.put(self._blobs, name, nonce + sealed)
        return name

    @staticmethod
    def name_of(session_id: str, name: str) -> str:
        """Where something of this name within a session lies."""
        return f"{_folder(session_id)}{name}"

    def open(self, session_id: str, name: str) -> Burst:
        """The burst again; raises `CannotOpen`."""
        wrapped = self.keys.get(session_id)
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

    def keep_until(self, session_id: str, due: datetime, name: str | None) -> None:
        """Keep the burst of this name until `due`, and of the session's others nothing."""
        self._forget_all(session_id, name)
        self.keys.settle(session_id, due)  # last: what is not settled is looked at again

    def destroy(self, session_id: str) -> None:
        """Destroy the session's key first, which makes every copy of its frames unreadable, then the frames."""
        self.keys.destroy(session_id)
        self._forget_all(session_id)
        self.keys.forget(session_id)

    def _forget_all(self, session_id: str, but: str | None = None) -> None:
        for batch in obstore.list(self._blobs, prefix=_folder(session_id)):
            for found in batch:
                if found["path"] != but:
                    self.forget(found["path"])

    def _key(self, session_id: str, at: datetime) -> bytes:
        """The session's data key, made at its first use."""
        key, nonce = secrets.token_bytes(KEY_BYTES), secrets.token_bytes(NONCE_BYTES)
        kept = self.keys.put(session_id, nonce + self._master.encrypt(nonce, key, session_id.encode()), at)
        if not kept:
            raise CannotOpen("the key of the session was destroyed")
        return self._unwrap(session_id, kept)

    def _unwrap(self, session_id: str, wrapped: bytes) -> bytes:
        return _decrypt(self._master, wrapped, session_id)


def open_blobs(url: str | None, folder: Path) -> Any:
    """The object store at `url`; without one a directory."""
    if url is None or url.startswith("file:"):
        path = Path(url.removeprefix("file://")) if url else folder
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        return LocalStore(path, automatic_cleanup=True)
    return from_url(url)


def _folder(session_id: str) -> str:
    return f"frames/{session_id}/"


def _decrypt(cipher: AESGCM, sealed: bytes, bound_to: str) -> bytes:
    return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound_to.encode())


def _packed(burst: Burst) -> bytes:
    """Four bytes with the length of a JSON index (sizes, times, what was told), the index, then the frames' bytes."""
    sizes = [[len(frame.data), frame.t_ms] for frame in burst.frames]
    index = json.dumps({"frames": sizes, "told": dict(burst.told)}).encode()
    return b"".join([len(index).to_bytes(4, "big"), index, *(frame.data for frame in burst.frames)])


def _unpacked(packed: bytes) -> Burst:
    end = 4 + int.from_bytes(packed[:4], "big")
    index = json.loads(packed[4:end])
    frames = []
    for size, t_ms in index["frames"]:
        frames.append(SealedFrame(packed[end : end + size], t_ms))
        end += size
    return Burst(tuple(frames), index["told"])
