"""What the script behind the card's thresholds counts, on a portrait and on a picture without a face."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from signals.landmarks.covers import COVERS
from signals.landmarks.measure import FAILS, Reader, Shown, covers, failures, live_images
from tests.signals.landmarks.turning import Image
from tests.signals.running import ports

pytestmark = pytest.mark.models

PORTRAIT = Path(__file__).parents[3] / "examples/astronaut.jpg"


@pytest.fixture(scope="module")
def reader(model_cache: dict[str, str]) -> Reader:
    return Reader(ports(model_cache))


@pytest.fixture(scope="module")
def portrait() -> Image:
    return np.asarray(cv2.imread(str(PORTRAIT)), np.uint8)


def test_each_cover_is_counted_once_for_each_face(reader: Reader, portrait: Image) -> None:
    grey = np.full_like(portrait, 127)
    hidden = covers(reader, [portrait, grey], [portrait[::-1]])
    assert set(hidden) == set(COVERS)
    assert {len(counted) for counted in hidden.values()} == {1}
    assert hidden["as it is"] == [False]
    for cover in ("the same, flat blue", "sunglasses, shaded", "sunglasses, flat", "dark object over the mouth"):
        assert hidden[cover] == [True], cover


def test_every_cover_changes_the_picture_and_leaves_the_first_alone(reader: Reader, portrait: Image) -> None:
    read = reader.read(portrait)
    assert read is not None
    before = portrait.copy()
    for name, cover in COVERS.items():
        changed = cover(portrait, read.mesh, portrait[::-1], 0)
        assert changed.shape == portrait.shape
        assert (name == "as it is") == bool((changed == portrait).all()), name
    assert (portrait == before).all()


def test_frames_outside_a_threshold_are_counted_and_those_without_a_face_apart(reader: Reader, portrait: Image) -> None:
    read = reader.read(portrait)
    assert read is not None
    blue = COVERS["the same, flat blue"](portrait, read.mesh, portrait, 0)
    shown = [Shown("one", portrait), Shown("two", blue), Shown("two", np.zeros_like(portrait))]
    figures, lost = failures(reader, iter(shown))
    assert lost == 1
    assert set(figures) == {*FAILS, "any of them"}
    occluded = figures[next(iter(FAILS))]
    assert (occluded.value, occluded.n, occluded.subjects) == (0.5, 2, 2)
    assert figures["any of them"].value == 0.5


def test_attacks_are_left_out_and_people_told_apart(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(PORTRAIT.read_bytes())
    rows = ["file,label,subject", "a.jpg,live,p1", "a.jpg,spoof,p1", "a.jpg,live,"]
    (tmp_path / "labels.csv").write_text("\n".join(rows), encoding="utf-8")
    assert [one.person for one in live_images(tmp_path)] == ["p1", "a.jpg"]
