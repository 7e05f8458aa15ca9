"""Reading `labels.csv`: every row is either used or named among the problems, never dropped in silence."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from signals.accuracy.ages import AgeLabel, BadAge, read_age, read_bin
from signals.accuracy.sets import SetDescription, describe

NO_SPECIES = "unnamed"
NO_SUBJECTS = "no-subjects"
"""The one problem that is no mistake: public sets often name nobody."""
Label = Literal["live", "spoof"]


class BadLabels(Exception):  # noqa: N818 - the word of the domain
    """A folder that cannot be measured at all. The message names the way out."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong with the labels or with a labelled file. `line` counts from 1; 0 is the whole set."""

    line: int
    code: str
    file: str
    message: str


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled file. What a label does not say is None."""

    line: int
    file: str
    """As the label writes it, relative to the folder."""
    path: Path
    label: Label | None = None
    attack: str = ""
    """The species of the attack (ISO/IEC 30107-3); empty for a live row."""
    age: AgeLabel | None = None
    subject: str = ""
    clip: str = ""
    groups: Mapping[str, str] = field(default_factory=dict)

    @property
    def person(self) -> str:
        """Whom the file shows, as far as the labels tell: the subject, else the clip, else the file itself."""
        return self.subject or self.clip or self.file


@dataclass(frozen=True, slots=True)
class LabelSet:
    """A labelled folder: what can be measured, and what is wrong with it."""

    name: str
    about: SetDescription
    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
    listed: int
    """Rows of the file, good and bad."""


def read_labels(folder: Path) -> LabelSet:
    """Read `folder/labels.csv`.

    Raises:
        BadLabels: there is no such file, it is no CSV in UTF-8, or it has no column to measure against.
    """
    about = describe(folder)
    table = _table(folder / "labels.csv")
    columns = _columns(table[0], about)
    rows: list[Row] = []
    problems: list[Problem] = []
    for line, cells in table[1:]:
        found = _row(folder.resolve(), line, _named(table[0][1], cells), columns)
        if isinstance(found, Row):
            rows.append(found)
        else:
            problems.append(found)
    used, contradictions = _once_each(rows)
    problems += contradictions
    problems += whole_set_problems(used, about)
    return LabelSet(about.name, about, tuple(used), tuple(sorted(problems)), len(table) - 1)


@dataclass(frozen=True, slots=True)
class _Columns:
    groups: tuple[str, ...]
    clip: tuple[str, ...]
    subject: tuple[str, ...]
    assume: Mapping[str, str]


Line = tuple[int, list[str]]


def _table(path: Path) -> list[Line]:
    """The lines of the file with their numbers; the first is the header."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as missing:
        raise BadLabels(f"{path}: cannot be read ({missing.strerror}); a set is a folder with labels.csv") from missing
    except UnicodeDecodeError as broken:
        raise BadLabels(f"{path}: is not UTF-8 text") from broken
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        table = [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error as broken:
        raise BadLabels(f"{path}:{reader.line_num}: is no CSV ({broken})") from broken
    if len(table) < 2:
        raise BadLabels(f"{path}: has no rows; the first line names the columns: file,label or file,age")
    return table


def _columns(header: Line, about: SetDescription) -> _Columns:
    names = [name.strip() for name in header[1]]
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise BadLabels(f"labels.csv of {about.name}: column `{twice[0]}` stands there twice")
    if "file" not in names:
        raise BadLabels(f"labels.csv of {about.name}: has no column `file`, only {', '.join(names)}")
    if not {"label", "age", "age_bin"} & {*names, *about.assume}:
        raise BadLabels(f"labels.csv of {about.name}: has neither `label` nor `age` nor `age_bin`")
    for name in {*about.groups, *about.clip, *about.subject}:
        if name not in names:
            raise BadLabels(f"labels.csv of {about.name}: has no column `{name}`, which its description names")
    own = tuple(name for name in names if name == "group" or name.startswith("group_"))
    return _Columns((*own, *(g for g in about.groups if g not in own)), about.clip, about.subject, about.assume)


def _named(names: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    return {name.strip(): cell.strip() for name, cell in zip(names, cells, strict=False)}


def _row(folder: Path, line: int, cells: Mapping[str, str], columns: _Columns) -> Row | Problem:
    file = cells["file"]
    cells = {**columns.assume, **{name: cell for name, cell in cells.items() if cell}}
    path = (folder / file).resolve()
    if wrong := _file_problem(folder, path, file):
        return Problem(line, *wrong)
    try:
        age = read_age(cells["age"]) if "age" in cells else read_bin(cells["age_bin"]) if "age_bin" in cells else None
    except BadAge as bad:
        return Problem(line, bad.code, file, str(bad))
    label = cells.get("label", "").lower()
    if label not in {"live", "spoof", ""}:
        return Problem(line, "bad-label", file, f"label `{label}` is neither `live` nor `spoof`")
    if not label and age is None:
        return Problem(line, "no-label", file, "the row has neither label nor age")
    return Row(
        line=line,
        file=file,
        path=path,
        label="live" if label == "live" else "spoof" if label == "spoof" else None,
        attack=cells.get("attack", NO_SPECIES) if label == "spoof" else "",
        age=age,
        subject=_joined(cells, columns.subject or ("subject",)),
        clip=_joined(cells, columns.clip or ("clip",)),
        groups={name: cells[name] for name in columns.groups if name in cells},
    )


def _file_problem(folder: Path, path: Path, file: str) -> tuple[str, str, str] | None:
    if not file:
        return "no-file-name", "", "the row names no file"
    if not path.is_relative_to(folder):
        return "outside-the-folder", file, "the path leads out of the folder"
    if not path.is_file():
        return "missing-file", file, "there is no such file"
    return None


def _joined(cells: Mapping[str, str], names: Iterable[str]) -> str:
    """The cells of several columns as one name; empty where all of them are."""
    parts = [cells.get(name, "") for name in names]
    return "/".join(parts) if any(parts) else ""


def _once_each(rows: Sequence[Row]) -> tuple[list[Row], list[Problem]]:
    """Each file once. With two different labels no row of the file is used: nobody knows which is right."""
    by_path: dict[Path, list[Row]] = {}
    for row in rows:
        by_path.setdefault(row.path, []).append(row)
    used: list[Row] = []
    problems: list[Problem] = []
    for same in by_path.values():
        first, *others = same
        if all(_says(other) == _says(first) for other in others):
            used.append(first)
            problems += [Problem(o.line, "repeated-row", o.file, f"repeats line {first.line}") for o in others]
        else:
            lines = ", ".join(str(row.line) for row in same)
            text = f"has different labels in lines {lines}; none is used"
            problems += [Problem(row.line, "two-labels", row.file, text) for row in same]
    return used, problems


def _says(row: Row) -> tuple[object, ...]:
    return row.label, row.attack, row.age, row.subject, row.clip, tuple(row.groups.items())


def whole_set_problems(rows: Sequence[Row], about: SetDescription) -> list[Problem]:
    """What keeps some figures from being told: one class only, one subject only, nothing left."""
    if not rows:
        return [Problem(0, "nothing-left", "", "no row can be used")]
    problems = []
    labels = {row.label for row in rows if row.label}
    if len(labels) == 1 and "label" not in about.assume:
        only = labels.pop()
        lacking = "attacks" if only == "live" else "live rows"
        problems.append(Problem(0, "one-class-only", "", f"every row is `{only}`: without {lacking} there is no AUC"))
    subjects = {row.subject for row in rows}
    if subjects == {""}:
        problems.append(Problem(0, NO_SUBJECTS, "", "no subjects are named: every clip or file counts as a person"))
    elif len(subjects) == 1:
        text = "there is one subject only: no interval can be told, and no figure speaks of other people"
        problems.append(Problem(0, "one-subject-only", "", text))
    return problems
