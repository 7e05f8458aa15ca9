"""Face features: how many faces, where the largest is, how it is turned.

Lengths and places among the features are in pixels of the image as it was sent; the findings for other providers are
in pixels of `Frame.pixels()`, which is smaller for a large photo.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

from engine.contracts import Evidence, Ports, Readings, Signal, Value
from engine.frames import Frame
from signals.answer import NothingToRead, answered
from signals.face.detector import LONG_SIDE
from signals.face.detectors import Detectors, open_detectors
from signals.face.findings import FACES, Face, FrameFaces
from signals.settings import bound_opencv

SHARE_OF_LARGEST = 0.35
"""A face counts where it is at least this share of the largest one's height; smaller ones stand in the background."""


class FaceProvider:
    """Finds faces in every frame: a second face counts whenever it comes.

    Box, score, roll and distances are those of the frame with the highest score among those before a challenge.
    """

    name = "face"
    requires: frozenset[str] = frozenset()
    provides = frozenset(
        {
            "capture.frame_count",
            "face.count",
            "face.frames_with_face",
            "face.score",
            "face.box_x",
            "face.box_y",
            "face.box_width",
            "face.box_height",
            "face.area_ratio",
            "face.edge_distance",
            "face.eye_distance",
            "face.roll",
        }
    )

    def __init__(self, detectors: Detectors) -> None:
        self._detectors = detectors

    def warm(self) -> None:
        """Load the net that is there before the first request; raises `ModelUnavailable`."""
        self._detectors.first_there().network.warm()

    def read(self, evidence: Evidence, so_far: Readings) -> Signal:  # noqa: ARG002 - the first provider of a run
        return answered(self.name, lambda: self._read(evidence))

    def _read(self, evidence: Evidence) -> Signal:
        if not evidence.frames:
            raise NothingToRead("there is no frame")
        detector = self._detectors.first_there()
        found = tuple(_counted(detector.faces(frame)) for frame in evidence.frames)
        features: dict[str, Value | None] = {
            "capture.frame_count": len(found),
            "face.count": max(frame.count for frame in found),
            "face.frames_with_face": sum(frame.largest is not None for frame in found),
            **_of_best([(evidence.frames[number], found[number]) for number in evidence.neutral]),
        }
        return Signal(
            features,
            findings=MappingProxyType({FACES: found}),
            models=MappingProxyType({detector.network.name: detector.network.sha256()}),
        )


def _counted(faces: Sequence[Face]) -> FrameFaces:
    """Faces high enough beside the largest; `faces` are sorted, the largest first."""
    if not faces:
        return FrameFaces(0, None)
    least = SHARE_OF_LARGEST * max(face.box.height for face in faces)
    return FrameFaces(sum(face.box.height >= least for face in faces), faces[0])


def _of_best(seen: Sequence[tuple[Frame, FrameFaces]]) -> dict[str, Value | None]:
    present = [(faces.largest, frame) for frame, faces in seen if faces.largest]
    if not present:
        return {}
    face, frame = max(present, key=lambda pair: pair[0].score)
    box, scale = face.box, frame.scale
    height, width = frame.pixels().shape[:2]
    return {
        "face.score": face.score,
        "face.box_x": box.x * scale,
        "face.box_y": box.y * scale,
        "face.box_width": box.width * scale,
        "face.box_height": box.height * scale,
        "face.eye_distance": face.eye_distance * scale,
        "face.roll": face.roll,
        **_in_image(face, width=width, height=height),
    }


def _in_image(face: Face, *, width: int, height: int) -> dict[str, Value | None]:
    box = face.box
    right, bottom = box.x + box.width, box.y + box.height
    inside = max(0.0, min(right, width) - max(box.x, 0)) * max(0.0, min(bottom, height) - max(box.y, 0))
    nearest = min(box.x, box.y, width - right, height - bottom) / max(box.height, 1e-6)
    return {
        "face.area_ratio": min(1.0, inside / (width * height)),
        "face.edge_distance": max(-1.0, min(1.0, nearest)),
    }


def build(ports: Ports) -> FaceProvider:
    """Entry point of `selfie.providers`."""
    bound_opencv(ports.settings)
    return FaceProvider(open_detectors(ports))


__all__ = ["LONG_SIDE", "SHARE_OF_LARGEST", "FaceProvider", "build"]
