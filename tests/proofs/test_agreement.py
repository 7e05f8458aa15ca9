"""The formula of a condition, with a record put into it, says what the explanation says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import z3
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from engine.features import Catalogue, Feature
from engine.logic import formula
from engine.logic.formula import arithmetic, boolean, comparison, lookup, membership, presence
from engine.logic.formula.terms import Term, Token, Truth
from engine.logic.operators import TABLE
from engine.logic.operators.iterators import ITERATORS
from tests.logic.rules import PARAMETERS, explained, records, rules, same, typed, uses_of
from tests.proofs.names import CATALOGUE
from tests.proofs.substitution import Substituted

WITH_FORMULA = sorted(name for name, meanings in TABLE.items() if any(o.formula for o in meanings) and name != "lookup")
BEYOND = frozenset({*ITERATORS, *(name for name, meanings in TABLE.items() if not all(o.formula for o in meanings))})
"""Operators that formulas do not say."""
QUICK = {
    "deadline": None,
    "database": None,
    "derandomize": True,
    "phases": [Phase.generate],
    "suppress_health_check": list(HealthCheck),
}


def agree(rule: Any, each: list[dict[str, Any]]) -> int:
    """How many records were compared: none where part of the rule is beyond formulas."""
    expression = typed(rule)
    substituted = Substituted(expression, CATALOGUE, PARAMETERS)
    if substituted.beyond or isinstance(substituted.term.value, Token):
        return 0
    for record in each:
        expected, found = explained(expression, record), substituted.value(record)
        assert same(expected, found), f"{rule} over {record}: explained {expected!r}, formula {found!r}"
    return len(each)


def compared(drawn: Any, examples: int, each: int) -> int:
    """Pairs of a random rule and a random record that were compared."""
    pairs = 0

    @settings(max_examples=examples, **QUICK)  # type: ignore[arg-type]
    @given(drawn, st.lists(records(), min_size=each, max_size=each))
    def compare(rule: Any, some: list[dict[str, Any]]) -> None:
        nonlocal pairs
        pairs += agree(rule, some)

    compare()
    return pairs


def test_readings_agree() -> None:
    """Random rules of any type."""
    assert compared(rules(depth=2, without=BEYOND), examples=60, each=5) > 50


@pytest.mark.parametrize("name", WITH_FORMULA)
def test_each_operator_agrees(name: str) -> None:
    """Every operator that has a formula, over leaves; for some operands it can say something."""
    assert compared(uses_of(name), examples=6, each=4) > 0 or name == "%"


@pytest.mark.parametrize("divisor", [-7, -2, -1, 1, 2, 3, 10])
def test_remainders_of_whole_numbers_agree(divisor: int) -> None:
    """Which `%` is exact for; the random features are no whole numbers."""
    whole = Catalogue([Feature("n0", "integer", "n0", "n0", "test", low=-20, high=20)])
    expression = typed({"%": [{"var": "n0"}, divisor]})
    substituted = Substituted(expression, whole, {})
    assert not substituted.beyond
    for value in range(-20, 21):
        assert substituted.value({"n0": value}) == explained(expression, {"n0": value})


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_readings_agree_for_long() -> None:
    """Deeper rules."""
    assert compared(rules(depth=3, without=BEYOND), examples=500, each=10) > 1000


def _negated(original: Callable[..., Any]) -> Callable[..., Any]:
    """The formula with its answer turned round."""

    def mutant(*operands: Any) -> Any:
        made = original(*operands)
        if isinstance(made, Term) and isinstance(made.value, Truth):
            return Term(Truth(z3.Not(made.value.formula)), made.known)
        return Truth(z3.Not(made.formula)) if isinstance(made, Truth) else made

    return mutant


def _known(original: Callable[..., Any]) -> Callable[..., Any]:
    """The formula that is always known."""

    def mutant(*operands: Any) -> Any:
        made = original(*operands)
        return Term(made.value, z3.BoolVal(True)) if isinstance(made, Term) else made

    return mutant


_ADD, _SUBTRACT = arithmetic.add, arithmetic.subtract


def _var(name: str) -> dict[str, str]:
    return {"var": name}


N0, N1, B0, B1 = (_var(name) for name in ("n0", "n1", "b0", "b1"))
MUTANTS: list[tuple[Any, Any, str, Any]] = [
    ({"<": [N0, 2]}, comparison, "less", comparison.at_most),
    ({"<=": [N0, 2]}, comparison, "at_most", comparison.less),
    ({">": [N0, 2]}, comparison, "greater", comparison.at_least),
    ({">=": [N0, 2]}, comparison, "at_least", comparison.greater),
    ({"==": [N0, 2]}, comparison, "same", comparison.differs),
    ({"!=": [N0, 2]}, comparison, "differs", comparison.same),
    ({"==": [N0, None]}, comparison, "is_null", comparison.is_not_null),
    ({"!=": [N0, None]}, comparison, "is_not_null", _negated(comparison.is_not_null)),
    ({"between": [N0, 1, 2]}, comparison, "within", lambda value, low, _: comparison.at_least(value, low)),
    ({"and": [B0, B1]}, boolean, "kleene_and", _known(boolean.kleene_and)),
    ({"and": [B0, B1]}, boolean, "kleene_and", boolean.kleene_or),
    ({"and": [N0, N1]}, boolean, "value_and", boolean.value_or),
    ({"or": [B0, B1]}, boolean, "kleene_or", _known(boolean.kleene_or)),
    ({"or": [N0, N1]}, boolean, "value_or", boolean.value_and),
    ({"!": [B0]}, boolean, "negation", boolean.truthy),
    ({"!!": [N0]}, boolean, "truthy", boolean.negation),
    ({"if": [B0, N0, N1]}, boolean, "if_", _known(boolean.if_)),
    ({"in": [N0, [2, N1]]}, membership, "in_list", _known(membership.in_list)),
    ({"in": [N0, [2, N1]]}, membership, "in_list", _negated(membership.in_list)),
    ({"+": [N0, N1]}, arithmetic, "add", lambda *values: _ADD(*values[:1])),
    ({"-": [N0, N1]}, arithmetic, "subtract", lambda *values: _SUBTRACT(*values[::-1])),
    ({"*": [N0, N1]}, arithmetic, "multiply", arithmetic.add),
    ({"/": [N0, N1]}, arithmetic, "divide", _known(arithmetic.divide)),
    ({"min": [N0, N1]}, arithmetic, "least", arithmetic.greatest),
    ({"max": [N0, N1]}, arithmetic, "greatest", arithmetic.least),
    ({"missing": ["n0", "s0"]}, presence, "missing", lambda absent: type(absent)(())),
    ({"missing_some": [1, ["n0", "n1"]]}, presence, "missing_some", lambda _need, _total, absent: absent),
    ({"present": ["n0", "s0"]}, presence, "present", boolean.truthy),
]
ON_THE_EDGE = [
    {"n0": n0, "n1": n1, "b0": b0, "b1": b1, "s0": ""}
    for n0, n1 in [(1, 2), (2, 1), (2, 0), (0, 0), (3, 7.5), (2, None), (3, None), (None, 2), (None, None)]
    for b0, b1 in [(True, False), (None, False), (True, None)]
]


@pytest.mark.parametrize(
    ("rule", "family", "function", "mutant"), MUTANTS, ids=lambda value: getattr(value, "__name__", str(value))[:40]
)
def test_a_mutant_is_caught(
    rule: Any, family: Any, function: str, mutant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change planted in one formula is seen by comparing it with the explanation."""
    assert agree(rule, ON_THE_EDGE)
    monkeypatch.setattr(family, function, mutant)
    with pytest.raises((AssertionError, AttributeError)):
        agree(rule, ON_THE_EDGE)


def test_every_formula_is_found() -> None:
    """An operator names its formula; each such name exists."""
    families = {m.__name__: m for m in (arithmetic, boolean, comparison, lookup, membership, presence)}
    for operator in (operator for meanings in TABLE.values() for operator in meanings if operator.formula):
        closure = dict(zip(operator.formula.__code__.co_freevars, operator.formula.__closure__, strict=True))  # type: ignore[union-attr]
        family, name = closure["family"].cell_contents, closure["name"].cell_contents
        assert hasattr(families[f"{formula.__name__}.{family}"], name)
