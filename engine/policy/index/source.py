"""The generated Python of one feature's masks: a tree of comparisons or a look-up, and the check of its value."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from engine.features import MAX_STRING, Feature
from engine.logic.syntax import EXACT
from engine.policy.index.atoms import Boundary
from engine.policy.index.masks import FeatureMasks
from engine.times import CANONICAL_LENGTH, is_canonical

REFUSED = ["return refuse(record)"]


@dataclass(slots=True)
class FeatureSource:
    """Writes statements that narrow `fired` by a feature's value, and `sure` where it is unknown.

    Args:
        every: the mask of all terms; it narrows nothing.
        guarded: whether the value may be anything. Then what the feature may not have, and a few values that it may
            have, are left to `refuse`.
        tables: gets what the statements look up, by the name that they use.
    """

    every: int
    guarded: bool
    tables: dict[str, Any] = field(default_factory=dict)

    def lines(self, feature: Feature, code: str, bit: int, masks: FeatureMasks | None) -> list[str]:
        """The statements of one feature, which stands in the local `code` and is noted in `unknown` as `bit`."""
        masks = masks or FeatureMasks(self.every, pieces=(self.every,), other=self.every)
        unknown = [f"unknown |= {bit:#x}", *(["sure &= " + hex(masks.silent)] if masks.silent != self.every else [])]
        cases = self._cases(feature, code, masks)
        if not self.guarded:
            last = cases.pop()[1] if cases else ["pass"]
            return _chain([(f"{code} is None", unknown), *cases], last)
        return _chain([*cases, (f"{code} is None", unknown)], REFUSED)

    def _cases(self, feature: Feature, code: str, masks: FeatureMasks) -> list[tuple[str, list[str]]]:
        """What is to be done with known values, by their kind. Every value is of the last kind, where it is checked."""
        if feature.type == "boolean":
            found = [(value, masks.members.get(value, masks.other)) for value in (True, False)]
            return [(f"{code} is {value}", self._narrowed(mask)) for value, mask in found]
        if feature.type in {"number", "integer"}:
            classes = ("float", "int") if feature.type == "number" else ("int",)
            return [(" or ".join(f"{code}.__class__ is {name}" for name in classes), self._tree(feature, code, masks))]
        if feature.type in {"enum", "string"}:
            return [(f"{code}.__class__ is str", self._text(feature, code, masks))]
        if feature.type == "time" and self.guarded and not masks.members and masks.pieces == (self.every,):
            self.tables["is_canonical"] = is_canonical
            test = f"{code}.__class__ is str and len({code}) == {CANONICAL_LENGTH} and is_canonical({code})"
            return [(test, ["pass"])]
        return []

    def _narrowed(self, mask: int | None) -> list[str]:
        if mask is None:
            return REFUSED
        return ["pass"] if mask == self.every else [f"fired &= {mask:#x}"]

    def _text(self, feature: Feature, code: str, masks: FeatureMasks) -> list[str]:
        table = f"{code}_masks"
        if feature.type == "string":
            self.tables[table] = dict(masks.members)
            look = [f"fired &= {table}.get({code}, {masks.other:#x})"] if masks.members else ["pass"]
            check = [f"if len({code}) > {MAX_STRING} or not {code}.isascii():", "    return refuse(record)"]
            return [*(check if self.guarded else []), *look]
        self.tables[table] = {value: masks.members.get(value, masks.other) for value in feature.values}
        check = [f"if {code} not in {table}:", "    return refuse(record)"]
        look = [f"fired &= {table}[{code}]"] if masks.members else ["pass"]
        return [*(check if self.guarded else []), *look]

    def _tree(self, feature: Feature, code: str, masks: FeatureMasks) -> list[str]:
        most = float(EXACT) if self.guarded else math.inf  # a guard hands what lies beyond to the catalogue's check
        below: Boundary = (max(feature.low, -most), 0)
        above: Boundary = (min(feature.high, most), 1)
        inner = [number for number, at in enumerate(masks.boundaries) if below < at < above]
        first = sum(at <= below for at in masks.boundaries)
        tests = [_test(feature, masks.boundaries[number]) for number in inner]
        leaves = [self._narrowed(mask) for mask in masks.pieces[first : first + len(inner) + 1]]
        if self.guarded:
            tests = [_test(feature, below), *tests, _test(feature, above)]
            leaves = [REFUSED, *leaves, REFUSED]
        return _branches([f"{code} {test}" for test in tests], leaves)


def _test(feature: Feature, boundary: Boundary) -> str:
    """What holds for the values below a boundary, and for no NaN."""
    at, beyond = boundary
    if feature.type == "integer":
        return f"< {math.floor(at) + 1 if beyond else math.ceil(at)}"
    return f"{'<=' if beyond else '<'} {at!r}"


def _branches(tests: list[str], leaves: list[list[str]]) -> list[str]:
    """A balanced tree, as deep as the logarithm of the tests. NaN passes no test and so comes to the last leaf."""
    if not tests:
        return leaves[0]
    middle = len(tests) // 2
    lower, upper = (
        _branches(tests[:middle], leaves[: middle + 1]),
        _branches(tests[middle + 1 :], leaves[middle + 1 :]),
    )
    return _chain([(tests[middle], lower)], upper)


def _chain(cases: list[tuple[str, list[str]]], last: list[str]) -> list[str]:
    lines, word = [], "if"
    for test, body in cases:
        lines += [f"{word} {test}:", *indented(body)]
        word = "elif"
    return [*lines, "else:", *indented(last)] if last != ["pass"] else lines


def indented(lines: list[str]) -> list[str]:
    """The body of a statement."""
    return [f"    {line}" for line in lines]
