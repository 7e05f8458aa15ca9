"""Passive liveness by two MiniFASNets that see the face with more and less of what is around it."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.contracts import Evidence, Ports, Readings, Signal
from engine.frames import Pixels
from signals.answer import answered
from signals.face.findings import Box, neutral_faces
from signals.face.square import lay
from signals.onnx import Network
from signals.settings import bound_opencv

SIDE = 80
LIVE = 1
CONTEXT = MappingProxyType({"minifasnet_v2": 2.7, "minifasnet_v1se": 4.0})
"""How many face boxes wide each net's window is, as it was trained."""


class LivenessProvider:
    """The mean of the two nets' probability of live, the median over the frames with a face."""

    name = "liveness"
    requires = frozenset({"face.count"})
    provides = frozenset({"liveness.passive_score", "liveness.frames_scored"})

    def __init__(self, networks: Sequence[Network]) -> None:
        self._networks = tuple(networks)

    def warm(self) -> None:
        """Load the nets before the first request; raises `ModelUnavailable`."""
        for network in self._networks:
            network.warm()

    def read(self, evidence: Evidence, so_far: Readings) -> Signal:
        return answered(self.name, lambda: self._read(evidence, so_far))

    def _read(self, evidence: Evidence, so_far: Readings) -> Signal:
        faces = [(evidence.frames[number].pixels(), face.box) for number, face in neutral_faces(evidence, so_far)]
        scores = np.mean([_live(network, faces) for network in self._networks], axis=0)
        return Signal(
            {
                "liveness.passive_score": min(1.0, max(0.0, float(median(scores)))),
                "liveness.frames_scored": len(faces),
            },
            models=MappingProxyType({network.name: network.sha256() for network in self._networks}),
        )


def _live(network: Network, faces: Sequence[tuple[Pixels, Box]]) -> NDArray[np.float32]:
    """One net's probability of live for each face."""
    batch = np.empty((len(faces), 3, SIDE, SIDE), np.float32)
    for planes, (image, box) in zip(batch, faces, strict=True):
        lay(window(image, box, CONTEXT[network.name]), planes)
    (probability,) = network.run(batch)
    return probability[:, LIVE]


def window(image: Pixels, box: Box, context: float) -> Pixels:
    """80×80 BGR around the face: as wide as the image allows, moved inside it, never padded."""
    height, width = image.shape[:2]
    scale = min((height - 1) / box.height, (width - 1) / box.width, context)
    x, y = box.centre
    left, right = _span(x, box.width * scale, width)
    top, bottom = _span(y, box.height * scale, height)
    return np.asarray(cv2.resize(image[top:bottom, left:right], (SIDE, SIDE)), np.uint8)


def _span(centre: float, length: float, limit: int) -> tuple[int, int]:
    """First and one past the last pixel of `length` around `centre`, moved to lie within 0..limit."""
    first = min(max(0.0, centre - length / 2), max(0.0, limit - 1 - length))
    start = min(int(first), limit - 1)
    return start, min(limit, max(start + 1, int(first + length) + 1))


def build(ports: Ports) -> LivenessProvider:
    """Entry point of `selfie.providers`."""
    bound_opencv(ports.settings)
    return LivenessProvider([Network(ports, name) for name in CONTEXT])
