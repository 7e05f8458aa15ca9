"""Looks for secrets in whatever was written: as they are, as base64, as hex, and for pictures any part of 64 bytes."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import struct
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

PIECE = 32
"""Whoever has 64 bytes of a picture in a row has one of its pieces of 32 whole, wherever the 64 begin."""
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{40,}")
_HEX = re.compile(rb"[0-9A-Fa-f]{40,}")


@dataclass
class Secrets:
    """What must not be found. `words` are by the name under which a test tells of them."""

    words: dict[str, bytes] = field(default_factory=dict)
    pieces: dict[bytes, str] = field(default_factory=dict)

    def word(self, name: str, *values: str | bytes) -> None:
        """A text or some bytes, at least 6 of them: shorter ones are found everywhere."""
        for number, value in enumerate(values):
            data = value.encode() if isinstance(value, str) else value
            assert len(data) >= 6, name
            self.words[f"{name} {number}" if number else name] = data

    def picture(self, name: str, data: bytes) -> None:
        """A picture, its digest, and every part of it."""
        self.word(f"digest of {name}", hashlib.sha256(data).digest())
        for start in range(0, len(data) - PIECE + 1, PIECE):
            piece = data[start : start + PIECE]
            if len(set(piece)) > 8:  # runs of one byte are no picture
                self.pieces[piece] = name

    def number(self, name: str, value: float) -> None:
        """A measured value: its digits, and its eight bytes."""
        self.word(name, repr(value), struct.pack("<d", value), struct.pack(">d", value))

    def found_in(self, data: bytes) -> set[str]:
        """Names of what is in these bytes, however it is written there."""
        return {name for reading in _readings(data) for name in self._found_plainly(reading)}

    def _found_plainly(self, data: bytes) -> Iterator[str]:
        yield from (name for name, word in self.words.items() if word in data)
        if self.pieces:
            windows = (data[at : at + PIECE] for at in range(len(data) - PIECE + 1))
            yield from {self.pieces[window] for window in windows if window in self.pieces}


def leaks(
    secrets: Secrets, places: Mapping[str, Iterable[bytes]], allowed: Mapping[str, Collection[str]]
) -> set[tuple[str, str]]:
    """Each place with the name of a secret that is there and may not be.

    Args:
        allowed: for the beginning of a secret's name the places in which it may stand.
    """
    return {
        (place, name)
        for place, values in places.items()
        for value in values
        for name in secrets.found_in(value)
        if not any(name.startswith(known) and place in where for known, where in allowed.items())
    }


def _readings(data: bytes) -> Iterator[bytes]:
    """The bytes themselves, and what any base64 or hex in them stands for, wherever it begins."""
    yield data
    for run in _BASE64.findall(data):
        text = run.replace(b"-", b"+").replace(b"_", b"/")
        for skip in range(4):
            part = text[skip:]
            yield base64.b64decode(part[: len(part) // 4 * 4])
    for run in _HEX.findall(data):
        for skip in range(2):
            part = run[skip:]
            yield binascii.unhexlify(part[: len(part) // 2 * 2])
