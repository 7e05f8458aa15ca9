"""From a policy's file to a compiled policy."""

from __future__ import annotations

from pathlib import Path

from engine.policy.compiled import CompiledPolicy
from engine.policy.files import read_text
from engine.policy.include import FolderLibrary
from engine.policy.read import read_policy
from engine.policy.registers import shelf_of
from engine.policy.vocabulary import installed_vocabulary


def load_policy(path: str | Path) -> CompiledPolicy:
    """Read a policy file with the features and reasons that are installed, and what it names of the files beside it.

    Raises `Refused` with every mistake, and `OSError` where the file cannot be read.
    """
    text, known = read_text(Path(path)), installed_vocabulary()
    folder = Path(path).parent
    shelf, library = shelf_of(known.catalogue, folder), FolderLibrary(folder)
    return read_policy(
        text, source=str(path), catalogue=known.catalogue, reasons=known.reasons, shelf=shelf, library=library
    )
