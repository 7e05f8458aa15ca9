"""Key material in files of the data folder: made once, readable by the owner only, the same for every process."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

KEY_BYTES = 32


def secret_text(path: Path, make: str | None = None) -> tuple[str, bool]:
    """The one line kept in `path`, and whether it was made just now. `make` is what to keep; random where None."""
    if path.is_file():
        return path.read_text(encoding="ascii").strip(), False
    value = make or secrets.token_urlsafe(KEY_BYTES)
    return _keep_first(path, value.encode("ascii")).decode("ascii").strip(), True


def secret_bytes(folder: Path, name: str) -> bytes:
    """32 random bytes kept under `name`."""
    path = folder / f"{name}.key"
    return path.read_bytes() if path.is_file() else _keep_first(path, secrets.token_bytes(KEY_BYTES))


def _keep_first(path: Path, value: bytes) -> bytes:
    """Write once: of several processes that start together the first one wins and all read its value."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(value)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        return path.read_bytes()
    finally:
        draft.unlink()
    return value


class KeyRing:
    """The keys of one installation, each with one purpose.

    `master` wraps the data keys of sealed frames, `sighting` digests what is known again and `sighting_detail` encrypts
    it, `webhook` encrypts the secrets of webhooks; the others sign or derive. A key that leaks opens its own door only.
    """

    def __init__(self, folder: Path) -> None:
        self.master = secret_bytes(folder, "master")
        self._device = secret_bytes(folder, "device")
        self._link = secret_bytes(folder, "link")
        self._cookie = secret_bytes(folder, "cookie")
        self.sighting = secret_bytes(folder, "sighting")
        self.sighting_detail = secret_bytes(folder, "sighting_detail")
        self.webhook = secret_bytes(folder, "webhook")

    def device_mac(self, text: str) -> str:
        """Signature of a device token."""
        return _mac(self._device, text)

    def link_mac(self, text: str) -> str:
        """The secret part of a capture link: derived, so that it need not be stored."""
        return _mac(self._link, text)

    def cookie_mac(self, text: str) -> str:
        """Signature of a browser's cookie."""
        return _mac(self._cookie, text)


def _mac(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def same(left: str, right: str) -> bool:
    """Whether two secrets are equal, in a time that does not tell how much of them is."""
    return hmac.compare_digest(left.encode(), right.encode())


def fingerprint(secret: str) -> str:
    """What is stored of a secret: its SHA-256, hexadecimal. Only for secrets that are long and random."""
    return hashlib.sha256(secret.encode()).hexdigest()
