"""The providers on a real portrait, and on everything that is none. Unknown never becomes a value."""

from __future__ import annotations

import io
import threading
from collections.abc import Sequence
from importlib.metadata import entry_points
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as PilImage

from engine.contracts import Evidence, ModelFile, ModelUnavailable, Readings, SignalProvider
from engine.features import FeatureRecord, read_catalogue
from engine.frames import Frame
from signals.age.provider import build as build_age
from signals.face.provider import build as build_face
from signals.liveness.provider import build as build_liveness
from signals.model_store import open_store
from signals.quality.provider import build as build_quality
from tests.signals.running import Image, encoded, ports, signals, still

ROOT = Path(__file__).parents[2]
PORTRAIT = (ROOT / "examples" / "astronaut.jpg").read_bytes()
CATALOGUE = read_catalogue((ROOT / "policies" / "features.yaml").read_text(), "features.yaml")
OURS = ("face", "quality", "liveness", "age")

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def providers(model_cache: dict[str, str]) -> Sequence[SignalProvider]:
    given = ports(model_cache)
    return [build(given) for build in (build_face, build_quality, build_liveness, build_age)]


@pytest.fixture(scope="module")
def portrait() -> Image:
    return Frame(PORTRAIT).pixels()


def features(providers: Sequence[SignalProvider], evidence: Evidence) -> dict[str, object]:
    """All features of a run in which nothing failed, checked against the catalogue."""
    found = signals(providers, evidence)
    assert not [signal.failure for signal in found.values() if signal.failure]
    merged = {name: value for signal in found.values() for name, value in signal.features.items()}
    return FeatureRecord(merged, CATALOGUE).to_dict()


def on_canvas(*faces: tuple[Image, int, int], size: tuple[int, int] = (480, 640)) -> Image:
    """Pictures placed on a grey canvas at (x, y)."""
    canvas = np.full((*size, 3), 128, np.uint8)
    for face, x, y in faces:
        canvas[y : y + face.shape[0], x : x + face.shape[1]] = face
    return canvas


def scaled(image: Image, factor: float) -> Image:
    return np.asarray(cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8)


def test_a_portrait_is_read_whole(providers: Sequence[SignalProvider], portrait: Image) -> None:
    found = features(providers, still(portrait))
    wanted = {name for name, feature in CATALOGUE.items() if feature.provider in OURS}
    assert wanted <= set(found)
    assert found["face.count"] == 1
    assert found["face.box_x"] == pytest.approx(180, abs=8)
    assert found["face.box_y"] == pytest.approx(59, abs=8)
    assert found["face.area_ratio"] == pytest.approx(0.041, abs=0.008)
    assert found["face.edge_distance"] == pytest.approx(0.5, abs=0.06)
    assert found["face.roll"] == pytest.approx(0, abs=3)
    assert 0.5 <= float(str(found["liveness.passive_score"])) <= 1
    assert (
        float(str(found["age.lower"])) < 26 <= float(str(found["age.predicted"])) <= 40 < float(str(found["age.upper"]))
    )


def test_every_model_that_was_used_is_named(
    providers: Sequence[SignalProvider], portrait: Image, model_cache: dict[str, str]
) -> None:
    records = open_store(model_cache).records
    found = signals(providers, still(portrait))
    used = {name: sha256 for signal in found.values() for name, sha256 in signal.models.items()}
    names = {"yunet", "minifasnet_v2", "minifasnet_v1se", "faceapi_age"}
    assert used == {name: records[name].digest for name in names}


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_comes_first(providers: Sequence[SignalProvider], portrait: Image, orientation: int) -> None:
    """The same picture, stored turned or mirrored with the tag that says so, reads the same."""
    stored: Image = portrait
    if orientation in {2, 4, 5, 7}:
        stored = np.asarray(cv2.flip(stored, 1), np.uint8)
    turns = {3: cv2.ROTATE_180, 4: cv2.ROTATE_180, 5: cv2.ROTATE_90_COUNTERCLOCKWISE, 6: cv2.ROTATE_90_COUNTERCLOCKWISE,
             7: cv2.ROTATE_90_CLOCKWISE, 8: cv2.ROTATE_90_CLOCKWISE}  # fmt: skip
    if orientation in turns:
        stored = np.asarray(cv2.rotate(stored, turns[orientation]), np.uint8)
    exif = PilImage.Exif()
    exif[0x0112] = orientation
    file = io.BytesIO()
    PilImage.fromarray(stored[:, :, ::-1]).save(file, "PNG", exif=exif)
    turned = features(providers, Evidence("still", (Frame(file.getvalue()),)))
    assert turned == pytest.approx(features(providers, still(portrait)), abs=1e-6)


@pytest.mark.parametrize("degrees", [-30, -15, 15, 30])
def test_roll_is_positive_clockwise(providers: Sequence[SignalProvider], portrait: Image, degrees: float) -> None:
    """The detector's points lag behind a turned head (docs/models/face.md): the sign is sure, the size too small."""
    turn = cv2.getRotationMatrix2D((256, 256), -degrees, 1)
    found = features(providers, still(np.asarray(cv2.warpAffine(portrait, turn, (512, 512)), np.uint8)))
    assert 0.2 < float(str(found["face.roll"])) / degrees < 1.1
    assert found["age.predicted"] == pytest.approx(30, abs=8)


@pytest.mark.parametrize(("share", "count"), [(1.0, 2), (0.6, 2), (0.42, 2), (0.28, 1), (0.2, 1)])
def test_a_face_counts_from_a_share_of_the_largest_on(
    providers: Sequence[SignalProvider], portrait: Image, share: float, count: int
) -> None:
    head = portrait[20:220, 130:330]
    large = scaled(head, 1.5)
    second = scaled(head, 1.5 * share)
    found = features(providers, still(on_canvas((large, 10, 100), (second, 330, 100))))
    assert found["face.count"] == count
    alone = features(providers, still(on_canvas((large, 10, 100))))
    for name in ("face.box_x", "face.box_y", "face.box_width", "face.box_height"):
        assert found[name] == pytest.approx(alone[name], abs=4)


def test_a_face_of_twenty_pixels_is_read_and_shows_its_size(
    providers: Sequence[SignalProvider], portrait: Image
) -> None:
    small = scaled(portrait[20:220, 130:330], 20 / 118)
    found = signals(providers, still(on_canvas((small, 200, 200), size=(240, 320))))
    count = found["face"].features["face.count"]
    if count == 0:
        assert {found[name].failure.cause for name in OURS[1:] if found[name].failure} == {"evidence"}
    else:
        distance = found["face"].features["face.eye_distance"]
        assert isinstance(distance, float)
        assert distance < 12


NOTHING = {
    "black": np.zeros((480, 640, 3), np.uint8),
    "white": np.full((480, 640, 3), 255, np.uint8),
    "one pixel": np.zeros((1, 1, 3), np.uint8),
    "one row": np.full((1, 4000, 3), 90, np.uint8),
    "one column": np.full((4000, 1, 3), 90, np.uint8),
    "noise": np.random.default_rng(0).integers(0, 256, (300, 300, 3), np.uint8),
}


@pytest.mark.parametrize("name", NOTHING)
def test_no_face_is_a_count_of_zero_and_nothing_else(providers: Sequence[SignalProvider], name: str) -> None:
    found = signals(providers, still(NOTHING[name]))
    assert found["face"].failure is None
    assert found["face"].features == {"capture.frame_count": 1, "face.count": 0, "face.frames_with_face": 0}
    for dependant in OURS[1:]:
        failure = found[dependant].failure
        assert failure is not None
        assert failure.cause == "evidence"
        assert not found[dependant].features


def test_a_frame_that_cannot_be_decoded_fails_by_its_evidence(providers: Sequence[SignalProvider]) -> None:
    """The header and the end mark are sound; what lies between is not."""
    content = bytearray(encoded(np.zeros((40, 40, 3), np.uint8)))
    data = content.index(b"IDAT") + 4
    content[data : data + 12] = bytes(12)
    found = signals(providers, Evidence("still", (Frame(PORTRAIT), Frame(bytes(content)))))
    assert {signal.failure.cause for signal in found.values() if signal.failure} == {"evidence"}
    assert not [signal.features for signal in found.values() if signal.features]


@pytest.mark.parametrize("kind", ["capture", "still", "features"])
def test_no_frame_fails_by_its_evidence(providers: Sequence[SignalProvider], kind: str) -> None:
    found = signals(providers, Evidence(kind))  # type: ignore[arg-type]
    assert {signal.failure.cause for signal in found.values() if signal.failure} == {"evidence"}
    assert len([signal for signal in found.values() if signal.failure]) == len(OURS)


def test_a_burst_is_read_by_its_median_and_its_largest_count(
    providers: Sequence[SignalProvider], portrait: Image
) -> None:
    """Two of seven frames are blurred, one has no face, one has a second person."""
    blurred = np.asarray(cv2.GaussianBlur(portrait, (0, 0), 6), np.uint8)
    head = portrait[20:220, 130:330]
    two = on_canvas((portrait[:480, :], 0, 0))
    two[100:300, 430:630] = head
    frames = [portrait, blurred, portrait, NOTHING["black"], portrait, blurred, two]
    single = [features(providers, still(frame)) for frame in frames if frame is not NOTHING["black"]]
    found = features(providers, still(*frames))
    assert found["capture.frame_count"] == 7
    assert found["face.frames_with_face"] == 6
    assert found["liveness.frames_scored"] == 6
    assert found["face.count"] == 2
    for name in (
        "liveness.passive_score",
        "age.predicted",
        "quality.sharpness",
        "quality.exposure",
        "quality.contrast",
    ):
        assert found[name] == pytest.approx(float(np.median([one[name] for one in single])), rel=1e-4)


class Lacking:
    """A store in which some models are absent."""

    def __init__(self, settings: dict[str, str], absent: set[str]) -> None:
        self._store, self._absent = open_store(settings), absent

    def get(self, name: str) -> ModelFile:
        if name in self._absent:
            raise ModelUnavailable(f"model `{name}` is not there; run `selfie models pull`")
        return self._store.get(name)


@pytest.mark.parametrize(
    ("absent", "failing"),
    [
        ({"minifasnet_v2"}, {"liveness"}),
        ({"minifasnet_v1se"}, {"liveness"}),
        ({"faceapi_age"}, {"age"}),
        ({"yunet"}, set()),
        ({"yunet", "blazeface"}, set(OURS)),
    ],
)
def test_an_absent_model_takes_its_own_features_only(
    model_cache: dict[str, str], portrait: Image, absent: set[str], failing: set[str]
) -> None:
    given = ports(model_cache, Lacking(model_cache, absent))
    built = [build(given) for build in (build_face, build_quality, build_liveness, build_age)]
    found = signals(built, still(portrait))
    assert {name for name, signal in found.items() if signal.failure} == failing
    assert all(not found[name].features for name in failing)
    if not failing:
        return
    owner = "face" if "face" in failing else next(iter(failing))
    failure = found[owner].failure
    assert failure is not None
    assert failure.cause == "provider"
    assert "selfie models pull" in failure.reason


def test_a_model_that_comes_later_is_taken_then(model_cache: dict[str, str], portrait: Image) -> None:
    models = Lacking(model_cache, {"yunet", "blazeface"})
    face = build_face(ports(model_cache, models))
    assert face.read(still(portrait), Readings()).failure
    models._absent.clear()
    assert face.read(still(portrait), Readings()).failure is None


def test_a_file_changed_after_it_was_verified_never_runs(
    model_cache: dict[str, str], portrait: Image, tmp_path: Path
) -> None:
    """The store says one thing and the file is another: what is loaded is checked by itself."""
    good = open_store(model_cache).get("yunet")
    other = open_store(model_cache).get("minifasnet_v2")

    class Swapping:
        def get(self, name: str) -> ModelFile:
            path = tmp_path / "yunet.onnx"
            path.write_bytes(other.path.read_bytes())
            return ModelFile(name, path, good.sha256)

    failure = build_face(ports(model_cache, Swapping())).read(still(portrait), Readings()).failure
    assert failure is not None
    assert failure.cause == "provider"
    assert "changed after it was verified" in failure.reason


def test_one_instance_serves_several_threads(model_cache: dict[str, str], portrait: Image) -> None:
    given = ports(model_cache)
    built = [build(given) for build in (build_face, build_quality, build_liveness, build_age)]
    answers: list[dict[str, object]] = []
    threads = [threading.Thread(target=lambda: answers.append(features(built, still(portrait)))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 6
    assert all(answer == answers[0] for answer in answers)


def test_an_error_nobody_expected_is_a_failed_signal(
    providers: Sequence[SignalProvider], caplog: pytest.LogCaptureFixture
) -> None:
    failure = providers[1].read(Evidence("still"), Readings(findings={"face.frames": 3})).failure
    assert failure is not None
    assert failure.cause == "evidence"
    failure = providers[1].read(None, Readings(findings={"face.frames": ()})).failure  # type: ignore[arg-type]
    assert failure is not None


@pytest.mark.parametrize("threads", ["0", "-1", "65", "two", "1.5", "٣"])
def test_a_number_of_threads_that_is_none_is_refused_at_the_start(model_cache: dict[str, str], threads: str) -> None:
    for name in ("SELFIE_ONNX_THREADS", "SELFIE_OPENCV_THREADS"):
        with pytest.raises(ValueError, match=name):
            build_face(ports({**model_cache, name: threads}))


def test_opencv_is_bounded(model_cache: dict[str, str]) -> None:
    build_face(ports({**model_cache, "SELFIE_OPENCV_THREADS": "1"}))
    assert cv2.getNumThreads() == 1


def test_providers_are_found_and_give_what_the_catalogue_says(model_cache: dict[str, str]) -> None:
    given = ports(model_cache)
    found = {
        entry.name: entry.load()(given)
        for entry in entry_points(group="selfie.providers")
        if entry.value.startswith("signals.")
    }
    for name in (*OURS, "landmarks", "device"):
        provider = found[name]
        assert provider.name == name
        assert provider.provides == {feature.name for feature in CATALOGUE.values() if feature.provider == name}
        assert provider.requires <= set(CATALOGUE)
        if hasattr(provider, "warm"):
            provider.warm()
