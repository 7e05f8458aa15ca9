"""Providers that read real pixels in a way that can be worked out by hand: how bright, and how blue, a picture is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from engine.contracts import Evidence, ModelFile, ModelUnavailable, Ports, Readings, Signal

SPEC = {"face": f"{__name__}:build_face", "liveness": f"{__name__}:build_liveness", "age": f"{__name__}:build_age"}
STORE = f"{__name__}:open_store"


class Store:
    """One model, whose digest is a setting."""

    def __init__(self, settings: Mapping[str, str]) -> None:
        self._sha256 = settings.get("SELFIE_LAMP", "a" * 64)

    def get(self, name: str) -> ModelFile:
        if self._sha256 == "absent":
            raise ModelUnavailable(f"model `{name}` is not there")
        return ModelFile(name, Path(name), self._sha256)

    def ensure(self, *, progress: bool = True) -> Mapping[str, str]:
        return {}


open_store = Store


class Face:
    """A face is any picture that is not black."""

    name = "face"
    requires: frozenset[str] = frozenset()
    provides = frozenset({"face.count"})

    def read(self, evidence: Evidence, so_far: Readings) -> Signal:
        seen = any(frame.pixels().mean() > 3 for frame in evidence.frames)
        return Signal({"face.count": 1}) if seen else Signal({"face.count": 0})


class Liveness:
    """Bright is live."""

    name = "liveness"
    requires = frozenset({"face.count"})
    provides = frozenset({"liveness.passive_score"})

    def __init__(self, ports: Ports) -> None:
        self._models = ports.models

    def read(self, evidence: Evidence, so_far: Readings) -> Signal:
        if not so_far.features["face.count"]:
            return Signal.failed("evidence", "there is no face")
        try:
            used = {"lamp": self._models.get("lamp").sha256}
        except ModelUnavailable as absent:
            return Signal.failed("provider", str(absent))
        means = sorted(float(frame.pixels().mean()) / 255 for frame in evidence.frames)
        return Signal({"liveness.passive_score": means[len(means) // 2]}, models=used)


class Age:
    """As old as the blue channel is high."""

    name = "age"
    requires = frozenset({"face.count"})
    provides = frozenset({"age.predicted", "age.lower", "age.upper"})

    def read(self, evidence: Evidence, so_far: Readings) -> Signal:
        if not so_far.features["face.count"]:
            return Signal.failed("evidence", "there is no face")
        blue = float(evidence.frames[0].pixels()[:, :, 0].mean())
        return Signal({"age.predicted": blue, "age.lower": blue - 10, "age.upper": blue + 10})


def build_face(ports: Ports) -> Face:
    return Face()


def build_liveness(ports: Ports) -> Liveness:
    return Liveness(ports)


def build_age(ports: Ports) -> Age:
    return Age()
