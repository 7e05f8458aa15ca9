"""CheckedPolicy -> the generated Python of one strategy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.contracts import Decision
from engine.features import Catalogue
from engine.logic.known import KnownLowering
from engine.logic.lowering import Atom, Lowering, compiled
from engine.logic.tree import Derived, walk
from engine.policy.checked import CheckedPolicy, CheckedRule
from engine.policy.guard import locals_of, read_any, read_known, read_names
from engine.policy.index.atoms import AtomReader
from engine.policy.index.forms import Form, Term, form_of
from engine.policy.index.masks import masks_of
from engine.policy.index.source import FeatureSource, indented
from engine.policy.layout import Layout

Program = Callable[[dict[str, Any]], Decision]
"""Takes the values of a checked record by name. A guarded one takes any dict."""


@dataclass(frozen=True, slots=True)
class Doors:
    """What a program leaves to others.

    Args:
        made: decisions by what `make` would be asked.
        make: from the bits of a `Layout` to a decision; from a pair of those and the score, where the policy tells one.
        refuse: decides what a guarded program does not: a record with a value that its feature may not have, or with a
            name that does not exist. Every record that a guarded program decides is one that the catalogue takes.
        beyond: checks so many names of a record that the policy does not read.
        other: decides by another strategy, or what is no dict.
        strategy: that of the program itself.
    """

    made: Mapping[Any, Decision]
    make: Callable[[Any], Decision]
    refuse: Program
    beyond: Callable[[dict[str, Any], int], bool]
    other: Callable[[Any, str], Decision]
    strategy: str

    def names(self) -> dict[str, Any]:
        """As generated code names them."""
        names = {"kept": self.made.get, "make": self.make, "refuse": self.refuse, "beyond": self.beyond}
        return names | {"other": self.other}

    def program(self, lines: list[str], names: Mapping[str, Any], *, guarded: bool) -> Program:
        """The program of these lines. A guarded one can stand in the place of its policy's `decide`: a call less."""
        scope = {**names, **self.names()}
        if not guarded:
            return compiled("decide", "record", lines, scope)
        here = repr(self.strategy)
        entry = [f"if strategy != {here} or record.__class__ is not dict:", "    return other(record, strategy)"]
        return compiled("decide", f"record, strategy={here}", [*entry, *lines], scope)


def layout_of(policy: CheckedPolicy) -> Layout:
    """The layout of every program of one strategy."""
    return Layout(len(policy.rules), tuple(sorted(policy.reads())))


def write_general(
    policy: CheckedPolicy,
    parameters: Mapping[str, Any],
    catalogue: Catalogue,
    doors: Doors,
    *,
    guarded: bool,
    sparse: bool,
) -> Program:
    """A program for any record: by masks for rules that can be indexed, and rule by rule for the rest.

    `sparse` tells that most of its records leave features out.
    """
    return _General(policy, parameters, catalogue, guarded).program(doors, sparse)


def write_known(
    policy: CheckedPolicy,
    parameters: Mapping[str, Any],
    catalogue: Catalogue,
    doors: Doors,
    general: Program,
    *,
    guarded: bool,
) -> Program:
    """A program that goes rule by rule, for records in which every feature is known; others it leaves to `general`."""
    layout = layout_of(policy)
    codes, features = locals_of(layout.features), [catalogue[name] for name in layout.features]
    doubles = frozenset(feature.name for feature in features if feature.type == "number")
    lowering = KnownLowering(parameters, doubles=doubles)
    lowering.features.update({name: Atom(code, nullable=False) for name, code in codes.items()})
    lowering.lines += [*read_known(codes, features, guarded), "fired = 0"]
    derive_what_is_named(lowering, policy, policy.rules)
    for number, rule in enumerate(policy.rules):
        ask(lowering, rule, lowering.test(rule.condition), number, layout)
    lines = [*with_get(lowering.lines), *answered(lowering, policy)]
    names = read_names(codes) | lowering.constants | {"general": general}
    return doors.program(lines, names, guarded=guarded)


class _General:
    def __init__(
        self, policy: CheckedPolicy, parameters: Mapping[str, Any], catalogue: Catalogue, guarded: bool
    ) -> None:
        self.policy, self.catalogue, self.guarded = policy, catalogue, guarded
        self.layout = layout_of(policy)
        self.codes = locals_of(self.layout.features)
        self.lowering = Lowering(parameters)
        self.lowering.features.update({name: Atom(code, nullable=True) for name, code in self.codes.items()})
        reader = AtomReader(catalogue, parameters)
        self.forms = [form_of(rule.condition, reader) for rule in policy.rules]
        self.source = FeatureSource(0, guarded)

    def program(self, doors: Doors, sparse: bool) -> Program:
        lines = [*read_any(self.codes, self.guarded, sparse), *self._index(), *self._others()]
        lines += answered(self.lowering, self.policy)
        names = read_names(self.codes) | self.source.tables | self.lowering.constants
        return doors.program(lines, names, guarded=self.guarded)

    def _index(self) -> list[str]:
        """`fired`: the true rules, and the unsure ones and unknown features where there are any."""
        terms, alternatives = _laid_out(self.forms)
        masks, every = masks_of(terms), (1 << len(terms)) - 1
        self.source.every = every
        own = sum(1 << bit for bit, term in enumerate(terms) if term)
        lines = [f"fired = sure = {own:#x}", "unknown = 0"]
        for number, (name, code) in enumerate(self.codes.items()):
            lines += self.source.lines(self.catalogue[name], code, 1 << number, masks.get(name))
        lines += ["if unknown:", *indented(self._unsure(alternatives)), "else:"]
        return [*lines, *indented(self._settled(alternatives))]

    def _settled(self, alternatives: Mapping[int, int]) -> list[str]:
        """From terms to rules, where nothing is unknown."""
        flipped = self._flipped()
        if not alternatives:
            return [f"fired ^= {flipped:#x}"] if flipped else ["pass"]
        return [*_gathered("fired", alternatives), f"fired = fired & {self._rules():#x} ^ {flipped:#x}"]

    def _unsure(self, alternatives: Mapping[int, int]) -> list[str]:
        """A rule is true by what is sure, and may be true by what is possible; a negated one the other way round."""
        shift, flipped = self.layout.unknown, self._flipped()
        required = [code for name, code in self.codes.items() if name in self.policy.requires]
        lines = []
        if required:
            test = " or ".join(f"{code} is None" for code in required)
            lines += [f"if {test}:", f"    return make(unknown << {shift} | {self.layout.undecidable:#x})"]
        lines += ["sure &= fired"]
        if alternatives:
            lines += [*_gathered("fired", alternatives), *_gathered("sure", alternatives)]
            lines += [f"fired &= {self._rules():#x}", f"sure &= {self._rules():#x}"]
        deciding = sum(1 << number for number, rule in enumerate(self.policy.rules) if rule.then is not None)
        lines += [f"maybe = (fired ^ sure) & {deciding:#x}"]
        true = f"sure & {~flipped:#x} | ~fired & {flipped:#x}" if flipped else "sure"
        return [*lines, f"fired = {true} | maybe << {self.layout.rules} | unknown << {shift}"]

    def _flipped(self) -> int:
        return sum(1 << number for number, form in enumerate(self.forms) if form and form.negated)

    def _rules(self) -> int:
        return (1 << self.layout.rules) - 1

    def _others(self) -> list[str]:
        rest = [(n, rule) for n, (rule, form) in enumerate(zip(self.policy.rules, self.forms, strict=True)) if not form]
        before = len(self.lowering.lines)
        derive_what_is_named(self.lowering, self.policy, [rule for _, rule in rest])
        for number, rule in rest:
            ask(self.lowering, rule, self.lowering.lower(rule.condition), number, self.layout)
        return with_get(self.lowering.lines[before:])


def _laid_out(forms: list[Form | None]) -> tuple[list[Term], dict[int, int]]:
    """Terms by their bit, and the terms of those rules that have several."""
    terms: list[Term] = [form.terms[0] if form and len(form.terms) == 1 else () for form in forms]
    alternatives = {}
    for number, form in enumerate(forms):
        if form and len(form.terms) > 1:
            alternatives[number] = sum(1 << len(terms) + n for n in range(len(form.terms)))
            terms += form.terms
    return terms, alternatives


def _gathered(mask: str, alternatives: Mapping[int, int]) -> list[str]:
    """A rule of several terms holds where one of them does."""
    found = ((f"if {mask} & {terms:#x}:", f"    {mask} |= {1 << rule:#x}") for rule, terms in alternatives.items())
    return [line for lines in found for line in lines]


def derive_what_is_named(lowering: Lowering, policy: CheckedPolicy, rules: Iterable[CheckedRule]) -> None:
    """Definitions in their order, where a rule or the answer names any."""
    named = any(isinstance(node, Derived) for rule in rules for node in walk(rule.condition))
    if named or policy.score:
        for made in policy.definitions:
            lowering.derive(made.name, made.expression)


def answered(lowering: Lowering, policy: CheckedPolicy) -> list[str]:
    """How a program ends."""
    score = [f"fired = fired, {lowering.derived[policy.score].code}"] if policy.score else []
    return [*score, "return kept(fired) or make(fired)"]


def with_get(lines: list[str]) -> list[str]:
    """The lines, after what gives them `get`, where they name it."""
    return ["get = record.get", *lines] if any("get(" in line for line in lines) else lines


def ask(lowering: Lowering, rule: CheckedRule, condition: Atom, number: int, layout: Layout) -> None:
    """One rule after the others: its bit in `fired`."""
    lowering.lines += [f"if {condition.code}:", f"    fired |= {layout.true(number):#x}"]
    if rule.then is not None and condition.nullable:
        lowering.lines += [f"elif {condition.code} is None:", f"    fired |= {layout.unsure(number):#x}"]
