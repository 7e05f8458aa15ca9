"""Where the texts of rule sets come from."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Protocol

from engine.policy.files import read_text

_NAME = re.compile(r"([A-Za-z0-9_][A-Za-z0-9_.-]{0,63}/){0,8}[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}\.yaml")


class NotThere(Exception):  # noqa: N818 - the word of the domain
    """A rule set cannot be had; the message says why, as a phrase, and `hint` a way out."""

    def __init__(self, why: str, hint: str = "") -> None:
        super().__init__(why)
        self.hint = hint


class Library(Protocol):
    """Rule sets by name."""

    def source(self, name: str) -> str:
        """What mistakes call it."""

    def text(self, name: str) -> str:
        """Its text. Raises `NotThere`, and `Refused` for a file that holds no text."""


class FolderLibrary:
    """The files below one folder. Names are relative to it and stay in it, also where links lead elsewhere."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.texts: dict[str, str] = {}
        """What was read, by what mistakes call it, so that they can be shown in their lines."""

    def source(self, name: str) -> str:
        return str(self._folder / name)

    def text(self, name: str) -> str:
        text = read_text(self._file(name), self.source(name))
        self.texts[self.source(name)] = text
        return text

    def _file(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            why = "is no name of a rule set"
            raise NotThere(why, "a file `.yaml` in the policy's folder or below it: `common/faces.yaml`")
        try:
            root, file = self._folder.resolve(), (self._folder / name).resolve()
            outside = not file.is_relative_to(root)
            there = not outside and file.is_file()
        except (OSError, RuntimeError):  # a circle of links, or a folder that may not be read
            outside, there = False, False
        if outside:
            raise NotThere("lies outside the policy's folder", "copy it there; links may not lead out")
        if not there:
            raise NotThere("does not exist", "names are counted from the policy's folder")
        return file


def included(library: Library, name: str) -> str:
    """The text of a rule set. Raises `NotThere` also where the file cannot be read, and `Refused`."""
    try:
        return library.text(name)
    except OSError as error:
        raise NotThere(f"cannot be read: {(error.strerror or str(error)).lower()}") from error
