"""The parts of a JPEG file before its picture: segments, quantisation tables, sampling (ITU-T T.81, annex B)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

SOI, EOI, SOS, DQT, DHT, COM, APP0, APP15 = 0xD8, 0xD9, 0xDA, 0xDB, 0xC4, 0xFE, 0xE0, 0xEF
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers of a frame header: 0xC0 is baseline, 0xC2 progressive."""
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})
MAX_SEGMENTS = 256


@dataclass(frozen=True, slots=True)
class Segment:
    """One marker and what belongs to it, without its length."""

    marker: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Tables:
    """What an encoder chose.

    Args:
        quantisation: the 64 steps of each table in zigzag order, by the table's number.
        sampling: horizontal and vertical factors of each component, in the file's order.
        process: the frame's marker, 0xC0 for baseline.
    """

    quantisation: dict[int, tuple[int, ...]]
    sampling: tuple[tuple[int, int], ...]
    process: int


def segments(data: bytes) -> tuple[Segment, ...]:
    """The segments up to the first scan, the scan's header included; empty for what is no JPEG, and no more than 256.

    What is cut off ends the list: the decoder has its own word on broken files.
    """
    return tuple(_segments(data)) if data[:2] == bytes((0xFF, SOI)) else ()


def _segments(data: bytes) -> Iterator[Segment]:
    at = 2
    for _ in range(MAX_SEGMENTS):
        while data[at : at + 2] == b"\xff\xff":  # fill bytes
            at += 1
        if len(data) < at + 4 or data[at] != 0xFF:
            return
        marker = data[at + 1]
        if marker in _STANDALONE:
            at += 2
            continue
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4])
        if marker == EOI or not at + 4 <= end <= len(data):
            return
        yield Segment(marker, data[at + 4 : end])
        if marker == SOS:
            return
        at = end


def tables(found: tuple[Segment, ...]) -> Tables | None:
    """What the segments say of the encoder's choices; None where they are incomplete."""
    frame = next((segment for segment in found if segment.marker in FRAMES), None)
    quantisation: dict[int, tuple[int, ...]] = {}
    for segment in found:
        if segment.marker == DQT:
            quantisation |= dict(_quantisation(segment.body))
    if frame is None or not quantisation or len(frame.body) < 6:
        return None
    parts = [frame.body[at : at + 3] for at in range(6, 6 + 3 * frame.body[5], 3)]
    sampling = tuple((part[1] >> 4, part[1] & 15) for part in parts if len(part) == 3)
    return Tables(quantisation, sampling, frame.marker)


def _quantisation(body: bytes) -> Iterator[tuple[int, tuple[int, ...]]]:
    at = 0
    while at < len(body):
        size = 2 if body[at] >> 4 else 1
        steps = body[at + 1 : at + 1 + 64 * size]
        if len(steps) < 64 * size:
            return
        yield body[at] & 15, tuple(int.from_bytes(steps[n : n + size]) for n in range(0, 64 * size, size))
        at += 1 + 64 * size
