"""Labels: what is wrong is named and counted, and never dropped in silence."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from signals.accuracy.ages import BadAge, read_age, read_bin
from signals.accuracy.labels import BadLabels, LabelSet, read_labels
from signals.accuracy.sets import BadDescription


def labelled(folder: Path, text: str, *files: str) -> LabelSet:
    """A folder with `labels.csv` and empty files, read."""
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")
    (folder / "labels.csv").write_text(text, encoding="utf-8")
    return read_labels(folder)


def codes(labels: LabelSet) -> list[tuple[int, str, str]]:
    return [(problem.line, problem.code, problem.file) for problem in labels.problems]


def test_rows_carry_what_the_columns_say_and_other_columns_are_ignored(tmp_path: Path) -> None:
    labels = labelled(
        tmp_path,
        "file,label,attack,subject,clip,camera\na.jpg,live,,p1,c1,x\nb.jpg,spoof,print,p2,c2,y\n",
        "a.jpg",
        "b.jpg",
    )
    first, second = labels.rows
    assert (first.label, first.attack, first.subject, first.clip) == ("live", "", "p1", "c1")
    assert (second.label, second.attack, second.person) == ("spoof", "print", "p2")
    assert first.groups == {}
    assert labels.problems == ()
    assert labels.listed == 2


def test_every_bad_row_is_named_with_its_line(tmp_path: Path) -> None:
    labels = labelled(
        tmp_path,
        "file,label,age,subject\n"
        "a.jpg,live,,p1\n"
        "gone.jpg,live,,p1\n"
        "../escape.jpg,live,,p1\n"
        "/etc/passwd,spoof,,p1\n"
        "b.jpg,maybe,,p2\n"
        "c.jpg,,,p2\n"
        "d.jpg,,131,p2\n"
        "e.jpg,,-1,p2\n"
        "f.jpg,,young,p2\n"
        ",live,,p2\n"
        "g.jpg,spoof,,p2\n"
        "h.jpg,,nan,p2\n",
        *[f"{name}.jpg" for name in "abcdefgh"],
    )
    (tmp_path.parent / "escape.jpg").unlink(missing_ok=True)
    assert [row.file for row in labels.rows] == ["a.jpg", "g.jpg"]
    assert codes(labels) == [
        (3, "missing-file", "gone.jpg"),
        (4, "outside-the-folder", "../escape.jpg"),
        (5, "outside-the-folder", "/etc/passwd"),
        (6, "bad-label", "b.jpg"),
        (7, "no-label", "c.jpg"),
        (8, "age-out-of-range", "d.jpg"),
        (9, "age-out-of-range", "e.jpg"),
        (10, "bad-age", "f.jpg"),
        (11, "no-file-name", ""),
        (13, "age-out-of-range", "h.jpg"),
    ]
    assert len(labels.rows) + len(labels.problems) == labels.listed


def test_a_link_that_leads_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    outside = tmp_path / "outside.jpg"
    outside.write_bytes(b"x")
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "link.jpg").symlink_to(outside)
    labels = labelled(tmp_path / "set", "file,label\nlink.jpg,live\n")
    assert (2, "outside-the-folder", "link.jpg") in codes(labels)


def test_one_file_with_two_labels_is_used_with_neither(tmp_path: Path) -> None:
    labels = labelled(
        tmp_path,
        "file,label,subject\na.jpg,live,p1\nb.jpg,spoof,p2\n./a.jpg,spoof,p1\nb.jpg,spoof,p2\nc.jpg,live,p1\n",
        "a.jpg",
        "b.jpg",
        "c.jpg",
    )
    assert [row.file for row in labels.rows] == ["b.jpg", "c.jpg"]
    assert codes(labels) == [(2, "two-labels", "a.jpg"), (4, "two-labels", "./a.jpg"), (5, "repeated-row", "b.jpg")]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("file,label,subject\na.jpg,live,p1\nb.jpg,live,p2\n", "one-class-only"),
        ("file,label,subject\na.jpg,live,p1\nb.jpg,spoof,p1\n", "one-subject-only"),
        ("file,label\na.jpg,live\nb.jpg,spoof\n", "no-subjects"),
        ("file,label\nx.jpg,live\ny.jpg,spoof\n", "nothing-left"),
    ],
)
def test_what_the_whole_set_lacks_is_told(tmp_path: Path, text: str, code: str) -> None:
    labels = labelled(tmp_path, text, "a.jpg", "b.jpg")
    assert code in [problem.code for problem in labels.problems if problem.line == 0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no rows"),
        ("file,label\n", "no rows"),
        ("image,label\na.jpg,live\n", "no column `file`"),
        ("file,subject\na.jpg,p1\n", "neither `label` nor `age`"),
        ("file,label,label\na.jpg,live,spoof\n", "stands there twice"),
    ],
)
def test_a_folder_that_cannot_be_measured_is_refused_with_a_reason(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BadLabels, match=message):
        labelled(tmp_path, text, "a.jpg")


def test_no_labels_and_labels_that_are_no_text_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadLabels, match="a set is a folder with labels"):
        read_labels(tmp_path)
    (tmp_path / "labels.csv").write_bytes(b"file,label\n\xff\xfe,live\n")
    with pytest.raises(BadLabels, match="not UTF-8"):
        read_labels(tmp_path)


def test_ages_and_bins() -> None:
    assert read_age("17").point == 17
    assert read_bin("20-29").point == 24.5
    assert read_bin("3–9").low == 3
    assert math.isnan(read_bin("70+").point)
    for text in ("29-20", "ten", "20-", "-5"):
        with pytest.raises(BadAge):
            read_bin(text)
    with pytest.raises(BadAge, match="not between"):
        read_bin("20-290")


def test_a_description_joins_columns_and_assumes_cells(tmp_path: Path) -> None:
    (tmp_path / "set.yaml").write_text(
        "title: Ours\nclip: [subject, take]\ngroups: [skin]\nassume: {label: live}\n", encoding="utf-8"
    )
    labels = labelled(tmp_path, "file,age,subject,take,skin\na.jpg,20,p1,1,VI\nb.jpg,30,p1,2,\n", "a.jpg", "b.jpg")
    assert [row.clip for row in labels.rows] == ["p1/1", "p1/2"]
    assert [row.label for row in labels.rows] == ["live", "live"]
    assert [dict(row.groups) for row in labels.rows] == [{"skin": "VI"}, {}]
    assert labels.about.title == "Ours"


@pytest.mark.parametrize("text", ["titel: x\n", "groups: gender\n", "[1, 2\n"])
def test_a_wrong_description_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "set.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(BadDescription, match=r"set\.yaml"):
        labelled(tmp_path, "file,label\na.jpg,live\n", "a.jpg")
