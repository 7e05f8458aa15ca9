"""On complete, well-typed data the answers are those of json-logic-js; elsewhere a refusal or unknown."""

from __future__ import annotations

import dataclasses
import json
import re
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from engine.logic import parse
from engine.logic.answer import answer
from engine.logic.forms.iterators import of_iterator
from engine.logic.operators.iterators import ITERATORS
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


def _fold_from_the_right(members: Any, work: Any, start: Any) -> Any:
    for member in reversed(members):
        start = work(member, start)
    return start


def test_the_page_says_what_json_logic_js_answers(oracle: JsonLogicJs) -> None:
    """Each row of deviations in docs/jsonlogic.md, in the column that is theirs."""
    page = (Path(__file__).parent.parent.parent / "docs/jsonlogic.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(.+?)` \| `(\{.*?\})` \| `(.+?)`.*? \| .+? \|$", page, re.MULTILINE)
    assert len(rows) > 45
    found = oracle.answers((json.loads(rule), [json.loads(data)]) for rule, data, _ in rows)
    for (rule, data, said), (theirs,) in zip(rows, found, strict=True):
        assert same(theirs, json.loads(said)), (rule, data, said, theirs)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("all", {"evaluate": lambda members, work, _: all(work(member) for member in members)}),
        ("filter", {"evaluate": lambda members, work, _: [m for m in members if work(m) is True]}),
        ("reduce", {"evaluate": _fold_from_the_right}),
    ],
)
def test_a_mistake_in_an_iterator_is_seen(
    name: str, changes: dict[str, Any], oracle: JsonLogicJs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also one that every reading of ours would share."""
    mutant = dataclasses.replace(ITERATORS[name], **changes)
    monkeypatch.setattr(parse, "FORMS", {**parse.FORMS, name: of_iterator(mutant)})
    using = [case for case in cases(seed=3, rules=800, each=1) if name in case.operators]
    assert compared(using, oracle).differences


@pytest.mark.parametrize(
    ("name", "evaluate"),
    [
        ("%", lambda a, b: None if b == 0 else a % b),
        ("substr", lambda text, start, length=None: text[int(start) :][: None if length is None else int(length)]),
        ("cat", lambda *values: "".join(map(str, values))),
        ("in", lambda needle, hay: needle in hay[:1]),
        ("max", lambda *values: values[0]),
    ],
)
def test_a_mistake_in_an_operator_is_seen(
    name: str, evaluate: Any, oracle: JsonLogicJs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as the answer that Python itself would give."""
    table = tuple(dataclasses.replace(operator, evaluate=evaluate) for operator in parse.TABLE[name])
    monkeypatch.setattr(parse, "TABLE", {**parse.TABLE, name: table})
    using = [case for case in cases(seed=3, rules=1500, each=1) if name in case.operators]
    assert compared(using, oracle).differences
