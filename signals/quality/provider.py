"""Quality of the largest face, as the median over the frames that have one."""

from __future__ import annotations

from statistics import median

import cv2

from engine.contracts import Evidence, Ports, Readings, Signal
from engine.frames import Pixels
from signals.answer import NothingToRead, answered
from signals.face.findings import Box, neutral_faces
from signals.face.shrink import even, shrunk
from signals.settings import bound_opencv

SIDE = 112
"""Every face is measured at this size, so that a threshold means the same near and far."""
MEASURES = ("quality.sharpness", "quality.exposure", "quality.contrast")


class QualityProvider:
    name = "quality"
    requires = frozenset({"face.count"})
    provides = frozenset(MEASURES)

    def read(self, evidence: Evidence, so_far: Readings) -> Signal:
        return answered(self.name, lambda: self._read(evidence, so_far))

    def _read(self, evidence: Evidence, so_far: Readings) -> Signal:
        faces = neutral_faces(evidence, so_far)
        rows = [measure(evidence.frames[number].pixels(), face.box) for number, face in faces]
        columns = zip(*rows, strict=True)
        return Signal({name: median(column) for name, column in zip(MEASURES, columns, strict=True)})


def measure(image: Pixels, box: Box) -> tuple[float, float, float]:
    """Sharpness, exposure and contrast of one face.

    Sharpness is the variance of the Laplacian in grey levels² (Pech-Pacheco et al., 2000) over the face at 112×112;
    exposure is the mean and contrast the standard deviation of its grey levels, as shares of white.
    """
    height, width = image.shape[:2]
    left, top = max(0, round(box.x)), max(0, round(box.y))
    face = image[top : min(height, round(box.y + box.height)), left : min(width, round(box.x + box.width))]
    if not face.size:
        raise NothingToRead("the face lies outside the image")
    shrinks = min(face.shape[:2]) > SIDE
    small = shrunk(even(face), SIDE, SIDE) if shrinks else cv2.resize(face, (SIDE, SIDE))
    grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
    _, edges = cv2.meanStdDev(cv2.Laplacian(grey, cv2.CV_16S))
    mean, spread = cv2.meanStdDev(grey)
    return edges.item() ** 2, mean.item() / 255, spread.item() / 255


def build(ports: Ports) -> QualityProvider:
    """Entry point of `selfie.providers`."""
    bound_opencv(ports.settings)
    return QualityProvider()
