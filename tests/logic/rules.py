"""Random well-typed rules, random records with unknowns, and the two readings of a rule side by side."""

from __future__ import annotations

from random import Random
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
from engine.logic.types import BOOLEAN, NUMBER, STRING, TIME, list_of
from engine.times import canonical_time
from tests.logic.grammar import Draw, Vocabulary, ways_of

NUMBERS, BOOLEANS, STRINGS, TIMES = ("n0", "n1", "n2"), ("b0", "b1"), ("s0", "s1"), ("t0", "t1")
PARAMETERS: dict[str, Any] = {"p": 2.5, "q": True, "r": "ab"}
_TYPED = {NUMBERS: NUMBER, BOOLEANS: BOOLEAN, STRINGS: STRING, TIMES: TIME}
FEATURES = {name: type_ for names, type_ in _TYPED.items() for name in names}
"""Features that are no lists."""
MEMBERS = {"ln": NUMBER, "lb": BOOLEAN, "ls": STRING, "lt": TIME}
"""Features that are lists, and what of."""
SCOPE = Scope(
    TypedNames(FEATURES | {name: list_of(member) for name, member in MEMBERS.items()}),
    TypedNames({"p": NUMBER, "q": BOOLEAN, "r": STRING}),
)

Rule = Any
NAMES = tuple(FEATURES)

NUMBER_CONSTANTS = (0.0, -0.0, 0.1, 0.5, -2.5, 1e308, -1e308, 5e-324, 2**53, -(2**53), 1e21, 1e-7, 123456.789)
STRING_CONSTANTS = (
    *("", "a", "ab", "b", "0", "\ue000", "\U0001f600", "a\U0001f600b", 'it\'s "quoted"\n{x}', "2024-02-29"),
    "__import__",
)
TIME_TEXTS = ("2024-02-29", "2026-11-23", "0001-01-01", "9999-12-31T23:59:59.999999Z", "2026-11-23T00:30:00+01:00")

number_values = st.one_of(
    st.integers(-3, 3),
    st.sampled_from(NUMBER_CONSTANTS),
    st.floats(allow_nan=False, allow_infinity=False),
)
string_values = st.sampled_from(STRING_CONSTANTS)
time_values = st.sampled_from([canonical_time(text) for text in TIME_TEXTS])
"""As a record holds them."""
_CONSTANTS: dict[Any, Any] = {
    NUMBER: (*NUMBER_CONSTANTS, -1, 1, 2, 3),
    BOOLEAN: (True, False),
    STRING: STRING_CONSTANTS,
    TIME: [canonical_time(text) for text in TIME_TEXTS],
}
_VALUES = {NUMBER: number_values, BOOLEAN: st.booleans(), STRING: string_values, TIME: time_values}


def _number(random: Random) -> float:
    return random.choice(NUMBER_CONSTANTS) if random.random() < 0.3 else random.randint(-3, 3)


VOCABULARY = Vocabulary(
    names={
        "number": (*NUMBERS, "ln.0", "ln.2"),
        "boolean": BOOLEANS,
        "string": (*STRINGS, "ls.1"),
        "time": TIMES,
        **{f"{type_.name}s": (name,) for name, type_ in MEMBERS.items()},
    },
    constants={
        "number": _number,
        "boolean": lambda random: random.random() < 0.5,
        "string": lambda random: random.choice(STRING_CONSTANTS),
        "time": lambda random: {"time": random.choice(TIME_TEXTS)},
    },
    anywhere={"number": ({"param": "p"},), "boolean": ({"param": "q"},), "string": ({"param": "r"},)},
    asked=(*FEATURES, *MEMBERS),
    time_texts=TIME_TEXTS,
    strings_with_times=STRINGS,
)
WAYS = ways_of(("number", "boolean", "string", "time"), ours=True)


def rules(depth: int = 3, *, without: frozenset[str] = frozenset()) -> st.SearchStrategy[Rule]:
    """Rules of any type over the names of `SCOPE`, up to `depth` operators deep; `without` leaves operators out."""
    ways = {
        kind: {name: found for name, found in by_name.items() if name not in without} for kind, by_name in WAYS.items()
    }
    return st.randoms(use_true_random=False).map(lambda random: Draw(random, ways, VOCABULARY).rule("any", depth))


def uses_of(name: str) -> st.SearchStrategy[Rule]:
    """Calls of one operator over leaves."""
    return st.randoms(use_true_random=False).map(lambda random: Draw(random, WAYS, VOCABULARY).use(name))


def records() -> st.SearchStrategy[dict[str, Any]]:
    """Records in which any feature, and any member of a list, may be null, and any feature left out."""
    fields = {name: st.one_of(st.none(), _VALUES[type_]) for name, type_ in FEATURES.items()}
    for name, member in MEMBERS.items():
        members = st.lists(_VALUES[member], max_size=4)
        holed = st.lists(st.one_of(st.none(), _VALUES[member]), max_size=4)
        fields[name] = st.one_of(st.none(), members.map(tuple), holed.map(tuple))
    return st.fixed_dictionaries({}, optional=fields)


def many_records(random: Random, count: int) -> list[dict[str, Any]]:
    """Records as `records` gives them, faster and from fewer values."""
    return [_record(random) for _ in range(count)]


def _record(random: Random) -> dict[str, Any]:
    def value(type_: Any) -> Any:
        return None if random.random() < 0.15 else random.choice(_CONSTANTS[type_])

    known = {name: value(type_) for name, type_ in FEATURES.items() if random.random() < 0.85}
    for name, member in MEMBERS.items():
        if random.random() < 0.85:
            known[name] = tuple(value(member) for _ in range(random.randint(0, 4)))
    return known


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
    return compiled("condition", "get", [*lowering.lines, f"return {atom.code}"], lowering.constants)


def explained(expression: Expression, record: dict[str, Any]) -> Any:
    """The value by the explanation reading."""
    return explain(expression, record, PARAMETERS).value


def same(a: Any, b: Any) -> bool:
    """Equal, and of one kind: 1 and 1.0 are the same number, True and 1 are not the same value, tuples are lists."""
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    return bool(a == b)
