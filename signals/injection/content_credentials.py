"""C2PA content credentials: signed statements of a picture's origin (C2PA specification 2, appendix A)."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

from engine.frames import Frame
from signals.injection.credential_state import State
from signals.injection.jpeg import segments

APP11 = 0xEB
_WORST: tuple[State, ...] = ("invalid", "valid", "trusted")


def credentials_state(frames: Sequence[Frame]) -> State | None:
    """The worst state among the frames that have credentials; `absent` where none has, which means nothing.

    None where a frame has some and `c2pa-python` (the extra `c2pa`) is not installed, or cannot tell.
    """
    signed = [frame for frame in frames if has_credentials(frame)]
    if not signed:
        return "absent" if frames else None
    if find_spec("c2pa") is None:
        return None
    from signals.injection.c2pa_check import verified  # noqa: PLC0415 - 53 MB that few install

    states = [verified(frame) for frame in signed]
    return None if None in states else next((state for state in _WORST if state in states), None)


def has_credentials(frame: Frame) -> bool:
    """Whether the file has a box for them: JPEG APP11 with JUMBF, PNG `caBX`, WebP `C2PA`."""
    if frame.header.format == "PNG":
        return b"caBX" in frame.data
    if frame.header.format == "WEBP":
        return b"C2PA" in frame.data
    return any(segment.marker == APP11 and b"jumb" in segment.body[:64] for segment in segments(frame.data))
