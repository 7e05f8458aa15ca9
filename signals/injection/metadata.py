"""Traces that programs for pictures leave in a file and a browser's canvas does not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import MappingProxyType

from PIL import Image

from engine.frames import Frame
from signals.injection.jpeg import APP0, APP15, COM, Segment, segments

PLAIN_TAGS = frozenset({0x0112, 0x011A, 0x011B, 0x0128, 0x0213, 0x8769})
"""EXIF of the picture that Apple's canvas writes: turn, resolution, unit, siting, and the pointer to what follows."""
PLAIN_DETAILS = frozenset({0x9000, 0x9101, 0xA000, 0xA001, 0xA002, 0xA003, 0xA406})
"""Versions, order of components, colour space, width, height, kind of scene."""
_DETAILS = 0x8769
PLAIN_RESOURCES = MappingProxyType({0x0404: 0, 0x0425: 16})
"""Photoshop's blocks that Apple's encoder writes, and their sizes: no caption, and the digest of no caption."""
CANVAS_COLOURS = (b"sRGB", b"Display P3", "sRGB".encode("utf-16-be"), "Display P3".encode("utf-16-be"))
CHUNKS = MappingProxyType({"PNG": (b"eXIf", b"tEXt", b"zTXt", b"iTXt"), "WEBP": (b"EXIF", b"XMP ")})
MAX_RESOURCES = 64


def editor_metadata(frames: Sequence[Frame]) -> bool | None:
    """Whether any frame has what no canvas writes; None without frames."""
    return any(map(edited, frames)) if frames else None


def edited(frame: Frame) -> bool:
    """Comments, XMP, captions, telling EXIF, foreign colour profiles, and segments that no canvas writes."""
    if frame.header.format != "JPEG":
        return any(chunk in frame.data for chunk in CHUNKS[frame.header.format])
    return any(map(_foreign, segments(frame.data)))


def _foreign(segment: Segment) -> bool:
    if not APP0 <= segment.marker <= APP15:
        return segment.marker == COM
    for beginning, foreign in _PLAIN.items():
        if segment.body.startswith(beginning):
            return foreign(segment.body[len(beginning) :])
    return True


def _never(_: bytes) -> bool:
    return False


def _telling_exif(raw: bytes) -> bool:
    """Any tag beside those that describe the bare picture: maker, program, time, place. What cannot be read counts."""
    exif = Image.Exif()
    try:
        exif.load(b"Exif\0\0" + raw)
        details = set(exif.get_ifd(_DETAILS)) if _DETAILS in exif else set[int]()
    except Exception:  # Pillow raises a dozen types for broken EXIF; a canvas writes none of them
        return True
    return bool(set(exif) - PLAIN_TAGS or details - PLAIN_DETAILS)


def _foreign_colours(body: bytes) -> bool:
    return not any(name in body for name in CANVAS_COLOURS)


def _captions(body: bytes) -> bool:
    """Photoshop's blocks: `8BIM`, a number, a name of even length with its own length before it, a size, data."""
    at = 0
    for _ in range(MAX_RESOURCES):
        if at >= len(body):
            return False
        number = int.from_bytes(body[at + 4 : at + 6])
        named = at + 6 + 2 * (body[at + 6] // 2 + 1) if len(body) > at + 6 else len(body)
        size = int.from_bytes(body[named : named + 4])
        if body[at : at + 4] != b"8BIM" or size != PLAIN_RESOURCES.get(number):
            return True
        at = named + 4 + size + size % 2
    return True


_PLAIN: MappingProxyType[bytes, Callable[[bytes], bool]] = MappingProxyType(
    {
        b"JFIF\0": _never,
        b"Exif\0\0": _telling_exif,
        b"ICC_PROFILE\0": _foreign_colours,
        b"Photoshop 3.0\0": _captions,
    }
)
"""Segments that a canvas may write, by their beginning, and what would be foreign in them."""
