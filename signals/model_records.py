"""The records of models.yaml, checked when read."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from signals.convert import CONVERTERS

MAX_FILE_BYTES = 64 * 1024 * 1024

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class HttpsSource(_Record):
    """A file at an address. Plain http is refused here already."""

    https: Annotated[str, Field(pattern=r"^https://")]


class NpmSource(_Record):
    """A file inside a published npm package, named with its exact version."""

    npm: Annotated[str, Field(pattern=r"^(@[a-z0-9._-]+/)?[a-z0-9._-]+@\d+\.\d+\.\d+$")]
    path: Annotated[str, Field(pattern=r"^package/")]


class SourceFile(_Record):
    """One published file; `size` in bytes bounds what is read from anywhere."""

    name: str
    size: Annotated[int, Field(gt=0, le=MAX_FILE_BYTES)]
    sha256: Sha256
    sources: Annotated[list[HttpsSource | NpmSource], Field(min_length=1)]


class Licence(_Record):
    name: str
    holder: str
    url: str


class ModelRecord(_Record):
    """One model: its files, its converter, the digest of what conversion must give."""

    title: str
    licence: Licence
    converter: str
    digest: Sha256
    input: str
    output: str
    known_error: str
    files: Annotated[list[SourceFile], Field(min_length=1)]


def read_model_records() -> Mapping[str, ModelRecord]:
    """The shipped records by name; raises `ValueError` for a mistake in the file."""
    text = resources.files("signals").joinpath("models.yaml").read_text("utf-8")
    records = TypeAdapter(dict[str, ModelRecord]).validate_python(yaml.safe_load(text))
    for name, record in records.items():
        if record.converter not in CONVERTERS:
            raise ValueError(f"model `{name}` names the converter `{record.converter}`, which does not exist")
    return records
