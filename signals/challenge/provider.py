"""Challenge features: what was asked, whether colour and head followed, and whether the face moves as a body does.

None of it is the browser's word alone. The steps are the service's, drawn at random; what the page tells is when it
showed each, which is believed within narrow bounds. Without it the answer is unknown.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.contracts import Challenge, Evidence, Ports, Readings, Signal, Value
from signals.answer import NothingToRead, answered
from signals.challenge.flash import Seen, followed
from signals.challenge.planar import motion
from signals.challenge.same_face import continuity
from signals.challenge.skin import skin_and_around
from signals.challenge.turn import turned
from signals.face.findings import Face, largest_faces
from signals.landmarks.provider import LANDMARKS, Landmarks
from signals.settings import bound_opencv

Faces = Sequence[tuple[int, Face]]
AHEAD = 12.0
"""Degrees."""


class ChallengeProvider:
    """Reads the frames of a capture session; evidence that came without a session has nothing to read here."""

    name = "challenge"
    requires = frozenset({"face.count", "landmarks.frames_read"})
    provides = frozenset(
        {
            "liveness.challenge",
            "liveness.flash_corr",
            "liveness.flash_amplitude",
            "liveness.flash_bg_ratio",
            "liveness.motion_px",
            "liveness.nonplanar_motion_px",
            "liveness.head_turn_yaw_deg",
            "liveness.face_continuity",
        }
    )

    def read(self, evidence: Evidence, so_far: Readings) -> Signal:
        return answered(self.name, lambda: self._read(evidence, so_far))

    def _read(self, evidence: Evidence, so_far: Readings) -> Signal:
        asked = evidence.challenge
        if evidence.kind != "capture" or asked is None:
            raise NothingToRead("no challenge was asked: the evidence did not come from a capture session")
        faces = largest_faces(so_far)
        yaws = _yaws(evidence, so_far) if asked.kind == "turn" else None
        features: dict[str, Value | None] = {
            "liveness.challenge": asked.kind,
            "liveness.face_continuity": continuity(
                [(evidence.frames[number], face) for number, face in faces if yaws is None or _ahead(yaws, number)]
            ),
            **_moved(evidence, faces),
        }
        if asked.kind == "flash":
            features |= _flashed(asked, evidence, faces)
        elif yaws is not None:
            times = [frame.t_ms for frame in evidence.frames]
            features["liveness.head_turn_yaw_deg"] = turned(asked, list(zip(times, yaws, strict=True)))
        return Signal(features)


def _flashed(asked: Challenge, evidence: Evidence, faces: Faces) -> dict[str, Value | None]:
    frames = [(evidence.frames[number], face) for number, face in faces]
    found = followed(asked, [Seen(frame.t_ms, *skin_and_around(frame, face)) for frame, face in frames])
    if found is None:
        return {}
    return {
        "liveness.flash_corr": found.corr,
        "liveness.flash_amplitude": found.amplitude,
        "liveness.flash_bg_ratio": found.bg_ratio,
    }


def _moved(evidence: Evidence, faces: Faces) -> dict[str, Value | None]:
    found = motion([(evidence.frames[number], face) for number, face in faces])
    if found is None:
        return {}
    return {"liveness.motion_px": found.moved, "liveness.nonplanar_motion_px": found.nonplanar}


def _yaws(evidence: Evidence, so_far: Readings) -> list[float | None] | None:
    """How far the head is turned in each frame; None where no mesh was read."""
    read = so_far.findings.get(LANDMARKS)
    if not isinstance(read, tuple) or len(read) != len(evidence.frames):
        return None
    return [one.pose.yaw if isinstance(one, Landmarks) and one.pose else None for one in read]


def _ahead(yaws: Sequence[float | None], number: int) -> bool:
    """Whether a frame shows the face from about the front: turned ones look unlike and say nothing of who it is."""
    yaw = yaws[number]
    return yaw is not None and abs(yaw) <= AHEAD


def build(ports: Ports) -> ChallengeProvider:
    """Entry point of `selfie.providers`."""
    bound_opencv(ports.settings)
    return ChallengeProvider()
