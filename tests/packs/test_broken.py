"""Every mistake of a pack or list has a broken file and a golden text; what is only odd is a warning.

`SELFIE_WRITE_GOLDEN=1` writes the texts anew, to be read in the diff.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.diagnostics import Refused, render
from engine.policy import shipped_catalogue
from engine.policy.currency import check_register
from engine.policy.lists import read_list
from engine.policy.packs import read_pack

FOLDER = Path(__file__).parent / "broken"
FILES = sorted(FOLDER.glob("*.yaml"))
WARNED = [file for file in FILES if file.stem.endswith("_warning")]
TODAY = "2026-11-23"


def told(file: Path) -> str:
    """All that `selfie policy check` says of a file. The lines of a list are not shown."""
    text = file.read_text(encoding="utf-8")
    kind = "pack" if file.stem.startswith("pack") else "list"
    found = check_register(kind, text, file.name, shipped_catalogue(), TODAY)
    return render(found, text if kind == "pack" else "") + "\n"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_broken_file(file: Path) -> None:
    """The text is as it was read and approved."""
    golden = file.with_suffix(".txt")
    if os.environ.get("SELFIE_WRITE_GOLDEN"):
        golden.write_text(told(file), encoding="utf-8")
    assert told(file) == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_is_broken_is_refused(file: Path) -> None:
    """Warnings refuse nothing; everything else refuses the file, whatever the day."""
    text = file.read_text(encoding="utf-8")

    def read() -> object:
        if file.stem.startswith("pack"):
            return read_pack(text, file.name)
        return read_list(text, file.name, shipped_catalogue())

    if file in WARNED:
        assert read()
    else:
        with pytest.raises(Refused) as refused:
            read()
        assert all(each.severity == "error" for each in refused.value.diagnostics)


def test_no_message_of_a_list_holds_a_value() -> None:
    """Values may be personal data: neither a message nor what is refused repeats one."""
    values = ("Plan 9", "TempleOS", "toaster")
    texts = [file.with_suffix(".txt").read_text(encoding="utf-8") for file in FILES if file.stem.startswith("list")]
    assert len(texts) >= 7
    assert not [value for text in texts for value in values if value in text]
