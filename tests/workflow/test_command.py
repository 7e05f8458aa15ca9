"""`selfie workflow`: check, draw, test and schema, with exit codes that a build can go by."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from engine.commands.workflow import app
from engine.diagnostics import Refused
from engine.store.outbox import EVENTS as SENT
from engine.workflow.words import EVENTS
from tests.workflow.test_cases import FOLDER, GATE, GOOD

GATE_FILE = "workflows/gate.yaml"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder of own policies with one workflow and its cases."""
    (tmp_path / "workflows" / "cases").mkdir(parents=True)
    (tmp_path / GATE_FILE).write_text(GATE, encoding="utf-8")
    (tmp_path / "workflows" / "cases" / "gate.yaml").write_text(GOOD, encoding="utf-8")
    return tmp_path


def test_all_shipped_workflows_are_good() -> None:
    result = run("check")
    assert result.exit_code == 0
    files = [f"policies/workflows/{file.name}" for file in sorted(FOLDER.glob("*.yaml"))]
    assert result.stdout.splitlines() == [f"{file}: good" for file in files]


def test_a_folder_of_ones_own(own: Path) -> None:
    """Its policies may be named, and those that are shipped too."""
    policy = (
        "policy: mine\notherwise: review\nrules:\n  - {id: r, when: {var: risk.listed}, then: reject, reason: R1410}\n"
    )
    (own / "mine.yaml").write_text(policy, encoding="utf-8")
    (own / GATE_FILE).write_text(GATE.replace("[attempts]", "[attempts, mine]"), encoding="utf-8")
    assert run("check", own / GATE_FILE).stdout == f"{own / GATE_FILE}: good\n"
    assert run("check", "--policies", own).exit_code == 0
    assert run("check", "--policies", own / "workflows", own / GATE_FILE).exit_code == 1
    assert run("test", own / GATE_FILE).exit_code == 1, "a policy that reviews everything"


def test_a_name_that_another_workflow_has_is_told_of_both(own: Path) -> None:
    """The service would not start with them. A shipped workflow keeps its name."""
    others = {"second": "gate", "shipped": "age_gate"}
    for file, name in others.items():
        (own / f"workflows/{file}.yaml").write_text(
            GATE.replace("workflow: gate", f"workflow: {name}"), encoding="utf-8"
        )
    for file, other in (
        ("gate", str(own / "workflows/second.yaml")),
        ("second", str(own / GATE_FILE)),
        ("shipped", "policies/workflows/age_gate.yaml"),
    ):
        result = run("check", own / f"workflows/{file}.yaml")
        assert result.exit_code == 1
        assert result.stdout.count("taken-name") == 1
        assert f"`{other}` has it" in result.stdout
    whole = run("check", "--policies", own)
    assert (whole.exit_code, whole.stdout.count("taken-name")) == (1, 3)


def test_every_file_of_a_folder_that_cannot_be_read_is_told_at_once(own: Path) -> None:
    (own / "workflows/a.yaml").write_bytes(b"\xff\xfe")
    (own / "workflows/b.yaml").write_bytes(b"\xff\xfe")
    (own / "mine.yaml").write_text("policy: yours\n", encoding="utf-8")
    told = run("check", "--policies", own).stderr
    assert (told.count("bad-text"), told.count("wrong-name")) == (2, 1)
    for file in (own / "workflows").glob("[ab].yaml"):
        file.unlink()
    for name in ("mine", "more"):
        (own / f"{name}.yaml").write_text(f"policy: {name}\notherwise: revie\n", encoding="utf-8")
    told = run("check", "--policies", own).stderr
    assert told.count("`otherwise` must be an outcome") == 2


def test_mistakes_and_warnings_are_told(own: Path) -> None:
    (own / GATE_FILE).write_text(GATE.replace("tags: [seen]", "tags: [seen, seen]"), encoding="utf-8")
    warned = run("check", own / GATE_FILE)
    assert (warned.exit_code, warned.stdout.splitlines()[-1]) == (0, f"{own / GATE_FILE}: good, 1 warning")
    (own / GATE_FILE).write_text(GATE.replace("next: done", "next: don"), encoding="utf-8")
    broken = run("check", "--json", own / GATE_FILE)
    assert broken.exit_code == 1
    told = json.loads(broken.stdout)["files"][0]
    assert (told["ok"], told["diagnostics"][0]["code"], told["diagnostics"][0]["line"]) == (False, "unknown-target", 15)
    for command in ("draw", "test"):
        assert run(command, own / GATE_FILE).exit_code == 1


def test_cases_are_run(own: Path) -> None:
    good = run("test", "--cover", own / GATE_FILE)
    assert (good.exit_code, good.stdout) == (0, "7 of 7 cases pass\nevery way is taken\n")
    cases = own / "workflows" / "cases" / "gate.yaml"
    cases.write_text(GOOD[: GOOD.index("  - id: few")].replace("accept", "reject"), encoding="utf-8")
    bad = run("test", "--cover", own / GATE_FILE)
    assert bad.exit_code == 1
    first, *rest = bad.stdout.splitlines()
    assert first.startswith(f"{cases}:4:")
    assert first.endswith("most: decision: expected reject, got accept")
    assert rest[0] == "0 of 1 cases pass"
    assert "no case takes `read`, error: to `manual`" in rest
    assert "no case takes `doubt`, risk.score > 0.5: to `papers`" in rest, "as it is drawn"
    told = json.loads(run("test", "--cover", "--json", own / GATE_FILE).stdout)
    assert (told["passed"], told["failed"]) == (0, 1)
    assert {"from": "ask", "edge": "error", "to": None} in told["untaken"]
    cases.unlink()
    assert run("test", own / GATE_FILE).exit_code == 1


def test_it_is_drawn(own: Path) -> None:
    text = run("draw", own / GATE_FILE)
    assert text.stdout == (Path(__file__).parent / "data" / "gate.txt").read_text(encoding="utf-8")
    picture = own / "gate.svg"
    assert run("draw", own / GATE_FILE, "--svg", picture).stdout == ""
    assert picture.read_text(encoding="utf-8").startswith("<svg ")
    graph = json.loads(run("draw", "--json", own / GATE_FILE).stdout)
    assert (graph["workflow"], len(graph["nodes"])) == ("gate", 11)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["check", "nowhere.yaml"], 2),
        (["draw", "nowhere.yaml"], 2),
        (["draw", FOLDER / "age_gate.yaml", "--svg", "/nowhere/at/all.svg"], 2),
        (["test", "--cases", "nowhere.yaml", FOLDER / "age_gate.yaml"], 1),
        (["check", "--policies", "nowhere"], 1),
    ],
)
def test_what_cannot_be_read_or_written(arguments: list[object], code: int) -> None:
    result = run(*arguments)
    assert result.exit_code == code
    assert not isinstance(result.exception, Refused | OSError)


def test_a_workflow_names_the_events_that_are_sent() -> None:
    """The list is written twice, since the store lies above."""
    assert EVENTS == SENT
