"""Every mistake has a broken file and a golden text.

`SELFIE_WRITE_GOLDEN=1` writes the texts anew, to be read in the diff.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.diagnostics import Refused, render
from engine.policy import check_policy, read_policy, shipped_catalogue, shipped_reasons
from engine.policy.include import FolderLibrary

FOLDER = Path(__file__).parent.parent / "broken"
FILES = sorted(FOLDER.glob("*.yaml"))


class Sets(FolderLibrary):
    """The rule sets beside the broken files, called by their names wherever the tests run."""

    def __init__(self) -> None:
        super().__init__(FOLDER)

    def source(self, name: str) -> str:
        return name


def told(file: Path) -> str:
    """All that is said of a broken file."""
    text, sets = file.read_text(encoding="utf-8"), Sets()
    found = check_policy(text, source=file.name, catalogue=shipped_catalogue(), reasons=shipped_reasons(), library=sets)
    return render(found, {file.name: text, **sets.texts}) + "\n"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_broken_file(file: Path) -> None:
    """The text is as it was read and approved."""
    golden = file.with_suffix(".txt")
    if os.environ.get("SELFIE_WRITE_GOLDEN"):
        golden.write_text(told(file), encoding="utf-8")
    assert told(file) == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_broken_file_cannot_decide(file: Path) -> None:
    """What check finds, reading refuses, with the same diagnostics."""
    text = file.read_text(encoding="utf-8")
    with pytest.raises(Refused) as refused:
        read_policy(text, source=file.name, catalogue=shipped_catalogue(), reasons=shipped_reasons(), library=Sets())
    assert str(refused.value) + "\n" == told(file)


def test_there_is_a_text_for_each_file() -> None:
    """No golden text is left over, and there are as many mistakes as there should be."""
    assert {file.stem for file in FOLDER.glob("*.txt")} == {file.stem for file in FILES}
    assert len(FILES) >= 120
