"""Where the face is in a picture, by the same detector as the service's."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from functools import cache

from engine.contracts import Ports
from engine.frames import Frame
from signals.face.detectors import Detector, open_detectors
from signals.model_store import open_store
from signals.no_history import NoHistory

Box = tuple[float, float, float, float]


class _Now:
    def now(self) -> datetime:
        return datetime.now(UTC)


def face_of(jpeg: bytes) -> Box:
    """Left, top, width, height of the largest face as shares of the picture; raises `ValueError` without one."""
    frame = Frame(jpeg)
    found = _detector().faces(frame)
    if not found:
        raise ValueError("there is no face in the picture")
    box, (height, width) = found[0].box, frame.pixels().shape[:2]
    return box.x / width, box.y / height, box.width / width, box.height / height


@cache
def _detector() -> Detector:
    settings = dict(os.environ)
    return open_detectors(Ports(_Now(), NoHistory(), settings, open_store(settings))).first_there()
