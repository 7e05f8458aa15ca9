"""The detectors in the order in which they are preferred, and the choice between them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.contracts import ModelUnavailable, Ports
from engine.frames import Frame, Pixels
from signals.face import blazeface, detector
from signals.face.findings import Face
from signals.face.square import halvings
from signals.onnx import Network

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Detector:
    """A net, how its faces are found, and the long side in pixels at which it looks at an image."""

    network: Network
    find: Callable[[Network, Pixels], list[Face]]
    side: int

    def faces(self, frame: Frame) -> list[Face]:
        """Every face of a frame, the largest first, in the pixels of `frame.pixels()`."""
        times = halvings(max(frame.pixels().shape[:2]), self.side)
        return [face.resized(2.0**times) for face in self.find(self.network, frame.halved(times))]


class Detectors:
    """Several detectors, the most preferred first; says once where it takes another than that."""

    def __init__(self, choices: Sequence[Detector]) -> None:
        self._choices = tuple(choices)
        self._told = False

    def first_there(self) -> Detector:
        """The most preferred detector whose model is there; raises the most preferred one's `ModelUnavailable`."""
        reasons = []
        for choice in self._choices:
            try:
                choice.network.sha256()
            except ModelUnavailable as absent:
                reasons.append(absent)
                continue
            self._tell(choice, reasons)
            return choice
        raise reasons[0]

    def _tell(self, choice: Detector, reasons: Sequence[ModelUnavailable]) -> None:
        if reasons and not self._told:
            _log.warning("faces are found by `%s` instead: %s", choice.network.name, reasons[0])
        self._told = bool(reasons)


def open_detectors(ports: Ports) -> Detectors:
    """YuNet; where it cannot be had, BlazeFace."""
    yunet = Detector(Network(ports, "yunet"), detector.find_faces, detector.LONG_SIDE)
    return Detectors([yunet, Detector(Network(ports, "blazeface"), blazeface.find_faces, blazeface.SIDE)])
