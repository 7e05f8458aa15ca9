"""Whether the evidence came from a camera, just now, through our page: the features `injection.*`."""

from __future__ import annotations

from collections.abc import Sequence

from engine.contracts import Clock, Evidence, History, Ports, Readings, Signal, Value
from signals.answer import NothingToRead, answered
from signals.camera_switch import allows_test_camera, unless_tested
from signals.facts import facts
from signals.injection import binding
from signals.injection.camera_fit import frames_misfit
from signals.injection.content_credentials import credentials_state
from signals.injection.double_jpeg import double_jpeg_score
from signals.injection.encoder import encoder_matches
from signals.injection.intervals import interval_cv
from signals.injection.labels import virtual_camera
from signals.injection.metadata import editor_metadata
from signals.injection.noise import least_noise
from signals.injection.repeats import distances, duplicate_ratio, loop_ratio, revisit_ratio
from signals.injection.replay.index import ReplayIndex, sightings, small_pictures
from signals.injection.shots import Luma, evened, small_burst
from signals.injection.track import inconsistencies
from signals.settings import bound_opencv

Features = dict[str, Value | None]

BURST = (
    "injection.duplicate_frame_ratio",
    "injection.loop_ratio",
    "injection.revisit_min_ratio",
    "injection.temporal_noise_min",
    "injection.frame_interval_cv",
)
REPLAY = ("injection.replay_exact", "injection.replay_phash_distance", "injection.replay_residual_corr")
CAMERA = (
    "injection.virtual_camera_label",
    "injection.track_inconsistency_count",
    "injection.frame_settings_mismatch",
)
FILES = (
    "injection.encoder_fingerprint_match",
    "injection.editor_metadata",
    "injection.double_jpeg_score",
    "injection.c2pa_state",
)
TEST_CAMERA = "injection.test_camera"


class InjectionProvider:
    """Reads how the evidence came, what its frames are, and what the page told of the camera.

    The page's word may raise risk and never lower it: what it leaves out is unknown.
    """

    name = "injection"
    requires: frozenset[str] = frozenset()
    provides = binding.FEATURES | {*BURST, *REPLAY, *CAMERA, *FILES, TEST_CAMERA}

    def __init__(self, clock: Clock, history: History, *, test_camera: bool) -> None:
        self._index = ReplayIndex(history, clock)
        self._test_camera = test_camera

    def read(self, evidence: Evidence, so_far: Readings) -> Signal:  # noqa: ARG002 - needs no other provider
        return answered(self.name, lambda: self._read(evidence))

    def _read(self, evidence: Evidence) -> Signal:
        if evidence.kind != "capture":
            raise NothingToRead("the evidence came without a capture session")
        if not evidence.frames:
            raise NothingToRead("there is no frame")
        digests = [frame.digest() for frame in evidence.frames]
        pictures = small_pictures(evidence.frames, evidence.neutral)
        features: Features = {
            **binding.read_binding(evidence),
            **_burst(evidence),
            **self._replay(evidence.scope, digests, pictures),
            **read_camera(evidence, tested=self._test_camera),
            **_files(evidence),
            TEST_CAMERA: self._test_camera,
        }
        return Signal(features, sightings=sightings(digests, pictures))

    def _replay(self, scope: str, digests: Sequence[str], pictures: Sequence[Luma]) -> Features:
        nearest = self._index.nearest(scope, pictures) if pictures else None
        near: tuple[Value | None, Value | None] = (nearest.distance, nearest.correlation) if nearest else (None, None)
        return dict(zip(REPLAY, (self._index.seen_exactly(scope, digests), *near), strict=True))


def _burst(evidence: Evidence) -> Features:
    burst = small_burst(evidence.frames)
    between = distances(evened(burst))
    values = (
        duplicate_ratio(evidence.frames, burst),
        loop_ratio(between),
        revisit_ratio(between),
        least_noise(burst),
        interval_cv([frame.t_ms for frame in evidence.frames]),
    )
    return dict(zip(BURST, values, strict=True))


def read_camera(evidence: Evidence, *, tested: bool) -> Features:
    """What the page told of the camera. Under the switch for test cameras what it gives away is read as absent."""
    camera = facts(evidence, "camera").told
    tells, complete = inconsistencies(camera, evidence.headers)
    counted = 0 if tested else tells
    values = (
        unless_tested(virtual_camera(camera), tested=tested),
        counted if counted or complete else None,
        unless_tested(frames_misfit(evidence.frames, camera), tested=tested),
    )
    return dict(zip(CAMERA, values, strict=True))


def _files(evidence: Evidence) -> Features:
    measured = [evidence.frames[number] for number in evidence.neutral[:1]]
    values = (
        encoder_matches(evidence.frames, evidence.headers),
        editor_metadata(evidence.frames),
        double_jpeg_score(measured),
        credentials_state(evidence.frames),
    )
    return dict(zip(FILES, values, strict=True))


def build(ports: Ports) -> InjectionProvider:
    """Entry point of `selfie.providers`."""
    bound_opencv(ports.settings)
    return InjectionProvider(ports.clock, ports.history, test_camera=allows_test_camera(ports.settings))
