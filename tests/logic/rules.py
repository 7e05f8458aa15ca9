"""Random well-typed rules, random records with unknowns, and the two readings of a rule side by side."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from engine.diagnostics import Location
from engine.logic.explain import explain
from engine.logic.lowering import Lowering, compiled
from engine.logic.mistakes import Mistakes
from engine.logic.parse import read_condition
from engine.logic.scope import Scope, TypedNames
from engine.logic.strict_json import to_node
from engine.logic.tree import Expression
from engine.logic.types import BOOLEAN, NUMBER, STRING

NUMBERS, BOOLEANS, STRINGS = ("n0", "n1", "n2"), ("b0", "b1"), ("s0", "s1")
PARAMETERS: dict[str, Any] = {"p": 2.5, "q": True, "r": "ab"}
FEATURES = {**dict.fromkeys(NUMBERS, NUMBER), **dict.fromkeys(BOOLEANS, BOOLEAN), **dict.fromkeys(STRINGS, STRING)}
SCOPE = Scope(TypedNames(FEATURES), TypedNames({"p": NUMBER, "q": BOOLEAN, "r": STRING}))

Rule = Any
NAMES = (*NUMBERS, *BOOLEANS, *STRINGS)

number_values = st.one_of(
    st.integers(-3, 3),
    st.sampled_from([0.0, -0.0, 0.1, 0.5, -2.5, 1e308, -1e308, 5e-324, 2**53, -(2**53)]),
    st.floats(allow_nan=False, allow_infinity=False),
)
string_values = st.sampled_from(["", "a", "ab", "b", "0", "\ue000", "\U0001f600", 'it\'s "quoted"\n{x}', "__import__"])


def _var(names: tuple[str, ...]) -> st.SearchStrategy[Rule]:
    return st.sampled_from(names).map(lambda name: {"var": name})


def _call(name: str, *operands: st.SearchStrategy[Rule]) -> st.SearchStrategy[Rule]:
    return st.tuples(*operands).map(lambda args: {name: list(args)})


def _many(name: str, operand: st.SearchStrategy[Rule], least: int = 1) -> st.SearchStrategy[Rule]:
    return st.lists(operand, min_size=least, max_size=4).map(lambda args: {name: args})


Kinds = tuple[Any, Any, Any, Any]
"""Strategies for rules that give numbers, booleans, strings and lists."""


def _over(kinds: Kinds) -> dict[str, dict[str, list[Any]]]:
    """Every operator over operands of the given kinds: type of the result -> name -> ways to call it."""
    numbers, booleans, strings, lists = kinds
    one = st.one_of(numbers, booleans, strings, lists)
    chosen = _call("if", _var(BOOLEANS), _var(NUMBERS))
    passed_on = st.one_of(_var(NAMES), chosen, _call("<", _var(NUMBERS), number_values))
    names = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3)
    ordered = {sign: [_call(sign, kind, kind) for kind in (numbers, strings)] for sign in ("<", "<=", ">", ">=")}
    for sign in ("<", "<="):
        ordered[sign] += [_call(sign, kind, kind, kind) for kind in (numbers, strings)]
    equal = {
        sign: [*(_call(sign, kind, kind) for kind in (numbers, booleans, strings)), _call(sign, passed_on, st.none())]
        for sign in ("==", "!=")
    }
    listed = [_call("in", kind, st.lists(kind, max_size=4)) for kind in (numbers, booleans, strings)]
    return {
        "number": {
            **{sign: [_many(sign, numbers)] for sign in ("+", "*", "min", "max")},
            **{sign: [_call(sign, numbers, numbers)] for sign in ("/", "%")},
            "-": [_call("-", numbers), _call("-", numbers, numbers)],
            **_passing(numbers, one),
        },
        "boolean": {
            **ordered,
            **equal,
            "in": [*listed, _call("in", strings, strings)],
            "!": [_call("!", one)],
            "!!": [_call("!!", one)],
            **_passing(booleans, one),
        },
        "string": _passing(strings, one),
        "list": {
            "missing": [names.map(lambda n: {"missing": n})],
            "missing_some": [st.tuples(st.integers(0, 3), names).map(lambda args: {"missing_some": list(args)})],
        },
    }


def _passing(kind: Any, test: Any) -> dict[str, list[Any]]:
    """Operators that answer one of their operands."""
    chosen = [_call("if", test, kind, kind), _call("if", test, kind), _call("if", test, kind, test, kind, kind)]
    return {"if": chosen, "and": [_many("and", kind)], "or": [_many("or", kind)]}


def _leaves() -> Kinds:
    numbers = st.one_of(_var(NUMBERS), number_values, st.just({"param": "p"}), st.just({"var": ["n0", {"var": "n1"}]}))
    booleans = st.one_of(_var(BOOLEANS), st.booleans(), st.just({"param": "q"}))
    strings = st.one_of(_var(STRINGS), string_values, st.just({"param": "r"}))
    return numbers, booleans, strings, st.just({"missing": ["n0"]})


def rules(depth: int = 3) -> st.SearchStrategy[Rule]:
    """Rules of any type, up to `depth` operators deep."""
    kinds = _leaves()
    for _ in range(depth):
        calls = _over(kinds)
        ways = [[way for found in by_name.values() for way in found] for by_name in calls.values()]
        kinds = tuple(st.one_of(kind, *grown) for kind, grown in zip(kinds, ways, strict=True))  # type: ignore[assignment]
    return st.one_of(*kinds)


def uses_of(name: str) -> st.SearchStrategy[Rule]:
    """Calls of one operator over leaves."""
    calls = _over(_leaves())
    return st.one_of(*(way for by_name in calls.values() for way in by_name.get(name, [])))


def records() -> st.SearchStrategy[dict[str, Any]]:
    """Records in which any feature may be null or left out."""
    kinds = {NUMBERS: number_values, BOOLEANS: st.booleans(), STRINGS: string_values}
    fields = {name: st.one_of(st.none(), kind) for names, kind in kinds.items() for name in names}
    return st.fixed_dictionaries({}, optional=fields)


def typed(rule: Rule) -> Expression:
    """The typed tree of a rule that has no mistake."""
    mistakes = Mistakes()
    expression = read_condition(to_node(rule, Location("rule")), SCOPE, mistakes)
    assert not mistakes.found, (rule, mistakes.found)
    return expression


def generated(expression: Expression) -> Any:
    """The function of a condition alone: takes a record's `get`, gives the value."""
    lowering = Lowering(PARAMETERS)
    atom = lowering.lower(expression)
    return compiled("condition", "get", [*lowering.lines, f"return {atom.code}"])


def explained(expression: Expression, record: dict[str, Any]) -> Any:
    """The value by the explanation reading."""
    return explain(expression, record, PARAMETERS).value


def same(a: Any, b: Any) -> bool:
    """Equal, and of one kind: 1 and 1.0 are the same number, True and 1 are not the same value."""
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    return bool(a == b)
