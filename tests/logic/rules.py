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
from engine.logic.types import BOOLEAN, NUMBER, STRING, TIME
from engine.times import UNITS, canonical_time

NUMBERS, BOOLEANS, STRINGS, TIMES = ("n0", "n1", "n2"), ("b0", "b1"), ("s0", "s1"), ("t0", "t1")
PARAMETERS: dict[str, Any] = {"p": 2.5, "q": True, "r": "ab"}
_TYPED = {NUMBERS: NUMBER, BOOLEANS: BOOLEAN, STRINGS: STRING, TIMES: TIME}
FEATURES = {name: type_ for names, type_ in _TYPED.items() for name in names}
SCOPE = Scope(TypedNames(FEATURES), TypedNames({"p": NUMBER, "q": BOOLEAN, "r": STRING}))

Rule = Any
NAMES = tuple(FEATURES)

number_values = st.one_of(
    st.integers(-3, 3),
    st.sampled_from([0.0, -0.0, 0.1, 0.5, -2.5, 1e308, -1e308, 5e-324, 2**53, -(2**53)]),
    st.floats(allow_nan=False, allow_infinity=False),
)
string_values = st.sampled_from(["", "a", "ab", "b", "0", "\ue000", "\U0001f600", 'it\'s "quoted"\n{x}', "2024-02-29"])
time_texts = st.sampled_from(
    ["2024-02-29", "2026-11-23", "0001-01-01", "9999-12-31T23:59:59.999999Z", "2026-11-23T00:30:00+01:00"]
)
time_values = time_texts.map(canonical_time)
"""As a record holds them."""


def _var(names: tuple[str, ...]) -> st.SearchStrategy[Rule]:
    return st.sampled_from(names).map(lambda name: {"var": name})


def _call(name: str, *operands: st.SearchStrategy[Rule]) -> st.SearchStrategy[Rule]:
    return st.tuples(*operands).map(lambda args: {name: list(args)})


def _many(name: str, operand: st.SearchStrategy[Rule], least: int = 1) -> st.SearchStrategy[Rule]:
    return st.lists(operand, min_size=least, max_size=4).map(lambda args: {name: args})


Kinds = dict[str, Any]
"""Type of the result to a strategy for rules that give it."""


def _over(kinds: Kinds) -> dict[str, dict[str, list[Any]]]:
    """Every operator over operands of the given kinds: type of the result -> name -> ways to call it."""
    numbers, booleans, strings, times = (kinds[name] for name in ("number", "boolean", "string", "time"))
    scalars = (numbers, booleans, strings, times)
    one = st.one_of(*kinds.values())
    chosen = _call("if", _var(BOOLEANS), _var(NUMBERS))
    passed_on = st.one_of(_var(NAMES), chosen, _call("<", _var(NUMBERS), number_values))
    amounts = st.integers(-40, 40)
    names = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3)
    apart = st.sampled_from(["\ue000", "\U0001f600"])  # UTF-16 orders them otherwise than code points do
    ordered = {sign: [_call(sign, kind, kind) for kind in (numbers, strings, times)] for sign in ("<", "<=", ">", ">=")}
    for sign in ("<", "<="):
        ordered[sign] += [_call(sign, kind, kind, kind) for kind in (numbers, strings)]
    ordered["between"] = [_call("between", kind, kind, kind) for kind in (numbers, strings, times)]
    for sign, others in (("<", 1), ("<=", 1), (">", 1), (">=", 1), ("between", 2)):
        ordered[sign].append(_call(sign, *[apart] * (others + 1)))
    for sign in ("<", ">=", "between"):
        ordered[sign].append(_call(sign, _var(TIMES), *[time_texts] * (2 if sign == "between" else 1)))
    equal = {
        sign: [*(_call(sign, kind, kind) for kind in scalars), _call(sign, passed_on, st.none())]
        for sign in ("==", "!=")
    }
    listed = [_call("in", kind, st.lists(kind, max_size=4)) for kind in scalars]
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
        "time": {
            "time": [_call("time", st.one_of(_var(STRINGS), times, time_texts))],
            "shift": [
                _call("shift", times, shifts, st.just(unit)) for unit in UNITS for shifts in (_var(NUMBERS), amounts)
            ],
            **_passing(times, one),
        },
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
    times = st.one_of(_var(TIMES), _call("time", time_texts))
    return {
        "number": numbers,
        "boolean": booleans,
        "string": strings,
        "time": times,
        "list": st.just({"missing": ["n0"]}),
    }


def rules(depth: int = 3) -> st.SearchStrategy[Rule]:
    """Rules of any type, up to `depth` operators deep."""
    kinds = _leaves()
    for _ in range(depth):
        calls = _over(kinds)
        ways = {kind: [way for found in by_name.values() for way in found] for kind, by_name in calls.items()}
        kinds = {kind: st.one_of(leaf, *ways[kind]) for kind, leaf in kinds.items()}
    return st.one_of(*kinds.values())


def uses_of(name: str) -> st.SearchStrategy[Rule]:
    """Calls of one operator over leaves."""
    calls = _over(_leaves())
    return st.one_of(*(way for by_name in calls.values() for way in by_name.get(name, [])))


def records() -> st.SearchStrategy[dict[str, Any]]:
    """Records in which any feature may be null or left out."""
    kinds = {NUMBERS: number_values, BOOLEANS: st.booleans(), STRINGS: string_values, TIMES: time_values}
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
