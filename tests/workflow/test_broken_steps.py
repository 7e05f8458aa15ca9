"""Every mistake in the steps of a workflow has a broken file and a golden text, and every warning too.

`SELFIE_WRITE_GOLDEN=1` writes the texts anew, to be read in the diff.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest

from engine.diagnostics import errors, render
from engine.policy import shipped_catalogue
from engine.workflow.read import check_workflow

TESTS = Path(__file__).parent.parent
BROKEN = sorted((TESTS / "broken" / "steps").glob("*.yaml"))
WARNED = sorted((TESTS / "warned" / "steps").glob("*.yaml"))
KNOWN: dict[str, Any] = {
    "providers": ("age", "face", "liveness"),
    "policies": {"selfie": ("lenient", "standard", "strict"), "thin": ("standard",)},
    "catalogue": shipped_catalogue(),
    "workflows": ("gate", "other"),
    "reads": {
        "thin": ("face.count", "face.yaw", "face.pitch", "liveness.passive_score", "document.age", "context.day")
    },
}


@pytest.mark.parametrize("file", [*BROKEN, *WARNED], ids=lambda file: f"{file.parent.parent.name}-{file.stem}")
def test_file(file: Path) -> None:
    """The text is as it was read and approved; what is only warned of may be used."""
    text = file.read_text(encoding="utf-8")
    found = check_workflow(text, source=file.name, **KNOWN)
    assert bool(errors(found)) == (file in BROKEN)
    told, golden = render(found, text) + "\n", file.with_suffix(".txt")
    if os.environ.get("SELFIE_WRITE_GOLDEN"):
        golden.write_text(told, encoding="utf-8")
    assert told == golden.read_text(encoding="utf-8")


def test_there_is_a_text_for_each_file() -> None:
    """No golden text is left over."""
    for files in (BROKEN, WARNED):
        assert {file.stem for file in files[0].parent.glob("*.txt")} == {file.stem for file in files}


def test_every_code_is_shown() -> None:
    """A mistake that the reader or a check can tell has a broken file."""
    folder = TESTS.parent / "engine" / "workflow"
    sources = [*folder.glob("reading/**/*.py"), *folder.glob("checks/*.py"), folder / "head.py"]
    told = {code for file in sources for code in re.findall(r'mistakes\.add\(\s*"([a-z-]+)"', file.read_text())}
    texts = [
        *TESTS.glob("broken/steps/*.txt"),
        *TESTS.glob("broken/workflows/*.txt"),
        *TESTS.glob("warned/steps/*.txt"),
    ]
    shown = set(re.findall(r": (?:warning: )?([a-z-]+): ", "\n".join(file.read_text() for file in texts)))
    assert told - shown <= UNSHOWN
    assert len(told) > 20


UNSHOWN = {"too-long", "features-not-accepted", "unknown-evidence"}
"""One would be a large file; the others are in `test_read`."""
