"""`selfie policy table` and the score in `selfie policy decide`: what is printed, what is written, exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from engine.commands.policy import app

EXAMPLES = Path(__file__).parent.parent.parent / "examples/policies"


def run(*arguments: str | Path) -> Result:
    """The command's answer."""
    return CliRunner().invoke(app, list(map(str, arguments)))


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """A copy of the example."""
    copy = tmp_path / "age_bands.yaml"
    copy.write_bytes((EXAMPLES / "age_bands.yaml").read_bytes())
    return copy


def head(text: str) -> str:
    """What stands before the tables."""
    return text.partition("tables:")[0]


def tail(text: str) -> str:
    """What stands after them."""
    return text.partition("\nrules:")[2]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_table_goes_out_and_in(form: str, policy: Path, tmp_path: Path) -> None:
    """What comes in is what went out; the rest of the file is not touched, nor are its rights."""
    policy.chmod(0o640)
    sheet = tmp_path / f"bands.{form}"
    assert run("table", "export", policy, "age_bands", "-o", sheet).exit_code == 0
    before = policy.read_text()
    assert run("table", "import", sheet, "--into", policy).exit_code == 0
    once = policy.read_text()
    assert (head(once), tail(once)) == (head(before), tail(before))
    assert run("table", "import", sheet, "--into", policy).exit_code == 0
    assert policy.read_text() == once
    again = run("table", "export", policy, "age_bands").stdout
    assert again == run("table", "export", EXAMPLES / policy.name, "age_bands").stdout
    assert policy.stat().st_mode & 0o777 == 0o640
    assert run("test", "--cases", EXAMPLES / "cases/age_bands.yaml", policy).exit_code == 0
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted([policy.name, sheet.name])


def test_a_changed_sheet_changes_the_decision(policy: Path, tmp_path: Path) -> None:
    """The spreadsheet of an analyst."""
    sheet = tmp_path / "bands.csv"
    sheet.write_text(run("table", "export", policy, "age_bands").stdout.replace("< 18,", "< 21,"))
    record = json.dumps({"face.count": 1, "context.product": "gambling", "context.market": "DE", "age.predicted": 20})
    decide = ("decide", policy, "--strategy", "lenient", "--features", record)
    assert run(*decide).stdout.startswith("review")
    assert run("table", "import", sheet, "--into", policy).exit_code == 0
    assert run(*decide).stdout.startswith("reject")


def test_a_mistake_is_placed_in_the_sheet_and_nothing_is_written(policy: Path, tmp_path: Path) -> None:
    """Names and types are those of the policy."""
    sheet, before = tmp_path / "bands.csv", policy.read_bytes()
    sheet.write_text(run("table", "export", policy, "age_bands").stdout.replace("< 16 + {age_buffer}", "< {age_bufer}"))
    refused = run("table", "import", sheet, "--into", policy)
    assert refused.exit_code == 1
    assert (
        f"{sheet}:9:29: unknown-parameter: parameter `age_bufer` does not exist\n  9 | social-near," in refused.stderr
    )
    assert policy.read_bytes() == before
    sheet.write_text("table,new\nhit,all\nrow,device.kind,then,reason\na,3,review,R1\n")
    refused = run("table", "import", sheet, "--into", policy)
    assert f"{sheet}:4:3: type-mismatch: a cell of `device.kind` cannot hold a number" in refused.stderr
    assert f"{sheet}:4:12: unknown-reason" in refused.stderr
    assert policy.read_bytes() == before


def test_a_write_that_fails_leaves_the_policy(policy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is written beside and then renamed."""
    sheet, before = tmp_path / "bands.csv", policy.read_bytes()
    sheet.write_text(run("table", "export", policy, "age_bands").stdout.replace("< 18,", "< 21,"))

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    assert run("table", "import", sheet, "--into", policy).exit_code == 2
    assert policy.read_bytes() == before
    assert sorted(file.name for file in tmp_path.iterdir()) == ["age_bands.yaml", "bands.csv"]


def test_what_is_not_there(policy: Path, tmp_path: Path) -> None:
    """A table, a file."""
    missing = run("table", "export", policy, "age_bonds")
    assert (missing.exit_code, "did you mean `age_bands`?" in missing.stderr) == (1, True)
    assert run("table", "export", tmp_path / "no.yaml", "t").exit_code == 2
    assert run("table", "import", tmp_path / "no.csv").exit_code == 2
    assert run("table", "import", policy).exit_code == 1


def test_a_table_of_a_rule_set_goes_out(policy: Path, tmp_path: Path) -> None:
    """Through the policy that includes it, and by itself."""
    shared = tmp_path / "shared.yaml"
    tables = policy.read_text().partition("tables:")[2].partition("\nrules:")[0]
    shared.write_text(f"ruleset: shared\ntables:{tables}\n")
    parameter = "age_buffer: {title: B, range: [0, 12], value: 5}"
    policy.write_text(f"policy: p\ninclude: [shared.yaml]\nparameters:\n  {parameter}\n")
    expected = run("table", "export", EXAMPLES / "age_bands.yaml", "age_bands").stdout
    for file in (policy, shared):
        assert run("table", "export", file, "age_bands").stdout == expected


def test_decide_tells_the_score_where_there_is_one() -> None:
    """The other keys stay."""
    record = '{"device.bot_detected": true, "device.ua_ch_mismatch": false, "device.token": "invalid"}'
    found = json.loads(run("decide", EXAMPLES / "device_risk.yaml", "--json", "--features", record).stdout)
    assert found == {
        "decision": "review", "strategy": "standard", "reasonCodes": ["R406", "R1401", "R402"],
        "rules": ["device_risk.automated", "device_risk.forged", "device_risk.high"], "unknown": ["device.seen_before"],
        "score": 110,
    }  # fmt: skip
    found = json.loads(run("decide", EXAMPLES / "device_risk.yaml", "--json", "--features", "{}").stdout)
    assert found["score"] is None
    found = json.loads(run("decide", EXAMPLES / "age_bands.yaml", "--json", "--features", "{}").stdout)
    assert "score" not in found
    shown = run("explain", EXAMPLES / "device_risk.yaml", "--features", record).stdout
    assert "├─ score.device_risk = 110" in shown
