"""`selfie policy test --cover`: what no case has seen, and nothing that no case can see."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from engine.commands.policy import app
from engine.policy.cases import read_cases
from engine.policy.coverage import coverage
from tests.policy.shipped import FOLDER, NAMES, cases_of, policy_of, shipped

TEXT = """
policy: covered
strategies:
  standard: {}
  bare: {inherits: standard, rules: {without: [kind]}}
requires: [face.count]
otherwise: accept
rules:
  - {id: crowd, when: {">": [{var: face.count}, 1]}, then: reject, reason: R835}
  - {id: device, when: {missing: [device.token]}, then: review, reason: R405}
  - {id: kind, when: {"==": [{var: device.kind}, other]}, then: review, reason: R403, on_unknown: {reason: I856}}
tables:
  ages:
    hit: first
    inputs: [age.predicted, liveness.passive_score]
    rows:
      - {id: child, when: ["< 13", any], then: reject, reason: R845}
      - {id: teen, when: ["13..18", "< 0.5"], then: review, reason: R1301}
scorecards:
  risk:
    points:
      - {when: {"==": [{var: device.bot_detected}, true]}, points: 50}
    bands:
      - {id: low, below: 40, reason: I423}
      - {id: high, from: 40, then: review, reason: R406}
"""
KNOWN: dict[str, Any] = {
    "face.count": 1,
    "device.token": "valid",
    "device.kind": "mobile",
    "age.predicted": 30,
    "liveness.passive_score": 0.9,
    "device.bot_detected": False,
}


def lacking(*records: dict[str, Any], strategy: str = "standard") -> dict[str, tuple[str, ...]]:
    """What these records leave to be seen, by kind and name."""
    cases = [
        {"id": str(n), "strategy": strategy, "given": KNOWN | record, "expect": {"decision": "accept"}}
        for n, record in enumerate(records)
    ]
    items = coverage(policy_of(TEXT), read_cases(json.dumps({"cases": cases}), "cases.yaml"))
    return {f"{item.kind} {item.name}": item.lacks for item in items if item.lacks}


@pytest.mark.parametrize("name", NAMES)
def test_shipped_cases_see_everything(name: str) -> None:
    """Each rule, cell and points in each state that it can have, and each code told and left out."""
    items = coverage(shipped(name), cases_of(name))
    assert len(items) > len(shipped(name).checked.rules)
    assert {item.name: item.lacks for item in items if item.lacks} == {}


def test_one_case_sees_little() -> None:
    """All that one good record leaves open. What the required feature decides need not be unknown, nor what is asked
    of absence; a code needs to be told and left out."""
    assert lacking({}) == {
        "required face.count": ("unknown",),
        "rule crowd": ("true",),
        "rule device": ("true",),
        "rule kind": ("true", "unknown"),
        "rule ages.child": ("true", "unknown"),
        "rule ages.teen": ("true", "unknown"),
        "rule risk.low": ("false", "unknown"),
        "rule risk.high": ("true", "unknown"),
        "cell ages.teen: age.predicted >= 13": ("false", "unknown"),
        "cell ages.teen: age.predicted <= 18": ("true", "unknown"),
        "cell ages.teen: liveness.passive_score < 0.5": ("true", "unknown"),
        "points score.risk: device.bot_detected == true": ("true", "unknown"),
        "code R1001": ("told",),
        "code R835": ("told",),
        "code R405": ("told",),
        "code R403": ("told",),
        "code I856": ("told",),
        "code R845": ("told",),
        "code R1301": ("told",),
        "code I423": ("left out",),
        "code R406": ("told",),
    }


def test_where_a_required_feature_is_unknown_no_rule_is_seen() -> None:
    """They are not asked, whatever else the record says."""
    before = lacking({})
    after = lacking({}, {"face.count": None, "device.kind": "other", "age.predicted": None})
    assert before.keys() - after.keys() == {"required face.count", "code R1001", "code I423"}
    assert all(after[key] == before[key] for key in after)


def test_a_rule_is_seen_under_any_strategy_that_asks_it() -> None:
    """One that the strategy leaves out is not seen under it."""
    assert lacking({"device.kind": "other"})["rule kind"] == ("false", "unknown")
    assert lacking({"device.kind": "other"}, strategy="bare")["rule kind"] == ("true", "false", "unknown")


def test_all_can_be_seen() -> None:
    """What is demanded is possible."""
    records: list[dict[str, Any]] = [
        {},
        {"face.count": None},
        {"face.count": 2},
        {"device.token": None},
        {"device.kind": "other"},
        {"device.kind": None},
        {"age.predicted": 10},
        {"age.predicted": 15, "liveness.passive_score": 0.2},
        {"age.predicted": None},
        {"liveness.passive_score": None, "age.predicted": 15},
        {"device.bot_detected": True},
        {"device.bot_detected": None},
    ]
    assert lacking(*records) == {}


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["test", *arguments])


def test_what_is_not_covered_is_a_finding(tmp_path: Path) -> None:
    """Exit code 1, with the line of the rule; as JSON too. Without `--cover` the passing cases are enough."""
    policy, cases = FOLDER / "digital_intelligence.yaml", tmp_path / "cases.yaml"
    text = (FOLDER / "cases" / "digital_intelligence.yaml").read_text(encoding="utf-8")
    known = text[: text.index("  - {id: nothing-known")]
    cases.write_text("\n".join(line for line in known.splitlines() if "kind-unknown" not in line))
    plain, covered = run(str(policy), "--cases", str(cases)), run(str(policy), "--cases", str(cases), "--cover")
    assert (plain.exit_code, covered.exit_code) == (0, 1)
    line = next(n for n, line in enumerate(policy.read_text().splitlines(), 1) if "id: desktop" in line)
    assert f"{policy}:{line}: rule `desktop` is never unknown" in covered.stdout.splitlines()
    assert covered.stdout.splitlines()[-1] == "56 of 59 covered"
    found = json.loads(run(str(policy), "--cases", str(cases), "--cover", "--json").stdout)["coverage"]
    assert (found["covered"], found["of"]) == (56, 59)
    place = {"line": line, "file": str(policy)}
    assert {"kind": "rule", "name": "desktop", **place, "never": ["unknown"]} in found["missing"]


@pytest.mark.parametrize("name", NAMES)
def test_the_command_says_so_of_shipped_policies(name: str) -> None:
    """Exit code 0 and as many as there are."""
    result = run(str(FOLDER / f"{name}.yaml"), "--cover")
    assert result.exit_code == 0
    covered, _, of, _ = result.stdout.splitlines()[-1].split()
    assert covered == of


def test_what_a_rule_set_brings_is_told_in_its_own_file(tmp_path: Path) -> None:
    """Its line is not one of the policy that includes it."""
    (tmp_path / "cases").mkdir()
    young = '{"<": [{var: age.predicted}, 18]}'
    (tmp_path / "set.yaml").write_text(
        f"ruleset: shared\nrules:\n  - {{id: young, when: {young}, then: review, reason: R1301}}\n", encoding="utf-8"
    )
    crowd = '{">": [{var: face.count}, 1]}'
    own = f"rules:\n  - {{id: crowd, when: {crowd}, then: reject, reason: R835}}\n"
    (tmp_path / "gate.yaml").write_text(f"policy: gate\ninclude: [set.yaml]\n\n{own}", encoding="utf-8")
    (tmp_path / "cases" / "gate.yaml").write_text(
        "policy: gate\ncases:\n  - {id: none, expect: {decision: review}}\n", encoding="utf-8"
    )
    shown = CliRunner().invoke(app, ["test", str(tmp_path / "gate.yaml"), "--cover"]).output
    assert f"{tmp_path / 'set.yaml'}:3: rule `young` is never true and never false" in shown
    assert f"{tmp_path / 'gate.yaml'}:5: rule `crowd` is never true and never false" in shown
