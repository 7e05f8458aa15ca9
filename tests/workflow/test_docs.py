"""What docs/workflows.md shows is what happens."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from engine.cli import app
from engine.diagnostics import render
from engine.workflow.cases import play, read_cases
from engine.workflow.reading.forms import FORMS
from tests.workflow.test_cases import HERE

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/workflows.md").read_text(encoding="utf-8").partition("\n## A product team's task\n")[0]
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
COMMANDS = re.findall(r"^\$ (.+)\n((?:(?!\$|```).*\n)+)", PAGE, re.MULTILINE)
FRAME = """\
workflow: example
title: Example
evidence: capture
steps:
  - {{id: selfie, step: capture, on_error: manual}}
  - {{id: read, step: signals, providers: [face, landmarks, challenge, liveness, age, injection, device, history]}}
  - {{id: decide, step: policy, policies: [selfie]}}
{}  - {{id: manual, step: review, queue: age, next: done}}
  - {{id: done, step: end}}
"""
"""Where the page shows single steps, these stand around them."""


def workflow_in(block: str) -> str:
    """A workflow with the steps of a block."""
    return block if block.startswith("workflow:") else FRAME.format(block)


@pytest.mark.parametrize("block", [b for b in BLOCKS if "\ncases:" not in b], ids=range(len(BLOCKS) - 1))
def test_steps_of_the_page_are_good(block: str) -> None:
    text = workflow_in(block)
    found = HERE.check(text, "page.yaml")
    assert not found, render(found, text)


def test_cases_of_the_page_pass() -> None:
    gate = next(block for block in BLOCKS if block.startswith("workflow: my_gate"))
    cases = next(block for block in BLOCKS if "\ncases:" in block)
    workflow = HERE.read(gate, "page.yaml")
    found = [play(case, workflow, HERE) for case in read_cases(cases, "cases.yaml", workflow, HERE.catalogue)]
    assert [(each.case.id, each.problems) for each in found if each.problems] == []
    assert len(found) == 4


def test_every_kind_of_step_is_on_the_page() -> None:
    """And every key of each."""
    for word, form in FORMS.items():
        assert re.search(rf"step: {word}\b|`{word}`", PAGE), word
        for key in form.keys:
            assert re.search(rf"\b{key}:|`{key}[:`]", PAGE), f"{word}: {key}"


@pytest.mark.parametrize(("command", "shown"), COMMANDS, ids=[command[:60] for command, _ in COMMANDS])
def test_command_of_the_page(command: str, shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    result = CliRunner().invoke(app, shlex.split(command)[1:])
    assert result.stdout.strip() == shown.strip()
