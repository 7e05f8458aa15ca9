"""The walk-through of docs/policies.md: every edit is made and every command run, in a copy of the folder it names."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from engine.cli import app

ROOT = Path(__file__).parent.parent.parent
DAY = (ROOT / "docs/policies.md").read_text(encoding="utf-8").partition("\n## An analyst's day\n")[2]
STEP = re.compile(r'(?:<!-- (?:in )?(\S+?)(?: (at the end|after ".+?"))? -->\n)?```(\w*)\n(.*?)```', re.DOTALL)
COMMAND = re.compile(r"^\$ (.+)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)


def edit(file: Path, where: str, text: str) -> None:
    """Make the edit that stands above a block: the whole file, at its end, or after a line."""
    old = file.read_text(encoding="utf-8")
    if where.startswith("after"):
        line = where.removeprefix("after ").strip('"') + "\n"
        assert old.count(line) == 1
        text = old.replace(line, line + text)
    elif where:
        text = old + text
    file.write_text(text, encoding="utf-8")


def shown_in(printed: str, expected: str) -> bool:
    """Whether the parts between lines that are only an ellipsis come in this order; without one, all is shown."""
    parts = re.split(r"^…\n", expected, flags=re.MULTILINE)
    if len(parts) == 1:
        return printed == expected
    pattern = ".*".join(re.escape(part) for part in parts)
    return re.fullmatch(pattern, printed, re.DOTALL) is not None


def run(command: str) -> str:
    """What a command of ours prints, or one of the shell's."""
    ours, _, words = command.partition(" ")
    if ours == "selfie":
        return CliRunner().invoke(app, shlex.split(words)).output
    asked = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)  # noqa: S602 - the page's own
    return asked.stdout


def test_the_day_goes_as_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new market, a table from a spreadsheet, a guarantee that fails, the fix, the difference and the cases."""
    folder = tmp_path / "analyst"
    shutil.copytree(ROOT / "examples/analyst", folder)
    monkeypatch.chdir(folder)
    edits = commands = 0
    for file, where, kind, text in STEP.findall(DAY):
        if file:
            edit(folder / file, where, text)
            edits += 1
        for command, expected in COMMAND.findall(text) if kind == "console" else ():
            printed = run(command)
            assert shown_in(printed, expected), f"$ {command}\n{printed}"
            commands += 1
    assert (edits, commands) == (3, 11)


def test_the_day_shows_what_it_is_about() -> None:
    """The page is read as it is laid out."""
    for word in ("table import", "refuted", "policy diff", "accept → review", "--cover"):
        assert word in DAY
