"""The provider on a real portrait, with the providers before it, and what it says where nothing can be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import entry_points
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.contracts import Challenge, Evidence, Readings, Signal, SignalProvider
from engine.features import read_catalogue
from engine.frames import Frame
from signals.age.provider import build as build_age
from signals.challenge.provider import build
from signals.challenge.staging import COLOURS, Stage, filmed, timed
from signals.face.findings import Box
from signals.face.provider import build as build_face
from signals.landmarks.provider import LANDMARKS
from signals.landmarks.provider import build as build_landmarks
from signals.liveness.provider import build as build_liveness
from signals.quality.provider import build as build_quality
from tests.signals.running import Image, encoded, ports, signals

pytestmark = pytest.mark.models

ROOT = Path(__file__).parents[3]
PORTRAIT = Frame((ROOT / "examples/astronaut.jpg").read_bytes()).pixels()
BOX = Box(180, 59, 85, 119)
CATALOGUE = read_catalogue((ROOT / "policies/features.yaml").read_text(), "features.yaml")
STEPS = tuple(COLOURS[number] for number in (0, 3, 5, 1, 4, 2, 0, 4))
TURN = Challenge("turn", ("left", "right", "left"), (900, 1700, 2500))


@pytest.fixture(scope="module")
def providers(model_cache: dict[str, str]) -> Sequence[SignalProvider]:
    given = ports(model_cache)
    return [each(given) for each in (build_face, build_landmarks, build)]


def flashed(stage: Stage) -> Evidence:
    random = np.random.default_rng(4)
    challenge, times = timed(STEPS, random)
    return Evidence(
        "capture", filmed([(PORTRAIT, BOX)] * len(times), challenge, times, stage, random), challenge=challenge
    )


def burst(*images: Image, challenge: Challenge | None) -> Evidence:
    frames = tuple(Frame(encoded(image, ".jpg"), 120 * number) for number, image in enumerate(images))
    return Evidence("capture", frames, challenge=challenge)


def read(providers: Sequence[SignalProvider], evidence: Evidence) -> Signal:
    signal = signals(providers, evidence)["challenge"]
    assert not CATALOGUE.problems(signal.features)
    assert set(signal.features) <= providers[-1].provides
    return signal


def number(signal: Signal, name: str) -> float:
    value = signal.features[name]
    assert isinstance(value, int | float)
    return float(value)


def test_a_flash_is_followed_and_its_sequence_is_asked(providers: Sequence[SignalProvider]) -> None:
    evidence = flashed(Stage(0.3))
    found = read(providers, evidence)
    assert found.features["liveness.challenge"] == "flash"
    assert number(found, "liveness.flash_corr") > 0.9
    assert number(found, "liveness.flash_amplitude") > 0.05
    assert number(found, "liveness.flash_bg_ratio") < 0.6
    assert number(found, "liveness.face_continuity") > 0.6
    assert "liveness.nonplanar_motion_px" in found.features
    assert evidence.challenge is not None
    other = replace(evidence.challenge, steps=(*STEPS[3:], *STEPS[:3]))
    assert number(read(providers, replace(evidence, challenge=other)), "liveness.flash_corr") < 0.8


def test_a_tint_of_the_whole_picture_is_told_from_light(providers: Sequence[SignalProvider]) -> None:
    found = read(providers, flashed(Stage(0.3, behind=1)))
    assert number(found, "liveness.flash_corr") > 0.9
    assert number(found, "liveness.flash_bg_ratio") > 0.6


def test_frames_of_a_mirrored_face_before_the_flash_are_another_face(providers: Sequence[SignalProvider]) -> None:
    """As when pictures of one person stand before the answer of another."""
    evidence = flashed(Stage(0.3))
    mirrored = [Frame(encoded(cv2.flip(frame.pixels(), 1), ".jpg"), frame.t_ms) for frame in evidence.frames[:8]]
    put_together = replace(evidence, frames=(*mirrored, *evidence.frames[8:]))
    assert number(read(providers, put_together), "liveness.face_continuity") < 0.5


def test_without_a_transcript_the_flash_is_unknown(providers: Sequence[SignalProvider]) -> None:
    evidence = flashed(Stage(0.3))
    assert evidence.challenge is not None
    found = read(providers, replace(evidence, challenge=replace(evidence.challenge, shown_ms=())))
    assert found.failure is None
    assert found.features["liveness.challenge"] == "flash"
    assert not [name for name, value in found.features.items() if "flash_" in name and value is not None]


@pytest.mark.parametrize("kind", ["none", "declined"])
def test_what_was_not_asked_is_unknown(providers: Sequence[SignalProvider], kind: str) -> None:
    found = read(providers, burst(*[PORTRAIT] * 6, challenge=Challenge(kind)))  # type: ignore[arg-type]
    assert found.features["liveness.challenge"] == kind
    assert found.features["liveness.motion_px"] is not None
    assert {name for name, value in found.features.items() if value is not None} <= {
        "liveness.challenge",
        "liveness.face_continuity",
        "liveness.motion_px",
        "liveness.nonplanar_motion_px",
    }


def test_a_photo_that_is_bent_aside_has_not_turned(providers: Sequence[SignalProvider]) -> None:
    """Squeezed and sheared by each step, as one does with a flat photo."""

    def squeezed(towards: float) -> Image:
        centre = np.asarray([222, 118], np.float64)
        place = np.asarray([[0.8, 0, 0], [0.15 * towards, 1, 0]])
        place[:, 2] = centre - place[:, :2] @ centre
        return np.asarray(cv2.warpAffine(PORTRAIT, place, (512, 512), borderMode=cv2.BORDER_REPLICATE), np.uint8)

    images = [PORTRAIT] * 8 + [squeezed(1)] * 7 + [squeezed(-1)] * 7 + [squeezed(1)] * 4
    found = read(providers, burst(*images, challenge=TURN))
    assert found.features["liveness.challenge"] == "turn"
    assert number(found, "liveness.head_turn_yaw_deg") < 8


def test_a_turn_without_a_transcript_is_unknown(providers: Sequence[SignalProvider]) -> None:
    for shown in ((), TURN.shown_ms[:2]):
        found = read(providers, burst(*[PORTRAIT] * 26, challenge=replace(TURN, shown_ms=shown)))
        assert found.features["liveness.head_turn_yaw_deg"] is None


def test_evidence_without_a_session_has_nothing_to_read(providers: Sequence[SignalProvider]) -> None:
    for evidence in (
        burst(PORTRAIT, challenge=None),
        replace(burst(PORTRAIT, challenge=Challenge("none")), kind="still"),
    ):
        failure = read(providers, evidence).failure
        assert failure is not None
        assert failure.cause == "evidence"


def test_without_a_face_nothing_is_read(providers: Sequence[SignalProvider]) -> None:
    for evidence in (burst(*[np.zeros_like(PORTRAIT)] * 6, challenge=TURN), Evidence("capture", challenge=TURN)):
        failure = providers[-1].read(evidence, Readings()).failure
        assert failure is not None
        assert failure.cause == "evidence"


def test_the_mesh_reads_later_frames_for_a_turn_alone(providers: Sequence[SignalProvider]) -> None:
    for challenge, read_there in ((TURN, True), (Challenge("flash", STEPS, (900,)), False)):
        signal = signals(providers, burst(*[PORTRAIT] * 12, challenge=challenge))["landmarks"]
        finding = signal.findings[LANDMARKS]
        assert isinstance(finding, tuple)
        assert [one is not None for one in finding] == [True] * 8 + [read_there] * 4
        assert signal.features["landmarks.frames_read"] == 8


def test_passive_signals_read_the_frames_before_the_challenge(
    providers: Sequence[SignalProvider], model_cache: dict[str, str]
) -> None:
    """Later frames in glaring light, and once with a second face, change nothing but the count of faces."""
    given = ports(model_cache)
    passive = [providers[0], providers[1], *(each(given) for each in (build_quality, build_liveness, build_age))]
    challenge = Challenge("flash", STEPS, (350,))
    two = PORTRAIT.copy()
    two[40:240, 300:500] = PORTRAIT[20:220, 130:330]
    glaring = np.asarray(np.clip(PORTRAIT * np.asarray([0.4, 0.6, 2.0]), 0, 255), np.uint8)
    before = signals(passive, burst(*[PORTRAIT] * 3, challenge=challenge))
    whole = signals(passive, burst(*[PORTRAIT] * 3, glaring, two, glaring, challenge=challenge))
    counts = {"capture.frame_count": 6, "face.count": 2, "face.frames_with_face": 6}
    for name, signal in whole.items():
        assert signal.failure is None
        wanted = dict(before[name].features) | dict(counts if name == "face" else {})
        assert dict(signal.features) == pytest.approx(wanted, abs=1e-5)


def test_passive_signals_are_unknown_where_no_frame_is_before_the_challenge(
    providers: Sequence[SignalProvider],
) -> None:
    found = signals(providers, burst(*[PORTRAIT] * 3, challenge=Challenge("flash", STEPS, (0,))))
    assert found["face"].features["face.count"] == 1
    assert "face.score" not in found["face"].features
    failure = found["landmarks"].failure
    assert failure is not None
    assert failure.cause == "evidence"


def test_it_is_installed() -> None:
    (entry,) = entry_points(group="selfie.providers", name="challenge")
    assert entry.load() is build
    assert {name for name, feature in CATALOGUE.items() if feature.provider == "challenge"} == set(
        build(ports({})).provides
    )
