"""Frames as the service reads them."""

from __future__ import annotations

import io

from PIL import Image

from engine.frames import Frame

MAX_FRAMES = 5
MAX_SIDE = 1280
"""Pixels. A larger picture says no more about liveness and costs time on the way."""
QUALITY = 92


def jpegs_of(frames: tuple[Frame, ...]) -> list[bytes]:
    """At most five frames, evenly spread over the burst, as JPEG of at most 1280 pixels a side.

    Encoded anew, so that no place, time or camera's serial number goes along in the metadata.
    Raises `BadFrame` where one cannot be decoded.
    """
    count = min(len(frames), MAX_FRAMES)
    chosen = [frames[number * len(frames) // count] for number in range(count)]
    return [_jpeg(frame) for frame in chosen]


def _jpeg(frame: Frame) -> bytes:
    image = Image.fromarray(frame.pixels()[:, :, ::-1])  # BGR to RGB
    image.thumbnail((MAX_SIDE, MAX_SIDE))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
