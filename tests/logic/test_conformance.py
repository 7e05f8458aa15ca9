"""What each operator answers, written by hand. A mistake that all readings share is only seen here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.diagnostics import Location
from engine.logic.answer import _as_javascript, answer_line
from engine.logic.data import Data
from engine.logic.lowering import Lowering, compiled
from engine.logic.mistakes import Mistakes
from engine.logic.operators import TABLE
from engine.logic.operators.iterators import ITERATORS
from engine.logic.parse import read_condition
from engine.logic.reader import ALIASES
from engine.logic.scope import Scope, TypedNames
from engine.logic.strict_json import read_json, to_node

GROUPS: dict[str, list[dict[str, Any]]] = yaml.safe_load(Path(__file__).with_name("conformance.yaml").read_text())
CASES: list[Any] = [
    pytest.param(case, id=f"{name}-{i}") for name, cases in GROUPS.items() for i, case in enumerate(cases)
]


@pytest.mark.parametrize("case", CASES)
def test_the_explanation_answers(case: dict[str, Any]) -> None:
    """`policy eval` speaks by the explanation reading."""
    found = answer_line(json.dumps({"rule": case["rule"], "data": case.get("data", {})}))
    if "error" in case:
        assert found.get("error", {}).get("code") == case["error"]
    else:
        expected = {key: case[key] for key in ("result", "unknown") if key in case}
        assert found == expected
        assert isinstance(found.get("result"), bool) == isinstance(case.get("result"), bool)


@pytest.mark.parametrize("case", [c for c in CASES if "error" not in c.values[0]])
def test_the_generated_code_answers(case: dict[str, Any]) -> None:
    """The same of generated Python; unknown is None."""
    found, expected = generated_answer(case), case.get("result")
    assert found == expected
    assert isinstance(found, bool) == isinstance(expected, bool)


def generated_answer(case: dict[str, Any]) -> Any:
    """What the generated Python of a case's rule gives for its data."""
    data, mistakes = Data(read_json(json.dumps(case.get("data", {})))), Mistakes()
    rule = to_node(read_json(json.dumps(case["rule"])), Location("rule"))
    condition = read_condition(rule, Scope(data, TypedNames({})), mistakes)
    lowering = Lowering({})
    atom = lowering.lower(condition)
    return _as_javascript(compiled("condition", "get", [*lowering.lines, f"return {atom.code}"])(data.get))


@pytest.mark.parametrize("name", [*TABLE, *ITERATORS, *ALIASES])
def test_every_operator_has_cases(name: str) -> None:
    """Each has a case that ends in a value and, but for those that are never unknown, one that ends unknown."""
    cases = GROUPS.get(name, [])
    assert any("result" in case for case in cases)
    assert name.startswith(("missing", "present")) or any("unknown" in case for case in cases)
