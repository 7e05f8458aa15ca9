"""Whether the frames were encoded as our page has them encoded by the browser that sent them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files

import yaml

from engine.frames import Frame
from signals.injection.engines import engine_of
from signals.injection.jpeg import DHT, Segment, segments, tables

_LIST = "encoders.yaml"


def encoder_matches(frames: Sequence[Frame], headers: Mapping[str, str]) -> bool | None:
    """Whether every frame bears the marks of the browser's own canvas at our page's quality.

    False for a frame that is no JPEG: the page asks every browser for one. None for an engine whose marks are not
    known.
    """
    if not frames:
        return None
    marks = [encoder_marks(frame.data) for frame in frames]
    if None in marks:
        return False
    engine = engine_of(headers)
    known = _known().get(engine) if engine else None
    return None if known is None else all(mark in known for mark in marks)


def encoder_marks(data: bytes) -> str | None:
    """What an encoder leaves in a JPEG whatever the picture, as one line of text; None for no JPEG.

    The order of the segments, the digest of the quantisation tables and of a colour profile, the sampling, baseline or
    not, and whether the Huffman tables were made for the picture.
    """
    found = segments(data)
    chosen = tables(found)
    if chosen is None:
        return None
    order = " ".join(_names(found))
    steps = hashlib.sha256(repr(sorted(chosen.quantisation.items())).encode()).hexdigest()[:16]
    sampling = ",".join(f"{across}x{down}" for across, down in chosen.sampling)
    return f"{order} | steps {steps} | sampling {sampling} | {_huffman(found)}"


def _names(found: Sequence[Segment]) -> Iterator[str]:
    for segment in found:
        name = f"{segment.marker:02x}"
        if segment.body.startswith(b"ICC_PROFILE\0"):
            name += f":icc-{hashlib.sha256(segment.body).hexdigest()[:8]}"
        elif 0xE0 <= segment.marker <= 0xEF:
            name += f":{segment.body.split(bytes(1), 1)[0][:16].decode('ascii', 'replace')}"
        yield name


def _huffman(found: Sequence[Segment]) -> str:
    """`own` tables are made for the picture and save some bytes; the `standard` ones have 12 or 162 codes each."""
    coded = [sum(segment.body[1:17]) for segment in found if segment.marker == DHT]
    return "standard" if set(coded) <= {12, 162} else "own"


@cache
def _known() -> Mapping[str, frozenset[str]]:
    listed = yaml.safe_load(files("signals.injection").joinpath(_LIST).read_text("utf-8"))
    return {engine: frozenset(entry["marks"] for entry in entries) for engine, entries in listed.items()}
