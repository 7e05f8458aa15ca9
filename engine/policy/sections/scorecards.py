"""`scorecards`: points that add up to a total, and bands of the total that decide.

The total of scorecard `risk` is the value `score.risk`, which later conditions and tables may read. It is unknown where
the condition of any points is. Points with a reason are a rule `risk.<points>` that informs; each band is a rule
`risk.<band>`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import inf

from engine.diagnostics import Location
from engine.logic.mistakes import Mistakes, did_you_mean, quoted
from engine.logic.tree import Derived, Expression, Literal, Param, names_read
from engine.logic.types import NUMBER, UNKNOWN, phrase
from engine.policy.checked import CheckedRule, Definition
from engine.policy.scorecards import Band, Points, Scorecard, read_scorecards
from engine.policy.sections.section import Contribution, Ground, Section
from engine.policy.tables.cells import Named
from engine.policy.tables.conditions import call, joined_by_and

MOST = 100
"""Points of one entry are from −100 to 100."""


def build_scorecards(cards: Sequence[Scorecard], ground: Ground) -> Contribution:
    """The totals, the bands' rules, and which total the decision tells."""
    parts = []
    for card in cards:
        parts.append(_build(card, ground))
        ground = ground.with_derived(parts[-1].names)
    return Contribution(
        rules=tuple(rule for part in parts for rule in part.rules),
        definitions=tuple(definition for part in parts for definition in part.definitions),
        names={name: derived for part in parts for name, derived in part.names.items()},
        scores=tuple(definition.name for part in parts for definition in part.definitions),
        score=_answered(cards, ground.mistakes),
    )


def total_name(card: Scorecard) -> str:
    """What conditions call the total."""
    return f"score.{card.id.text}"


def _build(card: Scorecard, ground: Ground) -> Contribution:
    _ids_differ([*(points.id for points in card.points), *(band.id for band in card.bands)], ground.mistakes)
    _name_is_free(card, ground)
    conditions = [ground.condition(points.when, None, points.location) for points in card.points]
    values = [_value(points, ground) for points in card.points]
    added = [
        call("if", (condition, value, Literal(0, NUMBER, points.location)), points.location)
        for points, condition, value in zip(card.points, conditions, values, strict=True)
        if value.type == NUMBER
    ]
    total = call("+", (Literal(card.start, NUMBER, card.location), *added), card.location)
    name = total_name(card)
    derived = Derived(name, NUMBER, card.location, names_read(total))
    _bands_meet(card, ground)
    return Contribution(
        rules=(*_informing(card, conditions, ground), *_deciding(card, derived, ground)),
        definitions=(Definition(name, total),),
        names={name: derived},
    )


def _name_is_free(card: Scorecard, ground: Ground) -> None:
    name = total_name(card)
    if ground.scope.features.type_of(name) is not None or ground.scope.parameters.type_of(name) is not None:
        message = f"{quoted(name)} is already the name of a feature or parameter"
        ground.mistakes.add("taken-name", message, card.id.location, "name the scorecard otherwise")


def _value(points: Points, ground: Ground) -> Expression:
    """The points of an entry: a number, or a parameter with whole values within the bounds."""
    at = points.points_at
    if isinstance(points.points, int):
        return Literal(points.points, NUMBER, at)
    name = points.points.name if isinstance(points.points, Named) else ""
    type_ = ground.scope.parameters.type_of(name)
    if name and type_ is None:
        hint = did_you_mean(name, ground.scope.parameters.known())
        ground.mistakes.add("unknown-parameter", f"parameter {quoted(name)} does not exist", at, hint)
    elif name and type_ not in {NUMBER, UNKNOWN, None}:
        ground.mistakes.add("type-mismatch", f"points are a number, not {phrase(type_ or UNKNOWN)}", at)
    elif name:
        _whole(name, at, ground)
        return Param(name, NUMBER, at)
    return Literal(None, UNKNOWN, at)


def _whole(name: str, at: Location, ground: Ground) -> None:
    for strategy, values in ground.strategies.items():
        value = values.get(name)
        if isinstance(value, int | float) and not (float(value).is_integer() and -MOST <= value <= MOST):
            message = f"points are whole numbers from -{MOST} to {MOST}, not {value} under strategy {quoted(strategy)}"
            ground.mistakes.add("out-of-range", message, at)
            return


def _informing(card: Scorecard, conditions: list[Expression], ground: Ground) -> Iterable[CheckedRule]:
    for points, condition in zip(card.points, conditions, strict=True):
        if points.reason is not None:
            ground.codes_exist(points.reason)
            name = f"{card.id.text}.{points.id.text}"
            line, title = points.location.line, points.title
            yield ground.rule(name, condition, None, points.reason, None, line, title)


def _deciding(card: Scorecard, total: Derived, ground: Ground) -> Iterable[CheckedRule]:
    for band in card.bands:
        _says_something(card, band, ground.mistakes)
        unknown = band.on_unknown or card.on_unknown
        ground.codes_exist(band.reason, unknown.reason if unknown else None)
        at = band.location
        ends = [(">=", band.start), ("<", band.below)]
        tests = [call(sign, (total, Literal(end, NUMBER, at)), at) for sign, end in ends if end is not None]
        name = f"{card.id.text}.{band.id.text}"
        yield ground.rule(
            name, joined_by_and(tests, at), band.then, band.reason, unknown, at.line, band.title or card.title
        )


def _says_something(card: Scorecard, band: Band, mistakes: Mistakes) -> None:
    name = quoted(f"{card.id.text}.{band.id.text}")
    if band.reason is None:
        what = "an outcome without a reason" if band.then else "neither an outcome nor a reason"
        mistakes.add("no-reason", f"band {name} has {what}", band.location, "add `reason: R…`")
    if band.then is None and band.on_unknown is not None:
        hint = "leave `on_unknown` out, or add `then`"
        mistakes.add("no-effect", f"band {name} only informs and ignores unknown", band.location, hint)


def _ids_differ(words: Iterable[object], mistakes: Mistakes) -> None:
    first: dict[str, int] = {}
    for word in words:
        text, at = getattr(word, "text", ""), getattr(word, "location", None)
        if text and text in first and isinstance(at, Location):
            mistakes.add("duplicate-row", f"{quoted(text)} is given twice", at, f"first in line {first[text]}")
        if text and isinstance(at, Location):
            first.setdefault(text, at.line)


def _bands_meet(card: Scorecard, ground: Ground) -> None:
    """Every total that can come about lies in one band: no gap between them or at the ends, and no overlap."""
    if not card.bands:
        return
    bands = sorted(card.bands, key=lambda band: (_or(band.start, -inf), _or(band.below, inf)))
    low, high = _reach(card, ground)
    for band in bands:
        if band.start is not None and band.below is not None and band.start >= band.below:
            message = f"no total lies from {band.start} to below {band.below}"
            ground.mistakes.add("empty-band", message, band.location, "`from` is the lower end, and in the band")
            return
    _ends(bands, low, high, ground.mistakes)
    for before, after in pairwise(bands):
        end, start = before.below, after.start
        if end is None or start is None or start < end:
            hint = f"band {quoted(before.id.text)} in line {before.location.line} has them too"
            ground.mistakes.add("band-overlap", f"totals {_span(start, end)} lie in two bands", after.location, hint)
        elif start > end:
            message = f"totals {_span(end, start)} lie in no band"
            ground.mistakes.add("band-gap", message, after.location, f"let it start `from: {end}`")


def _ends(bands: list[Band], low: int, high: int, mistakes: Mistakes) -> None:
    first, last = bands[0], bands[-1]
    if first.start is not None and low < first.start:
        message = f"totals {_span(low, first.start)} lie in no band"
        mistakes.add("band-gap", message, first.location, "leave `from` out in the lowest band")
    if last.below is not None and high >= last.below:
        message = f"totals {_span(last.below, high + 1)} lie in no band"
        mistakes.add("band-gap", message, last.location, "leave `below` out in the highest band")


def _or(end: int | None, otherwise: float) -> float:
    return otherwise if end is None else end


def _span(start: int | None, below: int | None) -> str:
    """Totals are whole numbers: `from 30 to 39`."""
    if start is None or below is None:
        return "of every size" if start == below else f"from {start} on" if below is None else f"below {below}"
    return f"of {start}" if below == start + 1 else f"from {start} to {below - 1}"


def _reach(card: Scorecard, ground: Ground) -> tuple[int, int]:
    """The lowest and the highest total that points can add up to, under any strategy."""
    low = high = card.start
    for points in card.points:
        name = points.points.name if isinstance(points.points, Named) else ""
        given = [s[name] for s in ground.strategies.values() if name in s] if name else [points.points]
        values = [int(v) for v in given if isinstance(v, int | float)]
        low += min([0, *values])
        high += max([0, *values])
    return low, high


def _answered(cards: Sequence[Scorecard], mistakes: Mistakes) -> str:
    """The name of the total that the decision tells; of several scorecards one says so."""
    marked = [card for card in cards if card.answer]
    if len(cards) == 1 and cards[0].answer is not False:
        return total_name(cards[0])
    for card in marked[1:]:
        hint = f"{quoted(marked[0].id.text)} in line {marked[0].location.line} has it too"
        mistakes.add("several-answers", "one scorecard at most has `answer: true`", card.location, hint)
    if len(cards) > 1 and not marked:
        message = "of several scorecards one gives the answer's score"
        mistakes.add("no-answer", message, cards[1].location, "add `answer: true` to one of them")
    return total_name(marked[0]) if marked else ""


SECTION = Section("scorecards", read_scorecards, build_scorecards)
