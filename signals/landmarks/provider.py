"""Landmark features of the largest face: the median over the frames before a challenge with a mesh on the face.

Where a head turn was asked the later frames are read as well, for the finding alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from types import MappingProxyType

from engine.contracts import Evidence, Ports, Readings, Signal, Value
from signals.answer import answered
from signals.face.findings import largest_faces, neutral_faces
from signals.landmarks.expression import eyes_open, from_front, mouth_open
from signals.landmarks.mesh import Mesh, meshes
from signals.landmarks.occlusion import Covered, covered
from signals.landmarks.pose import Pose, face_axes, pose_of
from signals.onnx import Network
from signals.settings import bound_opencv

LANDMARKS = "landmarks.frames"
"""The name of the finding: a tuple with one `Landmarks` or None for each frame of the evidence, in its order.
The frames after the first step of a challenge have one only where the challenge is a turn."""
MIN_SCORE = 0.5
"""Below this the net says that its points lie on no face, and nothing is read off them."""


@dataclass(frozen=True, slots=True)
class Landmarks:
    """What was read off one frame. Pose and openness are None where the mesh lies on no face."""

    mesh: Mesh
    pose: Pose | None
    eyes_open: float | None
    mouth_open: float | None
    covered: Covered

    @property
    def occlusion(self) -> float:
        """0..1: the worst of the parts, and at least as much as the net doubts the face."""
        return max(self.covered.most, 1 - self.mesh.score)


MEASURES = (
    "face.yaw",
    "face.pitch",
    "face.eyes_open",
    "face.mouth_open",
    "face.occlusion",
    "landmarks.roll",
    "landmarks.score",
)


class LandmarksProvider:
    """Lays the face mesh on the largest face of each frame, all frames in one batch."""

    name = "landmarks"
    requires = frozenset({"face.count"})
    provides = frozenset({*MEASURES, "landmarks.frames_read"})

    def __init__(self, network: Network) -> None:
        self._network = network

    def warm(self) -> None:
        """Load the net before the first request; raises `ModelUnavailable`."""
        self._network.warm()

    def read(self, evidence: Evidence, so_far: Readings) -> Signal:
        return answered(self.name, lambda: self._read(evidence, so_far))

    def _read(self, evidence: Evidence, so_far: Readings) -> Signal:
        neutral = neutral_faces(evidence, so_far)
        faces = largest_faces(so_far) if _turns(evidence) else neutral
        found = meshes(self._network, [(evidence.frames[number], face) for number, face in faces])
        read = {number: landmarks(mesh) for (number, _), mesh in zip(faces, found, strict=True)}
        still = [read[number] for number, _ in neutral]
        return Signal(
            {
                **_medians([_measured(one) for one in still]),
                "landmarks.frames_read": sum(one.mesh.score >= MIN_SCORE for one in still),
            },
            findings=MappingProxyType({LANDMARKS: tuple(read.get(n) for n in range(len(evidence.frames)))}),
            models=MappingProxyType({self._network.name: self._network.sha256()}),
        )


def _turns(evidence: Evidence) -> bool:
    """Whether the pose of the later frames is asked for: otherwise nobody reads it, and it costs as much again."""
    return evidence.challenge is not None and evidence.challenge.kind == "turn"


def landmarks(mesh: Mesh) -> Landmarks:
    """Everything that is read off one mesh."""
    axes = face_axes(mesh.points) if mesh.score >= MIN_SCORE else None
    if axes is None:
        return Landmarks(mesh, None, None, None, covered(mesh))
    front = from_front(mesh.points, axes)
    return Landmarks(mesh, pose_of(axes), eyes_open(front), mouth_open(front), covered(mesh))


def _measured(read: Landmarks) -> Mapping[str, float | None]:
    """The features of one frame."""
    pose = read.pose
    angles = (pose.yaw, pose.pitch, pose.roll) if pose else (None, None, None)
    values = (*angles[:2], read.eyes_open, read.mouth_open, read.occlusion, angles[2], read.mesh.score)
    return dict(zip(MEASURES, values, strict=True))


def _medians(frames: Sequence[Mapping[str, float | None]]) -> dict[str, Value | None]:
    """Each feature over the frames that have it; unknown where none has."""
    known = {name: [value for frame in frames if (value := frame[name]) is not None] for name in MEASURES}
    return {name: median(values) if values else None for name, values in known.items()}


def build(ports: Ports) -> LandmarksProvider:
    """Entry point of `selfie.providers`."""
    bound_opencv(ports.settings)
    return LandmarksProvider(Network(ports, "facemesh"))
