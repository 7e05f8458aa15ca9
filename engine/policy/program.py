"""CheckedPolicy -> the generated Python of one strategy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from operator import itemgetter
from typing import Any

from engine.features import Catalogue
from engine.logic.lowering import Atom, Lowering, compiled
from engine.logic.tree import Derived, walk
from engine.policy.checked import CheckedPolicy, CheckedRule
from engine.policy.index.atoms import AtomReader
from engine.policy.index.forms import Form, Term, form_of
from engine.policy.index.masks import masks_of
from engine.policy.index.source import FeatureSource, indented
from engine.policy.layout import Answer, Layout

Told = Answer | tuple[Answer, float | None]
"""The bits of a `Layout`; with the score beside them, where the policy tells one and rules were asked."""

Program = Callable[[dict[str, Any]], Told]
"""Takes the values of a checked record by name."""

GuardedProgram = Callable[[dict[str, Any]], Told | None]
"""Takes any dict, and answers None where the catalogue must look more closely: a value that its feature may not have,
or a name that the policy does not read. Every record that gets an answer is one that the catalogue takes."""


def layout_of(policy: CheckedPolicy) -> Layout:
    """The layout of every program of one strategy."""
    return Layout(len(policy.rules), tuple(sorted(policy.reads())))


def write_general(
    policy: CheckedPolicy, parameters: Mapping[str, Any], catalogue: Catalogue, *, guarded: bool
) -> Callable[..., Any]:
    """A `Program`, or a `GuardedProgram`. It decides any record: rules that can be indexed by masks, the others one by one."""
    return _General(policy, parameters, catalogue, guarded).program()


class _General:
    def __init__(
        self, policy: CheckedPolicy, parameters: Mapping[str, Any], catalogue: Catalogue, guarded: bool
    ) -> None:
        self.policy, self.catalogue, self.guarded = policy, catalogue, guarded
        self.layout = layout_of(policy)
        self.codes = {name: f"f{number}" for number, name in enumerate(self.layout.features)}
        self.lowering = Lowering(parameters)
        self.lowering.features.update({name: Atom(code, nullable=True) for name, code in self.codes.items()})
        reader = AtomReader(catalogue, parameters)
        self.forms = [form_of(rule.condition, reader) for rule in policy.rules]
        self.source = FeatureSource(0, guarded)

    def program(self) -> Callable[..., Any]:
        lines = [*read_lines(self.layout.features, self.guarded), *self._index(), *self._others()]
        lines.append(f"return {answer_code(self.lowering, self.policy)}")
        return compiled("decide", "record", lines, self._names())

    def _names(self) -> dict[str, Any]:
        names = read_names(self.layout.features)
        return {**names, **self.source.tables, **self.lowering.constants}

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
            lines += [f"if {test}:", f"    return unknown << {shift} | {self.layout.undecidable:#x}"]
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
            ask(self.lowering, rule, number, self.layout)
        lines = self.lowering.lines[before:]
        return [*(["get = record.get"] if any("get(" in line for line in lines) else []), *lines]


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


def read_names(features: Iterable[str]) -> dict[str, Any]:
    """What `read_lines` names."""
    names = tuple(features)
    return {"read": itemgetter(*names) if names else None, "names": names, "named": frozenset(names)}


def read_lines(features: tuple[str, ...], guarded: bool) -> list[str]:
    """Every feature into its local; where one is left out, the slow way. A guarded program leaves for other names."""
    if not features:
        return ["if record:", "    return None"] if guarded else []
    codes = ", ".join(f"f{number}" for number in range(len(features)))
    comma = "," if len(features) == 1 else ""
    lines = ["try:", f"    {codes} = read(record)", "except KeyError:"]
    if guarded:
        lines += ["    if not record.keys() <= named:", "        return None"]
    lines += [f"    {codes}{comma} = map(record.get, names)"]
    return [*lines, "else:", f"    if len(record) != {len(features)}:", "        return None"] if guarded else lines


def derive_what_is_named(lowering: Lowering, policy: CheckedPolicy, rules: Iterable[CheckedRule]) -> None:
    """Definitions in their order, where a rule or the answer names any."""
    named = any(isinstance(node, Derived) for rule in rules for node in walk(rule.condition))
    if named or policy.score:
        for made in policy.definitions:
            lowering.derive(made.name, made.expression)


def answer_code(lowering: Lowering, policy: CheckedPolicy) -> str:
    """What a program answers at its end."""
    return f"fired, {lowering.derived[policy.score].code}" if policy.score else "fired"


def ask(lowering: Lowering, rule: CheckedRule, number: int, layout: Layout) -> None:
    """One rule after the others: its bit in `fired`."""
    condition = lowering.lower(rule.condition)
    lowering.lines += [f"if {condition.code}:", f"    fired |= {layout.true(number):#x}"]
    if rule.then is not None and condition.nullable:
        lowering.lines += [f"elif {condition.code} is None:", f"    fired |= {layout.unsure(number):#x}"]
