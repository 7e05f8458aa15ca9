"""Predicted age of the largest face, with its interval."""

from __future__ import annotations

from statistics import median
from types import MappingProxyType

import numpy as np

from engine.contracts import Evidence, Ports, Readings, Signal
from signals.age.crops import SIDE, VIEWS, lay_views
from signals.age.interval import OLDEST, AgeInterval, read_fitted
from signals.answer import answered
from signals.face.findings import neutral_faces
from signals.onnx import Network
from signals.settings import bound_opencv


class AgeProvider:
    """The mean over four views of a face, the median over the frames that have one."""

    name = "age"
    requires = frozenset({"face.count"})
    provides = frozenset({"age.predicted", "age.lower", "age.upper"})

    def __init__(self, network: Network, interval: AgeInterval) -> None:
        self._network = network
        self._interval = interval

    def warm(self) -> None:
        """Load the net before the first request; raises `ModelUnavailable`."""
        self._network.warm()

    def read(self, evidence: Evidence, so_far: Readings) -> Signal:
        return answered(self.name, lambda: self._read(evidence, so_far))

    def _read(self, evidence: Evidence, so_far: Readings) -> Signal:
        faces = neutral_faces(evidence, so_far)
        batch = np.empty((len(faces), VIEWS, 3, SIDE, SIDE), np.float32)
        for views, (number, face) in zip(batch, faces, strict=True):
            lay_views(evidence.frames[number], face, views)
        (ages,) = self._network.run(batch.reshape(-1, 3, SIDE, SIDE))
        by_frame = ages.reshape(len(faces), VIEWS).mean(axis=1)
        predicted = min(OLDEST, max(0.0, float(median(by_frame))))
        lower, upper = self._interval.around(predicted)
        return Signal(
            {"age.predicted": predicted, "age.lower": lower, "age.upper": upper},
            models=MappingProxyType({self._network.name: self._network.sha256()}),
        )


def build(ports: Ports) -> AgeProvider:
    """Entry point of `selfie.providers`."""
    bound_opencv(ports.settings)
    return AgeProvider(Network(ports, "faceapi_age"), AgeInterval(read_fitted().bands))
