"""Random rules of JSONLogic over random data in which everything is there and of its type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.logic.grammar import Draw, Vocabulary, Way, Ways, ways_of

SCALARS = ("number", "boolean", "string")
TEXTS = ("", "a", "b", "ab", "abc", "Apple pie", "0", "12", 'it\'s "so"', "\ue000", "é", "a\U0001f600b")
PERSON = {"number": ("age",), "boolean": ("active",), "string": ("name", "home.city"), "strings": ("tags",)}


@dataclass(frozen=True, slots=True)
class Case:
    """A rule with several data, and the operators that it uses."""

    rule: Any
    data: list[Any]
    operators: frozenset[str]


def _number(random: Random) -> float:
    chance = random.random()
    if chance < 0.6:
        return random.randint(-5, 20)
    if chance < 0.9:
        return round(random.uniform(-100, 100), random.randint(1, 6))
    return random.choice((0.1, 0.2, 1e21, -1e-7, 1e300, 2**53, -(2**31), 1 / 3))


def _text(random: Random) -> str:
    return random.choice(TEXTS)


def _truth(random: Random) -> bool:
    return random.random() < 0.5


def _person(random: Random) -> dict[str, Any]:
    own = {"age": random.randint(0, 90), "active": _truth(random), "name": _text(random)}
    return {**own, "home": {"city": _text(random)}, "tags": _several(random, _text)}


def _several(random: Random, one: Any, least: int = 0) -> list[Any]:
    return [one(random) for _ in range(random.randint(least, 4))]


def data_of(random: Random) -> dict[str, Any]:
    """Nested data with a value of each kind at each name."""
    return {
        "n": _number(random),
        "s": _text(random),
        "b": _truth(random),
        "of": {"n": _number(random), "s": _text(random), "b": _truth(random)},
        "pair": [_number(random), _number(random)],
        "ns": _several(random, _number),
        "bs": _several(random, _truth),
        "ss": _several(random, _text),
        "people": _several(random, _person, least=1),
    }


VOCABULARY = Vocabulary(
    names={
        "number": ("n", "of.n", "pair.0", "pair.1", "people.0.age"),
        "boolean": ("b", "of.b", "people.0.active"),
        "string": ("s", "of.s", "people.0.home.city"),
        "numbers": ("ns", "pair"),
        "booleans": ("bs",),
        "strings": ("ss", "people.0.tags"),
        "people": ("people",),
    },
    constants={"number": _number, "boolean": _truth, "string": _text, "people": lambda _: []},
    parts={"person": PERSON},
    left_out="not.there",
    grows_slowly=True,
    asked=("n", "s", "of.s", "of.n", "of", "pair.1", "pair.2", "not.there", "people.0.name"),
)


def _over_people() -> Ways:
    """Iterators over a list of objects."""
    booleans = {name: [("people", "body:any:person")] for name in ("all", "none", "some")}
    ways: dict[str, dict[str, Sequence[Way]]] = {"boolean": dict(booleans), "people": {}}
    ways["people"]["filter"] = [("people", "body:any:person")]
    for kind in SCALARS:
        ways.setdefault(f"{kind}s", {})["map"] = [("people", f"body:{kind}:person")]
        ways.setdefault(kind, {})["reduce"] = [("people", f"fold:{kind}:person", kind)]
    return ways


def _ways() -> Ways:
    made = {kind: {name: list(ways) for name, ways in found.items()} for kind, found in _plain.items()}
    for kind, found in _over_people().items():
        for name, ways in found.items():
            made.setdefault(kind, {}).setdefault(name, []).extend(ways)
    return made


_plain = ways_of(SCALARS, ours=False)
WAYS = _ways()


def cases(seed: int, rules: int, each: int) -> list[Case]:
    """So many rules, each with so many data; the same for the same seed."""
    random = Random(seed)
    made = []
    for _ in range(rules):
        draw = Draw(random, WAYS, VOCABULARY)
        rule = draw.rule("any", random.choice((1, 2, 2, 3)))
        made.append(Case(rule, [data_of(random) for _ in range(each)], frozenset(draw.used)))
    return made
