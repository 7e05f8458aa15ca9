"""What is known of a labelled set besides its labels: where it is from, its terms, its limits, its extra columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError


class BadDescription(Exception):  # noqa: N818 - the word of the domain
    """A `set.yaml` that cannot be read. The message names file and key."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    title: str = ""
    source: str = ""
    terms: str = ""
    limits: str = ""
    groups: list[str] = []
    clip: list[str] = []
    subject: list[str] = []
    assume: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class SetDescription:
    """What a card says of a set, and which of its columns name groups, clips and subjects.

    `clip` and `subject` join several columns to one name; empty means the column of that name. `assume` gives a
    cell that every row has where the file has none, for example that all of them are live.
    """

    name: str
    title: str = ""
    source: str = ""
    terms: str = ""
    limits: str = ""
    groups: tuple[str, ...] = ()
    clip: tuple[str, ...] = ()
    subject: tuple[str, ...] = ()
    assume: Mapping[str, str] = field(default_factory=dict)


def describe(folder: Path) -> SetDescription:
    """The description in `folder/set.yaml`, else ours for a public set of that name, else the bare name.

    Raises:
        BadDescription: the file is there and is wrong.
    """
    name = folder.resolve().name
    own = folder / "set.yaml"
    if own.is_file():
        return _description(name, _parse(own), str(own))
    known = yaml.safe_load(files("signals.accuracy").joinpath("sets.yaml").read_text(encoding="utf-8"))
    return _description(name, known.get(name, {}), "sets.yaml")


def _parse(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as broken:
        raise BadDescription(f"{path}: cannot be read as YAML ({broken})") from broken


def _description(name: str, document: Any, source: str) -> SetDescription:
    try:
        entry = _Entry.model_validate(document)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise BadDescription(f"{source}: {place}: {first['msg']}") from wrong
    return SetDescription(
        name=name,
        title=entry.title,
        source=entry.source,
        terms=entry.terms,
        limits=" ".join(entry.limits.split()),
        groups=tuple(entry.groups),
        clip=tuple(entry.clip),
        subject=tuple(entry.subject),
        assume=entry.assume,
    )
