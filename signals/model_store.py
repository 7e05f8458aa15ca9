"""The model store: fetches, converts, verifies. What it hands out is what models.yaml says, or nothing."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

import platformdirs
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from engine.contracts import ModelFile, ModelUnavailable
from signals.atomic import write_atomically
from signals.convert import CONVERTERS, BadSource, NotAModel, format_of
from signals.model_records import ModelRecord, SourceFile, read_model_records
from signals.sources import SourceFailed
from signals.sources.finder import Finder

CACHE = "SELFIE_MODEL_CACHE"
MIRROR = "SELFIE_MODEL_MIRROR"
OFFLINE = "SELFIE_MODEL_OFFLINE"

State = Literal["ready", "absent", "changed"]
_log = logging.getLogger(__name__)


class CachedModels:
    """Models in a cache folder, one file each, named by its digest: of an ONNX graph and weights, or of a table."""

    def __init__(
        self, records: Mapping[str, ModelRecord], cache: Path, mirror: Path | None = None, *, offline: bool = False
    ) -> None:
        self.records = records
        self._cache = cache
        self._mirror = mirror
        self._offline = offline

    def path(self, name: str) -> Path:
        """Where the converted model lies, or would lie."""
        record = self.records[name]
        return self._cache / f"{name}-{record.digest[:16]}{format_of(record.converter).suffix}"

    def state(self, name: str) -> State:
        """Whether the converted model is there and is what it should be; reads the whole file."""
        try:
            content = self.path(name).read_bytes()
        except FileNotFoundError:
            return "absent"
        except OSError:
            return "changed"
        try:
            record = self.records[name]
            return "ready" if format_of(record.converter).digest(content) == record.digest else "changed"
        except NotAModel:
            return "changed"

    def get(self, name: str) -> ModelFile:
        """The verified model; raises `ModelUnavailable`. Never the network."""
        if name not in self.records:
            raise ModelUnavailable(f"there is no model `{name}`")
        state = self.state(name)
        if state == "absent":
            raise ModelUnavailable(f"model `{name}` is not there; run `selfie models pull`")
        if state == "changed":
            raise ModelUnavailable(
                f"the file of model `{name}` is not what it should be (digest); run `selfie models pull`"
            )
        return ModelFile(name, self.path(name), self.records[name].digest)

    def ensure(self, *, progress: bool = True, names: Iterable[str] | None = None) -> Mapping[str, str]:
        """Fetch and convert what is missing or changed; returns name -> reason for what could not be had."""
        missing = [name for name in names or self.records if self.state(name) != "ready"]
        if not missing:
            return {}
        reasons = {}
        with _bar(shown=progress) as bar, Finder(self._cache, self._mirror, offline=self._offline) as finder:
            for name in missing:
                try:
                    self._make(name, finder, bar)
                except (SourceFailed, BadSource, NotAModel, OSError) as failed:
                    reasons[name] = str(failed)
        for name, reason in reasons.items():
            _log.warning(
                "model `%s` could not be had, its features are unknown: %s. %s", name, reason, self._way_out(name)
            )
        return reasons

    def _make(self, name: str, finder: Finder, bar: Progress) -> None:
        record = self.records[name]
        content = CONVERTERS[record.converter]([_found(finder, file, bar) for file in record.files])
        digest = format_of(record.converter).digest(content)
        if digest != record.digest:
            raise BadSource(f"conversion gave another model (digest {digest}) than models.yaml names")
        write_atomically(self.path(name), content)

    def _way_out(self, name: str) -> str:
        files = ", ".join(f"`{file.name}`" for file in self.records[name].files)
        return f"Run `selfie models pull` where there is a network, or name a folder with {files} in {MIRROR}"


def _found(finder: Finder, file: SourceFile, bar: Progress) -> bytes:
    task = bar.add_task(file.name, total=file.size)
    return finder.find(file, lambda held: bar.update(task, completed=held))


def _bar(*, shown: bool) -> Progress:
    """On standard error and only for a person: a pipe gets no control characters."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    return Progress(*columns, console=console, transient=True, disable=not (shown and console.is_terminal))


def open_store(settings: Mapping[str, str]) -> CachedModels:
    """Entry point of `selfie.models`: the shipped records, in the folders that `SELFIE_MODEL_*` name."""
    named, mirror = settings.get(CACHE), settings.get(MIRROR)
    cache = Path(named) if named else platformdirs.user_cache_path("selfie-intelligence") / "models"
    offline = settings.get(OFFLINE, "").strip().lower() not in {"", "0", "false", "no", "off"}
    return CachedModels(read_model_records(), cache.expanduser(), Path(mirror) if mirror else None, offline=offline)
