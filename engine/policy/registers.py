"""The packs and lists that policies may name: where they lie, and what a policy took of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal, cast

from engine.diagnostics import Diagnostic, Location, Refused, errors
from engine.features import Catalogue
from engine.logic.mistakes import Mistakes, did_you_mean, quoted
from engine.logic.operators.lookup import Register
from engine.policy.files import read_text
from engine.policy.lists import EntryList, read_list
from engine.policy.packs import Pack, read_pack
from engine.policy.shipped import shipped_catalogue

Kind = Literal["pack", "list"]
_NAMED = re.compile(r"^(policy|pack|list)\s*:", re.MULTILINE)
FOLDERS: Mapping[Kind, str] = {"pack": "packs", "list": "lists"}


@dataclass(frozen=True, slots=True)
class RegisterFile:
    """A pack or list that was not read yet. `read` may raise `Refused` and `OSError`."""

    kind: Kind
    source: str
    read: Callable[[], str]


class Shelf:
    """Packs and lists by name, each read when it is first asked for. Safe to share between threads."""

    def __init__(
        self, held: Mapping[str, RegisterFile], catalogue: Catalogue, own: frozenset[str] = frozenset()
    ) -> None:
        self.files = dict(held)
        self.catalogue = catalogue
        self.own = own
        """The names of those that came from a folder."""
        self._read: dict[str, Pack | EntryList | Refused] = {}

    def get(self, name: str) -> Pack | EntryList:
        """One of them; raises `KeyError` where there is none, and `Refused` where it has mistakes."""
        if name not in self._read:
            self._read[name] = self._outcome(name, self.files[name])
        found = self._read[name]
        if isinstance(found, Refused):
            raise found
        return found

    def with_folder(self, folder: Path) -> Shelf:
        """The same with a folder's own `packs/` and `lists/`, which go before those of the same name."""
        own: dict[str, RegisterFile] = {}
        for kind, name in FOLDERS.items():
            for file in sorted((folder / name).glob("*.yaml")):
                own[file.stem] = _one_of_two(own[file.stem], file) if file.stem in own else _file(kind, file)
        return Shelf({**self.files, **own}, self.catalogue, self.own | own.keys()) if own else self

    def with_packs(self, texts: Mapping[str, str]) -> Shelf:
        """The same with other texts for these packs."""
        files = {name: _held(name, text) for name, text in texts.items()}
        return Shelf({**self.files, **files}, self.catalogue, self.own)

    def packs(self) -> list[Pack]:
        """Every pack that has no mistakes."""
        found = []
        for name, file in self.files.items():
            if file.kind == "pack":
                with suppress(Refused):
                    found.append(self.get(name))
        return [pack for pack in found if isinstance(pack, Pack)]

    def own_are_good(self) -> None:
        """Read those of the folder; raises `Refused` for the first with mistakes, whether or not a policy names it."""
        for name in sorted(self.own):
            self.get(name)

    def _outcome(self, name: str, file: RegisterFile) -> Pack | EntryList | Refused:
        try:
            text = file.read()
            found = (
                read_pack(text, file.source) if file.kind == "pack" else read_list(text, file.source, self.catalogue)
            )
        except Refused as refused:
            return refused
        if found.name == name:
            return found
        message = f"the {file.kind} is called {quoted(found.name)}, and its file {quoted(name)}"
        return Refused([Diagnostic("wrong-name", message, Location(file.source), "one name for both")])


def _file(kind: Kind, file: Path) -> RegisterFile:
    return RegisterFile(kind, str(file), lambda: _text(file))


def _held(name: str, text: str) -> RegisterFile:
    return RegisterFile("pack", f"{FOLDERS['pack']}/{name}.yaml", lambda: text)


def _one_of_two(first: RegisterFile, second: Path) -> RegisterFile:
    """A pack and a list of one name are neither."""

    def refuse() -> str:
        message = f"there is another file of this name: {first.source}"
        raise Refused([Diagnostic("taken-name", message, Location(str(second)), "rename one of them")])

    return RegisterFile(first.kind, str(second), refuse)


def _text(file: Path) -> str:
    try:
        return read_text(file)
    except OSError as error:
        reason = (error.strerror or "it cannot be read").lower()
        raise Refused([Diagnostic("unreadable", f"the file cannot be read: {reason}", Location(str(file)))]) from error


def kind_of(text: str) -> Literal["policy", "pack", "list"]:
    """What a text is about, by the first of the keys that name it."""
    found = _NAMED.search(text)
    return cast("Kind", found[1]) if found and found[1] in FOLDERS else "policy"


def shelf_of(catalogue: Catalogue, folder: Path | None = None) -> Shelf:
    """The shipped packs and lists, with those of a folder where one is given.

    Args:
        catalogue: the features that lists may be of.
        folder: its `packs/` and `lists/` go before the shipped ones of the same name.
    """
    shelf = Shelf(shipped_shelf().files, catalogue)
    return shelf.with_folder(folder) if folder else shelf


@cache
def shipped_shelf() -> Shelf:
    """The packs and lists of the package."""
    held = {
        entry.name.removesuffix(".yaml"): RegisterFile(
            kind,
            f"policies/{folder}/{entry.name}",
            lambda entry=entry: entry.read_text(encoding="utf-8"),  # type: ignore[misc]
        )
        for kind, folder in FOLDERS.items()
        for entry in sorted((files("policies") / folder).iterdir(), key=lambda each: each.name)
        if entry.name.endswith(".yaml")
    }
    return Shelf(held, shipped_catalogue())


@dataclass(slots=True)
class Consulted:
    """What one policy looks up: packs and lists of the shelf, and lists of its own."""

    shelf: Shelf
    used: dict[str, tuple[Pack | EntryList, Location]] = field(default_factory=dict)
    """What was found, and where the policy named it first."""
    own: dict[str, Register] = field(default_factory=dict)
    _made: dict[str, Register] = field(default_factory=dict)

    def find(self, name: str, at: Location, mistakes: Mistakes) -> Register | None:
        """The register of this name; where it cannot be had, why is noted."""
        if name in self.own:
            return self.own[name]
        found = self.get(name, at, mistakes)
        if found is None:
            return None
        if name not in self._made:
            self._made[name] = found.register() if isinstance(found, Pack) else found.register
        return self._made[name]

    def get(self, name: str, at: Location, mistakes: Mistakes) -> Pack | EntryList | None:
        """A pack or list of the shelf; where it cannot be had, why is noted."""
        if name not in self.shelf.files:
            hint = did_you_mean(name, [*self.shelf.files, *self.own])
            mistakes.add("unknown-register", f"there is no pack or list {quoted(name)}", at, hint)
            return None
        try:
            found = self.shelf.get(name)
        except Refused as refused:
            _is_refused(self.shelf.files[name], refused, at, mistakes)
            return None
        self.used.setdefault(name, (found, at))
        return found

    def digests(self) -> dict[str, str]:
        """The sha256 of each file that was named, so that a decision can say what it stood on."""
        return {name: found.sha256 for name, (found, _) in sorted(self.used.items()) if name not in self.own}


def _is_refused(file: RegisterFile, refused: Refused, at: Location, mistakes: Mistakes) -> None:
    first, count = refused.diagnostics[0], len(errors(refused.diagnostics))
    more = f", and {count - 1} more" if count > 1 else ""
    message = f"{file.kind} {quoted(Path(file.source).stem)} has mistakes: {first.location}: {first.message}{more}"
    mistakes.add("broken-register", message, at, f"selfie policy check {file.source}")
