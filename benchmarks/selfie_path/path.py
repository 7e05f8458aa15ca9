"""The whole way of a selfie from bytes to features, as the service goes it, and the bare inference of its nets."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.contracts import Evidence, Ports, Readings, Signal, SignalProvider
from engine.frames import Frame
from engine.policy import shipped_catalogue
from engine.workflow.signals import ProviderFailure, SignalRun, read_directly, read_signals
from signals.age.provider import build as build_age
from signals.face.provider import build as build_face
from signals.landmarks.provider import build as build_landmarks
from signals.liveness.provider import build as build_liveness
from signals.model_store import open_store
from signals.no_history import NoHistory
from signals.onnx import Network
from signals.quality.provider import build as build_quality

BUILDERS = (build_face, build_landmarks, build_quality, build_liveness, build_age)


class Now:
    def now(self) -> datetime:
        return datetime.now(UTC)


class SelfiePath:
    """The providers of the workflow of one selfie, with `threads` for each net and for OpenCV."""

    def __init__(self, threads: int) -> None:
        number = str(threads)
        settings = {**os.environ, "SELFIE_ONNX_THREADS": number, "SELFIE_OPENCV_THREADS": number}
        ports = Ports(Now(), NoHistory(), settings, open_store(settings))
        self.providers: list[SignalProvider] = [build(ports) for build in BUILDERS]
        self.catalogue = shipped_catalogue()
        self.spent: dict[str, float] = {}
        """Seconds that each provider took in the latest run."""

    def run(self, images: Sequence[bytes]) -> SignalRun:
        """From the encoded frames to the features; raises `RuntimeError` where a provider failed."""
        found = read_signals(self.providers, self.evidence(images), self.catalogue, self._timed)
        self.accept(found.failures)
        return found

    def evidence(self, images: Sequence[bytes]) -> Evidence:
        """What the providers are given."""
        return evidence(images)

    def accept(self, failures: Sequence[ProviderFailure]) -> None:
        """Refuse a run in which something failed: it measured nothing."""
        if failures:
            raise RuntimeError(str(failures))

    def _timed(self, provider: SignalProvider, given: Evidence, so_far: Readings) -> Signal:
        start = time.perf_counter()
        signal = read_directly(provider, given, so_far)
        self.spent[provider.name] = time.perf_counter() - start
        return signal

    def inputs(self, images: Sequence[bytes]) -> BareInference:
        """What the nets are given on these images."""
        given: list[tuple[Any, dict[str, NDArray[np.float32]]]] = []
        run = Network.run_once

        def recorded(network: Network, batch: NDArray[np.float32]) -> list[NDArray[np.float32]]:
            loaded = network.loaded()
            given.append((loaded.session, {loaded.input: batch}))
            return run(network, batch)

        Network.run_once = recorded  # type: ignore[method-assign]
        try:
            self.run(images)
        finally:
            Network.run_once = run  # type: ignore[method-assign]
        return BareInference(given)


class BareInference:
    """The same runs of the same nets on the same inputs in the same batches, and nothing around them."""

    def __init__(self, given: Sequence[tuple[Any, dict[str, NDArray[np.float32]]]]) -> None:
        self._given = tuple(given)

    def run(self) -> None:
        """Every run once, in order."""
        for session, inputs in self._given:
            session.run(None, inputs)


def evidence(images: Sequence[bytes]) -> Evidence:
    """A burst of these frames."""
    return Evidence("still", tuple(Frame(data, 150 * number) for number, data in enumerate(images)))


def decode(images: Sequence[bytes]) -> None:
    """Decode the frames as the service does, all held until the last is there, and nothing else."""
    given = evidence(images)
    for frame in given.frames:
        frame.pixels()
