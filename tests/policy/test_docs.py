"""What docs/policies.md and docs/jsonlogic.md show is what happens."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from engine.cli import app
from engine.diagnostics import errors
from engine.logic.answer import answer_line
from engine.logic.operators import TABLE
from engine.logic.operators.iterators import ITERATORS
from engine.logic.reader import ALIASES
from engine.policy import shipped_catalogue
from engine.policy.cases import read_cases, run_case
from engine.policy.currency import check_register
from engine.policy.registers import kind_of
from tests.policy.shipped import policy_of, shipped

ROOT = Path(__file__).parent.parent.parent
POLICIES = (ROOT / "docs/policies.md").read_text(encoding="utf-8").partition("\n## An analyst's day\n")[0]
JSONLOGIC = (ROOT / "docs/jsonlogic.md").read_text(encoding="utf-8")

ROWS = re.findall(r"^\| `(.+?)` \| `(\{.*?\})` \| (`.+?`).*? \| (.+?) \|$", JSONLOGIC, re.MULTILINE)
BLOCKS = re.findall(r"```yaml\n(.*?)```", POLICIES, re.DOTALL)
COMMANDS = re.findall(r"^\$ (.+)\n((?:(?!\$|```).*\n)+)", POLICIES + JSONLOGIC, re.MULTILINE)


@pytest.mark.parametrize(("rule", "data", "_theirs", "ours"), ROWS, ids=[row[0] for row in ROWS])
def test_deviation(rule: str, data: str, _theirs: str, ours: str) -> None:
    """A row of the table answers as it says."""
    found = answer_line(f'{{"rule": {rule}, "data": {data}}}')
    if ours == "unknown":
        assert "unknown" in found
    elif ours.startswith("`"):
        assert found == {"result": json.loads(ours.strip("`"))}
    else:
        assert found["error"]["code"] == ours


def test_the_table_was_found() -> None:
    """The page is read as it is laid out, and names every operator."""
    assert len(ROWS) >= 25
    assert all(f"`{name}`" in JSONLOGIC for name in (*TABLE, *ITERATORS, *ALIASES, "log", "var", "param"))


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_yaml_of_the_page_is_good(block: str) -> None:
    """Policies, packs and lists pass their check, cases pass."""
    kind = kind_of(block)
    if kind != "policy":
        assert errors(check_register(kind, block, "docs.yaml", shipped_catalogue(), None)) == ()
    elif "\ncases:" in block:
        assert [run_case(case, shipped("selfie")).problems for case in read_cases(block, "cases.yaml")] == [()] * 3
    else:
        assert policy_of(block).strategies


@pytest.mark.parametrize(("command", "shown"), COMMANDS, ids=[command[:60] for command, _ in COMMANDS])
def test_command_of_the_pages(command: str, shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Prints what the page shows; after an ellipsis anything may follow."""
    monkeypatch.chdir(ROOT)
    words = shlex.split(command)
    stdin = f"{words[1]}\n" if words[0] == "echo" else None
    result = CliRunner().invoke(app, words[words.index("selfie") + 1 :], input=stdin)
    expected = shown.strip()
    if expected.endswith("…"):
        assert result.stdout.startswith(expected.removesuffix("…"))
    else:
        assert result.stdout.strip() == expected
