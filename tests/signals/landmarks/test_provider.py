"""The landmarks of a real portrait: turned, mirrored, covered, small, large, and not there at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.contracts import Evidence, ModelFile, ModelUnavailable, Readings, SignalProvider
from engine.frames import Frame
from signals.face.provider import build as build_face
from signals.landmarks.mesh import MAX_TILT, SIDE, Mesh
from signals.landmarks.parts import EYES, LIPS
from signals.landmarks.provider import LANDMARKS, MEASURES, Landmarks, build
from signals.model_store import open_store
from tests.signals.landmarks.turning import Image, bent, rotation, turned
from tests.signals.running import ports, signals, still

pytestmark = pytest.mark.models

PORTRAIT = Path(__file__).parents[3] / "examples/astronaut.jpg"
LIDS = ((246, 7), (161, 163), (160, 144), (159, 145), (158, 153), (157, 154), (173, 155))
LIDS += ((466, 249), (388, 390), (387, 373), (386, 374), (385, 380), (384, 381), (398, 382))
UNDER_EYES = ((226, 31, 228, 229, 230, 231, 232, 233, 244), (446, 261, 448, 449, 450, 451, 452, 453, 464))
LOWER_FACE = (2, 98, 327, 205, 425, 123, 352, 147, 376, 172, 397, 150, 379, 176, 400, 152)


@pytest.fixture(scope="module")
def providers(model_cache: dict[str, str]) -> Sequence[SignalProvider]:
    given = ports(model_cache)
    return [build_face(given), build(given)]


@pytest.fixture(scope="module")
def portrait() -> Image:
    return Frame(PORTRAIT.read_bytes()).pixels()


def read(providers: Sequence[SignalProvider], *images: Image) -> dict[str, float]:
    signal = signals(providers, still(*images))["landmarks"]
    assert signal.failure is None
    return {name: float(value) for name, value in signal.features.items() if value is not None}


def seen(providers: Sequence[SignalProvider], image: Image) -> Landmarks:
    (found,) = signals(providers, still(image))["landmarks"].findings[LANDMARKS]  # type: ignore[misc]
    assert isinstance(found, Landmarks)
    return found


@pytest.fixture(scope="module")
def mesh(providers: Sequence[SignalProvider], portrait: Image) -> Mesh:
    return seen(providers, portrait).mesh


def test_portrait(providers: Sequence[SignalProvider], portrait: Image) -> None:
    found = read(providers, portrait)
    assert set(found) == providers[1].provides == {*MEASURES, "landmarks.frames_read"}
    assert found["face.yaw"] == pytest.approx(0, abs=4)
    assert found["face.pitch"] == pytest.approx(-12, abs=5)
    assert found["landmarks.roll"] == pytest.approx(2, abs=4)
    assert 0.22 < found["face.eyes_open"] < 0.4
    assert 0.05 < found["face.mouth_open"] < 0.35  # she smiles and shows her teeth
    assert found["face.occlusion"] < 0.3
    assert found["landmarks.score"] > 0.99
    assert found["landmarks.frames_read"] == 1


@pytest.mark.parametrize("factor", [1, 3])
def test_points_lie_where_the_detector_sees_them(
    providers: Sequence[SignalProvider], portrait: Image, factor: int
) -> None:
    """Also where the crop is of a halved frame: there the points are three times as far."""
    small = seen(providers, portrait).mesh.points
    portrait = np.asarray(cv2.resize(portrait, None, fx=factor, fy=factor), np.uint8)
    found = signals(providers, still(portrait))
    face = found["face"].findings["face.frames"][0].largest  # type: ignore[index]
    points = seen(providers, portrait).mesh.points
    eyes = [points[list(eye.corners), :2].mean(0) for eye in EYES]
    expected = np.stack([*eyes, points[4, :2]])
    assert np.abs(face.points[:3] - expected).max() < 0.06 * face.box.height
    assert np.abs(points / factor - small).mean() < 0.5


@pytest.mark.parametrize("roll", [-45, -20, 20, 45])
def test_tilt_is_found_and_does_not_look_like_a_turn(
    providers: Sequence[SignalProvider], portrait: Image, roll: float
) -> None:
    """Also where the detector's eyes tell less than half of it."""
    level = read(providers, portrait)
    turn = cv2.getRotationMatrix2D((224, 140), -roll, 1)
    found = read(providers, cv2.warpAffine(portrait, turn, (512, 512), borderMode=cv2.BORDER_REPLICATE))
    assert found["landmarks.roll"] - level["landmarks.roll"] == pytest.approx(roll, abs=6)
    assert found["face.yaw"] == pytest.approx(level["face.yaw"], abs=5)
    assert found["face.pitch"] == pytest.approx(level["face.pitch"], abs=5)
    assert abs(roll) > MAX_TILT


def bent_by(portrait: Image, mesh: Mesh, yaw: float, pitch: float) -> Image:
    """The portrait with face and hair turned: the face's edge is continued outwards."""
    outline = cv2.convexHull(np.ascontiguousarray(mesh.points[:, :2]), returnPoints=False).ravel()
    middle = mesh.points[outline].mean(0)
    rings = [(mesh.points[outline] - middle) * (grow, grow, 1) + middle for grow in (1.15, 1.5)]
    points = np.vstack([mesh.points, *rings]).astype(np.float32)
    return bent(portrait, points, turned(points, rotation(yaw, pitch)))


@pytest.mark.parametrize("yaw", [-20, -10, 10, 20])
def test_turned_face(providers: Sequence[SignalProvider], portrait: Image, mesh: Mesh, yaw: float) -> None:
    """A bent picture shows no more of the far side, so the net sees a part of the turn; its sign and order it must."""
    change = read(providers, bent_by(portrait, mesh, yaw, 0))["face.yaw"] - read(providers, portrait)["face.yaw"]
    assert 0.4 * abs(yaw) < change * np.sign(yaw) < 1.3 * abs(yaw)


@pytest.mark.parametrize("pitch", [-15, -10, 10, 15])
def test_nodding_face(providers: Sequence[SignalProvider], portrait: Image, mesh: Mesh, pitch: float) -> None:
    change = read(providers, bent_by(portrait, mesh, 0, pitch))["face.pitch"] - read(providers, portrait)["face.pitch"]
    assert change == pytest.approx(pitch, abs=6)


def test_mirror_image(providers: Sequence[SignalProvider], portrait: Image, mesh: Mesh) -> None:
    turned_right = bent_by(portrait, mesh, 18, 8)
    one, other = (read(providers, image) for image in (turned_right, turned_right[:, ::-1]))
    assert one["face.yaw"] > 5
    assert other["face.yaw"] == pytest.approx(-one["face.yaw"], abs=3)
    assert other["landmarks.roll"] == pytest.approx(-one["landmarks.roll"], abs=3)
    for same in ("face.pitch", "face.eyes_open", "face.mouth_open"):
        assert other[same] == pytest.approx(one[same], abs=3 if same == "face.pitch" else 0.05)


def closed_eyes(mesh: Mesh) -> NDArray[np.float32]:
    """The mesh with the upper lids drawn down."""
    target = mesh.points.copy()
    for upper, lower in LIDS:
        target[upper] = target[lower] + (target[upper] - target[lower]) * 0.05
    return target


def test_closed_eyes(providers: Sequence[SignalProvider], portrait: Image, mesh: Mesh) -> None:
    shut = bent(portrait, mesh.points, closed_eyes(mesh))
    assert read(providers, shut)["face.eyes_open"] < read(providers, portrait)["face.eyes_open"] - 0.03


def painted(image: Image, mesh: Mesh, points: Sequence[int], colour: tuple[int, int, int]) -> Image:
    hull = cv2.convexHull(mesh.points[list(points), :2])
    return np.asarray(cv2.fillConvexPoly(image.copy(), np.round(hull).astype(np.int32), colour), np.uint8)


def masked(image: Image, mesh: Mesh) -> Image:
    return painted(image, mesh, LOWER_FACE, (200, 170, 120))


def sunglasses(image: Image, mesh: Mesh) -> Image:
    for eye, below in zip(EYES, UNDER_EYES, strict=True):
        image = painted(image, mesh, [*eye.around, *below], (15, 15, 15))
    return image


def hand_on_one_eye(image: Image, mesh: Mesh) -> Image:
    return painted(image, mesh, [*EYES[0].around, 70, 105, 117], (130, 150, 200))


def hand_on_mouth(image: Image, mesh: Mesh) -> Image:
    return painted(image, mesh, [*LIPS, 18, 164], (130, 150, 200))


@pytest.mark.parametrize("cover", [masked, sunglasses, hand_on_one_eye, hand_on_mouth])
def test_covered_face(
    providers: Sequence[SignalProvider], portrait: Image, mesh: Mesh, cover: Callable[[Image, Mesh], Image]
) -> None:
    assert read(providers, cover(portrait, mesh))["face.occlusion"] > 0.6


@pytest.mark.parametrize("change", [lambda image: image // 2, lambda image: cv2.GaussianBlur(image, (0, 0), 1.5)])
def test_dark_or_soft_is_not_covered(
    providers: Sequence[SignalProvider], portrait: Image, change: Callable[[Image], Image]
) -> None:
    assert read(providers, change(portrait))["face.occlusion"] < 0.5


@pytest.mark.parametrize("factor", [0.5, 3.0, 7.0])
def test_size_does_not_matter(providers: Sequence[SignalProvider], portrait: Image, factor: float) -> None:
    """Also at twelve megapixels, where the crop is shrunk."""
    one = read(providers, portrait)
    other = read(providers, cv2.resize(portrait, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA))
    for name in ("face.yaw", "face.pitch", "landmarks.roll"):
        assert other[name] == pytest.approx(one[name], abs=5)
    assert other["face.eyes_open"] == pytest.approx(one["face.eyes_open"], abs=0.06)


def test_frames_are_read_in_one_batch_as_each_alone(
    providers: Sequence[SignalProvider], portrait: Image, mesh: Mesh
) -> None:
    images = [portrait, bent_by(portrait, mesh, 15, 0), masked(portrait, mesh)]
    alone = [read(providers, image) for image in images]
    together = read(providers, *images)
    for name in MEASURES:
        assert together[name] == pytest.approx(float(np.median([one[name] for one in alone])), abs=1e-3)
    assert together["landmarks.frames_read"] == 3


def test_frames_without_a_face_are_left_out(providers: Sequence[SignalProvider], portrait: Image) -> None:
    grey = np.full_like(portrait, 127)
    found = signals(providers, still(grey, portrait, grey))["landmarks"]
    assert found.features["landmarks.frames_read"] == 1
    first, second, third = found.findings[LANDMARKS]  # type: ignore[misc]
    assert (first, third) == (None, None)
    assert isinstance(second, Landmarks)


def test_face_that_leaves_the_image(providers: Sequence[SignalProvider], portrait: Image, mesh: Mesh) -> None:
    """Half of it is beyond the edge: read or unknown, and never an error."""
    middle = int(mesh.points[:, 0].mean())
    for cut in (portrait[:, middle - 20 :], portrait[: int(mesh.points[13, 1])], portrait[60:150, 170:280]):
        signal = signals(providers, still(np.ascontiguousarray(cut)))["landmarks"]
        assert signal.failure is None or signal.failure.cause == "evidence"


def test_no_face_is_the_evidence(providers: Sequence[SignalProvider], portrait: Image) -> None:
    failure = signals(providers, still(np.zeros_like(portrait)))["landmarks"].failure
    assert failure is not None
    assert failure.cause == "evidence"
    assert failure.reason == "there is no face in any frame"


def test_without_a_face_provider(providers: Sequence[SignalProvider], portrait: Image) -> None:
    failure = providers[1].read(still(portrait), Readings()).failure
    assert failure is not None
    assert failure.cause == "evidence"


def test_absent_model_is_the_provider(model_cache: dict[str, str], portrait: Image) -> None:
    class Lacking:
        def get(self, name: str) -> ModelFile:
            if name == "facemesh":
                raise ModelUnavailable("model `facemesh` is not there; run `selfie models pull`")
            return open_store(model_cache).get(name)

    given = ports(model_cache, Lacking())
    found = signals([build_face(given), build(given)], still(portrait))
    assert found["face"].failure is None
    failure = found["landmarks"].failure
    assert failure is not None
    assert failure.cause == "provider"
    assert "selfie models pull" in failure.reason
    assert not found["landmarks"].features


def test_mesh_on_no_face_gives_no_angles(providers: Sequence[SignalProvider], portrait: Image) -> None:
    """A detector may be wrong; then the net says so, and nothing is read off its points."""
    found = signals(providers[:1], still(portrait))["face"]
    noise = np.random.default_rng(9).integers(0, 256, portrait.shape, np.uint8)
    signal = providers[1].read(still(noise), Readings(found.features, found.findings))
    assert signal.failure is None
    for name in ("face.yaw", "face.pitch", "face.eyes_open", "face.mouth_open", "landmarks.roll"):
        assert signal.features[name] is None
    assert signal.features["landmarks.frames_read"] == 0
    assert float(signal.features["face.occlusion"] or 0) > 0.9


def test_what_ran_is_named(providers: Sequence[SignalProvider], portrait: Image) -> None:
    signal = signals(providers, still(portrait))["landmarks"]
    assert set(signal.models) == {"facemesh"}
    assert seen(providers, portrait).mesh.crop.shape == (SIDE, SIDE, 3)


def test_evidence_without_frames(providers: Sequence[SignalProvider]) -> None:
    failure = signals(providers, Evidence("still"))["landmarks"].failure
    assert failure is not None
    assert failure.cause == "evidence"
