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
from tests.logic.rules import PARAMETERS, explained, records, rules, same, typed, uses_of
from tests.proofs.names import CATALOGUE
from tests.proofs.substitution import Substituted

WITH_FORMULA = sorted(name for name, meanings in TABLE.items() if any(o.formula for o in meanings) and name != "lookup")
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
    assert compared(rules(), examples=60, each=6) > 100


@pytest.mark.parametrize("name", WITH_FORMULA)
def test_each_operator_agrees(name: str) -> None:
    """Every operator that has a formula, over leaves; for some operands it can say something."""
    assert compared(uses_of(name), examples=12, each=4) > 0 or name == "%"


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
    assert compared(rules(depth=4), examples=500, each=10) > 1000


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
MUTANTS: list[tuple[str, Any, str, Any]] = [
    ("<", comparison, "less", comparison.at_most),
    ("<=", comparison, "at_most", comparison.less),
    (">", comparison, "greater", comparison.at_least),
    (">=", comparison, "at_least", comparison.greater),
    ("==", comparison, "same", comparison.differs),
    ("!=", comparison, "differs", comparison.same),
    ("==", comparison, "is_null", comparison.is_not_null),
    ("!=", comparison, "is_not_null", _negated(comparison.is_not_null)),
    ("between", comparison, "within", lambda value, low, _: comparison.at_least(value, low)),
    ("and", boolean, "kleene_and", _known(boolean.kleene_and)),
    ("and", boolean, "kleene_and", boolean.kleene_or),
    ("and", boolean, "value_and", boolean.value_or),
    ("or", boolean, "kleene_or", _known(boolean.kleene_or)),
    ("or", boolean, "value_or", boolean.value_and),
    ("!", boolean, "negation", boolean.truthy),
    ("!!", boolean, "truthy", boolean.negation),
    ("if", boolean, "if_", _known(boolean.if_)),
    ("in", membership, "in_list", _known(membership.in_list)),
    ("in", membership, "in_list", _negated(membership.in_list)),
    ("+", arithmetic, "add", lambda *values: _ADD(*values[:1])),
    ("-", arithmetic, "subtract", lambda *values: _SUBTRACT(*values[::-1])),
    ("*", arithmetic, "multiply", arithmetic.add),
    ("/", arithmetic, "divide", _known(arithmetic.divide)),
    ("min", arithmetic, "least", arithmetic.greatest),
    ("max", arithmetic, "greatest", arithmetic.least),
    ("missing", presence, "missing", lambda absent: type(absent)(())),
    ("missing_some", presence, "missing_some", lambda _need, _total, absent: absent),
]


@pytest.mark.parametrize(("name", "family", "function", "mutant"), MUTANTS)
def test_a_mutant_is_caught(
    name: str, family: Any, function: str, mutant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change planted in one formula is seen by comparing it with the explanation."""
    monkeypatch.setattr(family, function, mutant)
    with pytest.raises((AssertionError, AttributeError, IndexError, z3.Z3Exception)):
        compared(uses_of(name), examples=150, each=6)


def test_every_formula_is_found() -> None:
    """An operator names its formula; each such name exists."""
    families = {m.__name__: m for m in (arithmetic, boolean, comparison, lookup, membership, presence)}
    for operator in (operator for meanings in TABLE.values() for operator in meanings if operator.formula):
        closure = dict(zip(operator.formula.__code__.co_freevars, operator.formula.__closure__, strict=True))  # type: ignore[union-attr]
        family, name = closure["family"].cell_contents, closure["name"].cell_contents
        assert hasattr(families[f"{formula.__name__}.{family}"], name)
