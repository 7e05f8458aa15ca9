"""Every mistake in a workflow file has a broken file and a golden text.

`SELFIE_WRITE_GOLDEN=1` writes the texts anew, to be read in the diff.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.diagnostics import Refused, render
from engine.workflow.read import read_workflow

FOLDER = Path(__file__).parent.parent / "broken" / "workflows"
FILES = sorted(FOLDER.glob("*.yaml"))
POLICIES = {"selfie": ("lenient", "standard", "strict")}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_broken_file(file: Path) -> None:
    """The text is as it was read and approved."""
    with pytest.raises(Refused) as refused:
        read_workflow(file.read_text(encoding="utf-8"), source=file.name, providers={"face"}, policies=POLICIES)
    told, golden = render(refused.value.diagnostics, refused.value.text) + "\n", file.with_suffix(".txt")
    if os.environ.get("SELFIE_WRITE_GOLDEN"):
        golden.write_text(told, encoding="utf-8")
    assert told == golden.read_text(encoding="utf-8")


def test_there_is_a_text_for_each_file() -> None:
    """No golden text is left over."""
    assert {file.stem for file in FOLDER.glob("*.txt")} == {file.stem for file in FILES}
