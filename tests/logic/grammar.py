"""A grammar of well-typed rules: every operator with the operands that it takes, and rules drawn from it at random.

Kinds are `number`, `boolean`, `string`, `time`, and with an `s` lists of them. Other operands are words, which `_drawn`
explains.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

Rule = Any
Way = tuple[str, ...]
"""The operands of one way to call an operator."""

Ways = Mapping[str, Mapping[str, Sequence[Way]]]
"""Kind of the result -> operator -> ways to call it."""

MAX_ITERATORS, MAX_NESTED = 8, 3
"""Of a rule; below the bounds of the language."""


def ways_of(scalars: Sequence[str], *, ours: bool) -> Ways:
    """Every operator over these kinds; `ours` adds what JSONLogic does not have or answers otherwise on odd data."""
    made: dict[str, dict[str, list[Way]]] = {}
    ordered = [kind for kind in ("number", "string", "time") if kind in scalars]
    for result, name, way in (
        *_arithmetic(),
        *_comparisons(scalars, ordered),
        *_truth(scalars),
        *_lists(scalars),
        *_texts(),
        *(_own(scalars, ordered) if ours else ()),
    ):
        made.setdefault(result, {}).setdefault(name, []).append(way)
    return made


Entries = Iterable[tuple[str, str, Way]]


def _arithmetic() -> Entries:
    yield from (("number", sign, ("number*",)) for sign in ("+", "*", "min", "max"))
    yield from (("number", sign, ("number", "number")) for sign in ("-", "/", "%"))
    yield "number", "-", ("number",)


def _comparisons(scalars: Sequence[str], ordered: Sequence[str]) -> Entries:
    for kind in ordered:
        yield from (("boolean", sign, (kind, kind)) for sign in ("<", "<=", ">", ">="))
        if kind != "time":
            yield from (("boolean", sign, (kind, kind, kind)) for sign in ("<", "<="))
    yield from (("boolean", sign, ("apart", "apart")) for sign in ("<", "<=", ">", ">="))
    for kind in scalars:
        yield from (("boolean", sign, (kind, kind)) for sign in ("==", "!=", "===", "!=="))
        yield "boolean", "in", (kind, f"members:{kind}")
        yield "boolean", "in", (kind, f"{kind}s")
    yield "boolean", "in", ("string", "string")


def _truth(scalars: Sequence[str]) -> Entries:
    yield from (("boolean", name, ("any",)) for name in ("!", "!!"))
    for kind in (*scalars, *(f"{scalar}s" for scalar in scalars)):
        yield from ((kind, name, (f"{kind}*",)) for name in ("and", "or"))
        for name in ("if", "?:"):
            yield kind, name, ("any", kind, kind)
            yield kind, name, ("any", kind, "any", kind, kind)


def _lists(scalars: Sequence[str]) -> Entries:
    for kind in scalars:
        yield from (("boolean", name, (f"{kind}s", f"body:any:{kind}")) for name in ("all", "none", "some"))
        yield f"{kind}s", "filter", (f"{kind}s", f"body:any:{kind}")
        yield f"{kind}s", "merge", (f"{kind}s", kind, f"{kind}s")
        yield f"{kind}s", "merge", (f"{kind}s",)
        for other in scalars:
            yield f"{other}s", "map", (f"{kind}s", f"body:{other}:{kind}")
            yield other, "reduce", (f"{kind}s", f"fold:{other}:{kind}", other)
        yield f"{kind}s", "reduce", (f"{kind}s", f"fold:{kind}s:{kind}", f"{kind}s")
    yield "strings", "missing", ("names",)
    yield "strings", "missing_some", ("need", "names list")


def _texts() -> Entries:
    yield "string", "cat", ("string", "written", "string")
    yield "string", "cat", ("written",)
    yield "string", "substr", ("string", "place")
    yield "string", "substr", ("string", "place", "place")


def _own(scalars: Sequence[str], ordered: Sequence[str]) -> Entries:
    for kind in scalars:
        yield from ((kind, name, ("any", kind)) for name in ("if", "?:"))
    yield from (("boolean", "between", (kind, kind, kind)) for kind in ordered)
    yield "boolean", "between", ("apart", "apart", "apart")
    yield from (("number", sign, ("large", "large")) for sign in ("+", "*", "-"))
    yield from (("boolean", sign, ("passed", "null")) for sign in ("==", "!=", "==="))
    yield "boolean", "present", ("names",)
    yield from (("boolean", sign, ("a time", "time text")) for sign in ("<", ">=", "=="))
    yield "boolean", "between", ("a time", "time text", "time text")
    yield "time", "time", ("time or text",)
    yield "time", "shift", ("time", "amount", "unit")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What rules may name and hold."""

    names: Mapping[str, Sequence[str]]
    """Kind -> features."""
    constants: Mapping[str, Callable[[Random], Any]]
    """Scalar kind -> a random constant."""
    anywhere: Mapping[str, Sequence[Rule]] = field(default_factory=dict)
    """Kind -> rules that may also stand within iterators."""
    parts: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    """Kind of an object -> kind -> its parts."""
    left_out: str = ""
    """A name that no record has, to be read with a default."""
    grows_slowly: bool = False
    """Whether `reduce` takes what it has gathered once a step: json-logic-js has no bounds, and would not end."""
    asked: Sequence[str] = ()
    """What `missing` may ask for."""
    time_texts: Sequence[str] = ()
    strings_with_times: Sequence[str] = ()
    """Features whose strings may be times."""


@dataclass(frozen=True, slots=True)
class Inside:
    """Within an iterator: the kind of its item, and of what `reduce` has gathered."""

    item: str
    gathered: str | None = None
    level: int = 1


@dataclass(slots=True)
class Draw:
    """Draws one rule."""

    random: Random
    ways: Ways
    words: Vocabulary
    iterators: int = 0
    used: list[str] = field(default_factory=list)
    """The operators of the rule."""

    def rule(self, kind: str, depth: int, inside: Inside | None = None) -> Rule:
        """A rule that gives a kind, at most `depth` operators deep."""
        if kind == "any":
            kind = self.random.choice(list(self.ways))
        if depth <= 0 or self.random.random() < 0.15:
            return self._leaf(kind, inside)
        name = self.random.choice(list(self.ways[kind]))
        return self.call(name, self.random.choice(self.ways[kind][name]), depth - 1, inside)

    def use(self, name: str) -> Rule:
        """A call of one operator over leaves, or of an iterator with a small body."""
        found = [way for by_name in self.ways.values() for way in by_name.get(name, ())]
        return self.call(name, self.random.choice(found), 0, None)

    def call(self, name: str, way: Way, depth: int, inside: Inside | None) -> Rule:
        """An operator over operands that are drawn."""
        if inside and ("names" in way or "names list" in way):
            return self._leaf("boolean" if name == "present" else "strings", inside)
        if any(word.startswith(("body:", "fold:")) for word in way):
            self.iterators += 1
            if self.iterators > MAX_ITERATORS or (inside and inside.level >= MAX_NESTED):
                return self._leaf(self._result(name, way), inside)
        self.used.append(name)
        return {name: [operand for word in way for operand in self._operands(word, depth, inside)]}

    def _result(self, name: str, way: Way) -> str:
        return next(kind for kind, by_name in self.ways.items() if way in by_name.get(name, ()))

    def _operands(self, word: str, depth: int, inside: Inside | None) -> list[Rule]:
        if word.endswith("*"):
            return [self.rule(word[:-1], depth, inside) for _ in range(self.random.randint(1, 3))]
        if word == "names":
            return self._some_names()
        if word == "any" or word in self.ways:
            return [self.rule(word, depth, inside)]
        return [self._drawn(word, depth, inside)]

    def _drawn(self, word: str, depth: int, inside: Inside | None) -> Rule:
        """What stands for a word that is no kind."""
        what, _, rest = word.partition(":")
        kind, _, of = rest.partition(":")
        level = inside.level + 1 if inside else 1
        match what:
            case "members":  # a list whose members are rules of the kind
                return [self.rule(kind, depth, inside) for _ in range(self.random.randint(0, 3))]
            case "body":  # `body:<kind>:<kind of the item>`
                return self.rule(kind, max(depth, 1), Inside(of, level=level))
            case "fold":  # `fold:<kind that is gathered>:<kind of the members>`
                return self._fold(kind, of, max(depth, 1), level)
            case "written":  # what `cat` takes
                return self.rule(self.random.choice(("string", "number", "boolean")), depth, inside)
            case "passed":  # what may be compared with null
                return self._passed(inside)
        return self._words(inside)[word]()

    def _words(self, inside: Inside | None) -> Mapping[str, Callable[[], Rule]]:
        """The words that are the same wherever they stand; features only outside iterators."""
        choice, whole = self.random.choice, self.random.randint
        texts = [{"var": name} for name in self.words.strings_with_times if not inside]
        return {
            "apart": lambda: choice(("\ue000", "\U0001f600")),  # UTF-16 orders them otherwise than code points do
            "large": lambda: choice((1e308, -1e308)),  # two of them leave the doubles
            "place": lambda: whole(-4, 4),  # in a string
            "names list": self._some_names,
            "need": lambda: whole(0, 3),
            "unit": lambda: choice(("years", "months", "days", "hours")),
            "amount": lambda: self._named("number") if not inside and whole(0, 2) == 0 else whole(-40, 40),
            "a time": lambda: {"time": choice(self.words.time_texts)} if inside else self._named("time"),
            "time text": lambda: choice(self.words.time_texts),
            "time or text": lambda: choice([*self.words.time_texts, *texts]),
            "null": lambda: None,
        }

    def _fold(self, kind: str, of: str, depth: int, level: int) -> Rule:
        """Mostly one step with both, so that what is gathered grows."""
        current, gathered = {"var": "current"}, {"var": "accumulator"}
        steps = {"number": "+", "boolean": "or", "string": "cat", "time": "if"}
        if kind == of and kind in steps and self.random.random() < 0.5:
            first = [{"<": [current, gathered]}] if kind == "time" else []
            return {steps[kind]: [*first, gathered, current]}
        if self.words.grows_slowly and (kind == "string" or kind.endswith("s")):
            more = self.rule(kind, depth - 1, Inside(of, "nothing", level))
            return {"cat" if kind == "string" else "merge": [gathered, more]}
        if kind == f"{of}s" and self.random.random() < 0.5:
            return {"merge": [gathered, current]}
        return self.rule(kind, depth, Inside(of, kind, level))

    def _passed(self, inside: Inside | None) -> Rule:
        if inside:
            return {"var": "" if inside.gathered is None else "current"}
        number = self._named("number")
        ways = ({"if": [self._named("boolean"), number]}, {"<": [number, 1]})
        return self.random.choice([*ways, *(self._named(kind) for kind in ("number", "boolean", "string"))])

    def _some_names(self) -> list[str]:
        return [self.random.choice(self.words.asked) for _ in range(self.random.randint(1, 3))]

    def _named(self, kind: str) -> Rule:
        return {"var": self.random.choice(self.words.names[kind])}

    def _leaf(self, kind: str, inside: Inside | None) -> Rule:
        chance = self.random.random()
        if inside and (own := self._own_leaves(kind, inside)) and chance < 0.75:
            self.used.append("var")
            return {"var": self.random.choice(own)}
        if not inside and kind in self.words.names and chance < 0.6:
            self.used.append("var")
            if chance < 0.05 and self.words.left_out:
                return {"var": [self.words.left_out, self._constant(kind)]}
            return self._named(kind)
        if kind in self.words.anywhere and chance < 0.8:
            return self.random.choice(self.words.anywhere[kind])
        return self._constant(kind)

    def _own_leaves(self, kind: str, inside: Inside) -> list[str]:
        if inside.gathered is not None:
            return [name for name, is_ in (("current", inside.item), ("accumulator", inside.gathered)) if is_ == kind]
        return [*([""] if kind == inside.item else []), *self.words.parts.get(inside.item, {}).get(kind, ())]

    def _constant(self, kind: str) -> Rule:
        if kind in self.words.constants:
            return self.words.constants[kind](self.random)
        return [self._constant(kind.removesuffix("s")) for _ in range(self.random.randint(0, 3))]
