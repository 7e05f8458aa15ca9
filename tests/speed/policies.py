"""Random policies of conditions that fit the index, that nearly do, and that do not; records at their thresholds."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from engine.features import Catalogue, Feature
from engine.policy import CompiledPolicy, read_policy, shipped_reasons

Condition = dict[str, Any]
Record = dict[str, Any]
COLOURS = ("red", "green", "blue")
THRESHOLDS = (-2, -0.5, 0.0, 0.25, 0.5, 1, 2.5)
AROUND = (-3.0, -2, -0.75, -0.5, -0.0, 0, 0.1, 0.25, 0.30000000000000004, 0.5, 1, 1.0, 2.5, 3)
TEXTS = ("DE", "FR", "", 'it\'s "quoted"\n{x}')


def _feature(name: str, kind: Any, low: float = -3, high: float = 3, values: tuple[str, ...] = ()) -> Feature:
    return Feature(name, kind, name, name, "test", "", float(low), float(high), values)


CATALOGUE = Catalogue(
    [
        *(_feature(name, "number") for name in ("n.0", "n.1", "n.2")),
        *(_feature(name, "integer") for name in ("i.0", "i.1")),
        *(_feature(name, "boolean") for name in ("b.0", "b.1")),
        *(_feature(name, "enum", values=COLOURS) for name in ("e.0", "e.1")),
        _feature("s.0", "string"),
        Feature("n.free", "number", "free", "free", "test"),
    ]
)
NUMBERS = ("n.0", "n.1", "n.2", "i.0", "i.1", "n.free")
PARAMETERS = {"p": {"value": 0.5, "range": [-1, 1]}, "q": {"value": 1, "range": [-1, 2]}}
STRATEGIES: dict[str, Any] = {"standard": {}, "other": {"p": -0.5, "q": 2}}

_value = {
    "number": st.sampled_from(AROUND),
    "integer": st.integers(-3, 3),
    "boolean": st.booleans(),
    "enum": st.sampled_from(COLOURS),
    "string": st.sampled_from(TEXTS),
}


def _var(*names: str) -> st.SearchStrategy[Condition]:
    return st.sampled_from(names).map(lambda name: {"var": name})


def _calls(names: list[str], *operands: st.SearchStrategy[Any]) -> st.SearchStrategy[Condition]:
    return st.tuples(st.sampled_from(names), *operands).map(lambda drawn: {drawn[0]: list(drawn[1:])})


def _atoms() -> st.SearchStrategy[Condition]:
    """Conditions over one feature."""
    bound: st.SearchStrategy[Any] = st.one_of(
        st.sampled_from(THRESHOLDS), st.just({"param": "p"}), st.just({"+": [{"param": "p"}, {"param": "q"}]})
    )
    number, order = _var(*NUMBERS), ["<", "<=", ">", ">="]
    low, high = st.sampled_from(THRESHOLDS[:4]), st.sampled_from(THRESHOLDS[4:])
    colours, texts = st.lists(st.sampled_from(COLOURS), min_size=1, max_size=2), st.sampled_from(TEXTS)
    return st.one_of(
        _calls(order, number, bound),
        _calls(order, bound, number),
        _calls(["<", "<="], low, number, high),
        _calls(["==", "!="], _var("n.0", "n.1", "n.free"), bound),
        _calls(["in"], number, st.lists(st.sampled_from((-1, 0, 1, 2)), min_size=1, max_size=3)),
        _var("b.0", "b.1"),
        _calls(["!", "!!"], _var("b.0", "b.1")),
        _calls(["==", "!="], _var("e.0", "e.1"), st.sampled_from(COLOURS)),
        _calls(["in"], _var("e.0", "e.1"), colours),
        _calls(["==", "!="], _var("s.0"), texts),
        _calls(["in"], _var("s.0"), st.lists(texts, min_size=1, max_size=2)),
    )


def _misfits() -> st.SearchStrategy[Condition]:
    """What the index has to leave to the code that asks rule by rule."""
    number = _var(*NUMBERS)
    return st.one_of(
        _calls(["<", ">=", "=="], number, number),
        _calls([">"], _calls(["/", "%", "-"], number, number), st.sampled_from(THRESHOLDS)),
        _calls(["in"], st.just("D"), _var("s.0")),
        _calls(["<"], _var("s.0"), st.just("E")),
        st.tuples(_var("b.0"), _var("b.1")).map(lambda both: {"if": [both[0], both[1]]}),
    )


def _grown(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    several = st.lists(inner, min_size=2, max_size=4)
    joined = st.tuples(st.sampled_from(["and", "or"]), several).map(lambda drawn: {drawn[0]: drawn[1]})
    return st.one_of(inner, joined, inner.map(lambda condition: {"!": condition}))


conditions = st.one_of(_atoms(), _grown(_atoms()), _grown(_grown(st.one_of(_atoms(), _misfits()))))
rules = st.tuples(conditions, st.sampled_from(["accept", "review", "reject", None]))


def text_of(drawn: list[tuple[Condition, str | None]], requires: list[str]) -> str:
    """A policy's file of these rules. JSON is YAML."""
    written = [
        {"id": f"r{number}", "when": when, "reason": "R834" if then else "I834"} | ({"then": then} if then else {})
        for number, (when, then) in enumerate(drawn)
    ]
    content = {"parameters": PARAMETERS, "strategies": STRATEGIES, "requires": requires, "rules": written}
    return json.dumps({"policy": "random", "otherwise": "accept", **content}, ensure_ascii=False)


def policy_of(text: str) -> CompiledPolicy:
    """The policy; raises `Refused` where a drawn rule is no good."""
    return read_policy(text, source="random.yaml", catalogue=CATALOGUE, reasons=shipped_reasons())


def records(names: frozenset[str]) -> st.SearchStrategy[Record]:
    """Records of these features, in half of which something is null or left out."""
    known = {name: _value[CATALOGUE[name].type] for name in sorted(names)}
    some = st.fixed_dictionaries({}, optional={name: st.one_of(value, st.none()) for name, value in known.items()})
    return st.one_of(st.fixed_dictionaries(known), some)
