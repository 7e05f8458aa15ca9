"""Reading a set: the same over one process and two, from where it stopped, and nothing lost on the way."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from signals.accuracy.journal import Journal
from signals.accuracy.labels import read_labels
from signals.accuracy.pipeline import PipelineSpec, fingerprint, open_models
from signals.accuracy.results import FEATURES
from signals.accuracy.run import Answer, Measured, Reader, amount_of_work, measure, readers
from tests.signals.accuracy.pictures import EVERYTHING, folder_of, picture, spec

ALL = frozenset(feature for names in FEATURES.values() for feature in names)


def journal_in(folder: Path, of: PipelineSpec) -> Journal:
    models = open_models(of)
    return Journal(folder, fingerprint(of, ALL), lambda name: models.get(name).sha256)


class Counting:
    """A reader that counts what it is asked, and may stop in the middle."""

    def __init__(self, reader: Reader, stop_after: int | None = None) -> None:
        self._reader = reader
        self._stop_after = stop_after
        self.asked: list[tuple[Path, ...]] = []

    def __call__(self, tasks: Iterable[tuple[Path, ...]]) -> Iterator[Answer]:
        for task in tasks:
            if self._stop_after == len(self.asked):
                raise KeyboardInterrupt
            self.asked.append(task)
            yield from self._reader([task])


def run(folder: Path, journal: Path, jobs: int = 1, **settings: str) -> tuple[Measured, int]:
    """A measurement, and how often the progress bar moved."""
    steps: list[None] = []
    of = spec(**settings)
    with readers(of, ALL, jobs) as reader:
        measured = measure(read_labels(folder), reader, journal_in(journal, of), lambda: steps.append(None))
    return measured, len(steps)


def test_one_process_and_two_read_the_same(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "set", EVERYTHING)
    alone, steps = run(folder, tmp_path / "one")
    together, _ = run(folder, tmp_path / "two", jobs=2)
    assert alone == together
    assert len(alone.frames) == 20
    assert steps == amount_of_work(read_labels(folder))
    by_file = {one.row.file: one.feature("liveness.passive_score") for one in alone.frames}
    assert by_file["live0.png"] == pytest.approx(200 / 255, abs=0.01)


def test_a_clip_is_read_as_one_burst(tmp_path: Path) -> None:
    measured, _ = run(folder_of(tmp_path / "set", EVERYTHING), tmp_path)
    assert {one.row.clip for one in measured.clips} == {*(f"c{i}" for i in range(4)), *(f"d{i}" for i in range(4))}
    first = next(one for one in measured.clips if one.row.clip == "c0")
    assert first.feature("liveness.passive_score") == pytest.approx(204 / 255, abs=0.01), "the later of two"


def test_a_second_run_reads_nothing_again(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "set", EVERYTHING)
    first, _ = run(folder, tmp_path / "journal")
    with readers(spec(), ALL, 1) as reader:
        counting = Counting(reader)
        again = measure(read_labels(folder), counting, journal_in(tmp_path / "journal", spec()), lambda: None)
    assert counting.asked == []
    assert again == first


def test_a_run_that_was_broken_off_goes_on(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "set", EVERYTHING)
    with readers(spec(), ALL, 1) as reader:
        stopped = Counting(reader, stop_after=7)
        with pytest.raises(KeyboardInterrupt):
            measure(read_labels(folder), stopped, journal_in(tmp_path / "journal", spec()), lambda: None)
        (kept,) = (tmp_path / "journal").iterdir()
        kept.write_text(kept.read_text(encoding="utf-8") + '{"shown": "half a li', encoding="utf-8")
        counting = Counting(reader)
        measured = measure(read_labels(folder), counting, journal_in(tmp_path / "journal", spec()), lambda: None)
    assert len(counting.asked) == 20 + 8 - 7
    assert measured == run(folder, tmp_path / "fresh")[0]


def test_another_model_file_is_read_anew(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "set", EVERYTHING)
    run(folder, tmp_path / "journal")
    of = spec(SELFIE_LAMP="b" * 64)
    with readers(of, ALL, 1) as reader:
        counting = Counting(reader)
        measure(read_labels(folder), counting, journal_in(tmp_path / "journal", of), lambda: None)
    assert len(counting.asked) == 28


def test_other_code_has_another_journal(tmp_path: Path) -> None:
    other = PipelineSpec({**spec().providers, "age": "tests.signals.accuracy.lamp:build_face"}, spec().models, {})
    assert fingerprint(other, ALL) != fingerprint(spec(), ALL)
    assert fingerprint(spec(), ALL) == fingerprint(spec(), ALL)
    assert fingerprint(spec(), ALL, ["yunet"]) != fingerprint(spec(), ALL), "another detector may have stood in"


def test_a_provider_that_could_not_work_is_named_and_asked_again(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "set", EVERYTHING)
    measured, _ = run(folder, tmp_path / "journal", SELFIE_LAMP="absent")
    assert all(one.reading.broken == ("liveness",) for one in measured.frames)
    assert not list((tmp_path / "journal").iterdir())
    measured, _ = run(folder, tmp_path / "journal")
    assert not any(one.reading.broken for one in measured.frames)


def test_no_face_is_an_answer_and_no_mistake(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "set", {**EVERYTHING, "black.png": ("live,,p9,", 0)})
    measured, _ = run(folder, tmp_path / "journal")
    black = next(one for one in measured.frames if one.row.file == "black.png")
    assert black.reading.failures == {"liveness": "there is no face", "age": "there is no face"}
    assert black.reading.broken == ()


def test_files_that_are_no_image_are_named(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "set", EVERYTHING)
    (folder / "text.jpg").write_text("not an image", encoding="utf-8")
    whole = (folder / "live0.png").read_bytes()
    (folder / "cut.png").write_bytes(whole[: len(whole) // 2])
    (folder / "moving.gif").write_bytes(b"GIF89a" + bytes(40))
    (folder / "empty.jpg").write_bytes(b"")
    bad = ["text.jpg", "cut.png", "moving.gif", "empty.jpg"]
    with (folder / "labels.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"{name},live,,p1,\n" for name in bad)
    measured, _ = run(folder, tmp_path / "journal")
    named = {problem.file: problem.code for problem in measured.problems}
    assert named == {
        "text.jpg": "not-an-image",
        "cut.png": "image-truncated",
        "moving.gif": "not-an-image",
        "empty.jpg": "empty-image",
    }
    assert len(measured.frames) + len(measured.problems) == measured.labels.listed


def test_the_same_picture_counts_once_and_with_two_labels_not_at_all(tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "set", EVERYTHING)
    for copy in ("copy.png", "other.png"):
        picture(folder / copy, 200, 0)
    (folder / "again.png").write_bytes((folder / "live1.png").read_bytes())
    with (folder / "labels.csv").open("a", encoding="utf-8") as file:
        file.writelines(["copy.png,spoof,print,p1,\n", "again.png,live,,p2,\n"])
    measured, _ = run(folder, tmp_path / "journal")
    assert [(problem.file, problem.code) for problem in measured.problems] == [
        ("live0.png", "two-labels"),
        ("copy.png", "two-labels"),
        ("again.png", "same-picture"),
    ]
    assert "live0.png" not in [one.row.file for one in measured.frames]
    assert len(measured.frames) == 19


def test_what_is_left_of_a_set_is_told_after_reading(tmp_path: Path) -> None:
    """Labels name both classes, but the only attack is no image."""
    folder = folder_of(tmp_path / "set", {"a.png": ("live,,p1,", 200), "b.png": ("spoof,print,p2,", 40)})
    (folder / "b.png").write_bytes(b"text")
    measured, _ = run(folder, tmp_path / "journal")
    assert {problem.code for problem in measured.problems} == {"not-an-image", "one-class-only", "one-subject-only"}


def test_the_journal_holds_numbers_and_no_picture(tmp_path: Path) -> None:
    run(folder_of(tmp_path / "set", EVERYTHING), tmp_path / "journal")
    (file,) = (tmp_path / "journal").iterdir()
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert len(lines) == 28
    assert set(lines[0]) == {"shown", "features", "failures", "broken", "models"}
