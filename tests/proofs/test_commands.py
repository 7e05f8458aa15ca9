"""`selfie policy prove` and `diff`: text, JSON and exit codes."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

from tests.policy.test_commands import SELFIE, run
from tests.proofs.policies import parts_of


def written(folder: Path, *left_out: str) -> str:
    """The file of `selfie` without some of its rules."""
    parts = parts_of()
    parts["rules"] = [rule for rule in parts["rules"] if rule["id"] not in left_out]
    file = folder / "changed.yaml"
    file.write_text(json.dumps(parts, indent=1), encoding="utf-8")
    return str(file)


def test_prove() -> None:
    """A mark for each guarantee and strategy."""
    result = run("prove", SELFIE)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[1].split() == ["lenient", "standard", "strict"]
    assert all(line.split()[1:] == ["✓", "✓", "✓"] for line in lines[2:])
    assert lines[-1].startswith("unknown-never-passes")


def test_a_counterexample_is_a_command_that_shows_it(tmp_path: Path) -> None:
    """What stands there can be run as it is, and answers what stands below."""
    result = run("prove", written(tmp_path, "no-face"), "--strategy", "strict")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    place = next(n for n, line in enumerate(lines) if line.startswith("  $ selfie policy "))
    assert lines[place - 2] == "✗ exactly-one-face under strict: refuted"
    shown = run(*shlex.split(lines[place].removeprefix("  $ selfie policy ")))
    assert shown.exit_code == 0
    assert shown.stdout.splitlines()[0] == lines[place + 1].strip()


def test_prove_as_json(tmp_path: Path) -> None:
    """Status, counterexample and decision of each guarantee and strategy."""
    result = run("prove", written(tmp_path, "within-buffer"), "--json")
    told: dict[str, Any] = json.loads(result.stdout)
    assert result.exit_code == 1
    assert told["proved"] is False
    status = {g["id"]: [s["status"] for s in g["strategies"]] for g in told["guarantees"]}
    assert status.pop("nobody-in-the-buffer-is-accepted") == ["refuted"] * 3
    assert set(map(tuple, status.values())) == {("proved",) * 3}
    (shown,) = told["guarantees"][2]["strategies"][0]["counterexample"]
    assert shown["decision"] == "accept"
    assert set(shown["features"]) == {"age.predicted", "face.count", "liveness.passive_score"}


def test_prove_with_wrong_usage(tmp_path: Path) -> None:
    """A strategy or a file that does not exist is usage, a broken policy a finding."""
    assert run("prove", SELFIE, "--strategy", "strikt").exit_code == 2
    assert "did you mean `strict`?" in run("prove", SELFIE, "--strategy", "strikt").stderr
    assert run("prove", str(tmp_path / "none.yaml")).exit_code == 2
    broken = tmp_path / "broken.yaml"
    broken.write_text("policy: broken\n", encoding="utf-8")
    assert run("prove", str(broken)).exit_code == 1
    assert run("diff", SELFIE, str(broken)).exit_code == 1


def test_diff(tmp_path: Path) -> None:
    """The text, then whose decision changes."""
    result = run("diff", SELFIE, written(tmp_path, "spoof"), "--strategy", "standard")
    assert result.exit_code == 1
    assert f"--- {SELFIE}" in result.stdout
    assert (
        "  reject → review\n    liveness.passive_score below 0.3, age.predicted at least 18 or unknown" in result.stdout
    )


def test_diff_of_the_same() -> None:
    """Nothing to tell."""
    result = run("diff", SELFIE, SELFIE)
    assert (result.exit_code, result.stdout) == (0, "the texts are the same\n")


def test_diff_as_json(tmp_path: Path) -> None:
    """Regions by feature, with an example that both versions decided."""
    told = json.loads(run("diff", SELFIE, written(tmp_path, "under-age"), "--json").stdout)
    assert [each["strategy"] for each in told["strategies"]] == ["lenient", "standard", "strict"]
    (change,) = told["strategies"][1]["outcomes"]
    assert change["change"] == "reject → review"
    (region,) = change["regions"]
    assert region["features"]["age.predicted"] == "below 18"
    assert region["example"]["old"]["decision"] == "reject"
    assert region["example"]["new"]["decision"] == "review"
    assert region["example"]["old"]["features"] == region["example"]["new"]["features"]


def test_diff_of_strategies(tmp_path: Path) -> None:
    """One that only one version has is told; asking for it is usage."""
    parts = parts_of()
    parts["strategies"]["mild"] = parts["strategies"].pop("lenient")
    file = tmp_path / "changed.yaml"
    file.write_text(json.dumps(parts), encoding="utf-8")
    told = run("diff", SELFIE, str(file)).stdout
    assert "lenient: only in the old version" in told
    assert "mild: only in the new version" in told
    assert run("diff", SELFIE, str(file), "--strategy", "mild").exit_code == 2
