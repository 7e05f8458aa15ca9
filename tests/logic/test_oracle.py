"""On complete, well-typed data the answers are those of json-logic-js; elsewhere a refusal or unknown."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from engine.logic.answer import answer
from tests.logic.complete import Case, cases
from tests.logic.json_logic_js import JsonLogicJs, NotThere, installed
from tests.logic.rules import same

OPERATORS = (
    *("<", "<=", ">", ">=", "==", "!=", "===", "!==", "and", "or", "!", "!!", "if", "?:", "in"),
    *("+", "-", "*", "/", "%", "min", "max", "var", "missing", "missing_some", "cat", "substr", "merge"),
    *("map", "filter", "reduce", "all", "none", "some"),
)


@pytest.fixture(scope="session")
def oracle() -> JsonLogicJs:
    """json-logic-js under Node; where it cannot be had the test is reported as not run."""
    try:
        return installed()
    except NotThere as missing:
        pytest.skip(f"not run, because {missing}")


@dataclass
class Tally:
    """What became of the cases."""

    results: int = 0
    unknown: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    operators: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)

    @property
    def cases(self) -> int:
        return self.results + self.unknown + self.refused.total()

    def report(self) -> str:
        """For a person."""
        counts = ", ".join(f"{name} {count:,}" for name, count in sorted(self.operators.items()))
        share = {"in a value": self.results, "unknown": self.unknown, "refused": self.refused.total()}
        ends = ", ".join(f"{count / self.cases:.2%} {end}" for end, count in share.items())
        return f"\n{self.cases:,} cases end: {ends} {dict(self.refused)}\nCases by operator: {counts}\n"


def compared(each: Sequence[Case], oracle: JsonLogicJs) -> Tally:
    """Answers of both. Where ours ends in a value the other must be equal."""
    tally = Tally()
    for start in range(0, len(each), 2000):
        some = each[start : start + 2000]
        for case, theirs in zip(some, oracle.answers((case.rule, case.data) for case in some), strict=True):
            for data, expected in zip(case.data, theirs, strict=True):
                _count(tally, case, data, expected)
    return tally


def _count(tally: Tally, case: Case, data: Any, expected: Any) -> None:
    found = answer(case.rule, data)
    tally.operators.update(case.operators)
    if "error" in found:
        tally.refused[found["error"]["code"]] += 1
    elif "unknown" in found or _has_unknown(found["result"]):
        tally.unknown += 1
    else:
        tally.results += 1
        if not same(found["result"], expected):
            shown = json.dumps({"rule": case.rule, "data": data, "ours": found["result"], "theirs": expected})
            tally.differences.append(shown)


def _has_unknown(value: Any) -> bool:
    return value is None or (isinstance(value, list) and any(map(_has_unknown, value)))


def test_answers_are_those_of_json_logic_js(oracle: JsonLogicJs) -> None:
    """A few thousand cases on every run."""
    tally = compared(cases(seed=1, rules=1700, each=3), oracle)
    assert not tally.differences, "\n".join(tally.differences[:10])
    assert tally.cases >= 5000
    assert tally.results >= 0.9 * tally.cases, tally.report()
    assert all(tally.operators[name] >= 20 for name in OPERATORS), tally.report()


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_answers_are_those_of_json_logic_js_for_long(oracle: JsonLogicJs, capsys: pytest.CaptureFixture[str]) -> None:
    """A hundred thousand cases, each operator in at least a thousand; what was counted is printed."""
    tally = compared(cases(seed=2, rules=20_000, each=5), oracle)
    with capsys.disabled():
        sys.stdout.write(tally.report())
    assert not tally.differences, "\n".join(tally.differences[:10])
    assert tally.cases >= 100_000
    assert tally.results >= 0.9 * tally.cases
    assert all(tally.operators[name] >= 1000 for name in OPERATORS)
