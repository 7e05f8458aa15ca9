"""The key `scorecards` by its shape: points and bands as they are written."""

from __future__ import annotations

from dataclasses import dataclass

from engine.contracts import Outcome
from engine.diagnostics import Location
from engine.logic.mistakes import quoted
from engine.logic.syntax import Entries, Items, Node, Scalar, described
from engine.policy.parts import Parts
from engine.policy.policy import OnUnknown, Word
from engine.policy.tables.cells import Named
from engine.policy.tables.read import row_name, table_name

MAX_CARDS, MAX_POINTS, MAX_BANDS = 20, 150, 100
MOST, MOST_TOTAL = 100, 1_000_000
_CARD_KEYS = ("title", "start", "points", "bands", "on_unknown", "answer")
_POINTS_KEYS = ("id", "title", "when", "points", "reason")
_BAND_KEYS = ("id", "title", "from", "below", "then", "reason", "on_unknown")


@dataclass(frozen=True, slots=True)
class Points:
    """What is added where the condition is true. `points` is None where it could not be read."""

    id: Word
    title: str
    when: Node | None
    points: int | Named | None
    points_at: Location
    reason: Word | None
    location: Location


@dataclass(frozen=True, slots=True)
class Band:
    """Totals from `start` on and below `below`; None is without end."""

    id: Word
    title: str
    start: int | None
    below: int | None
    then: Outcome | None
    reason: Word | None
    on_unknown: OnUnknown | None
    location: Location


@dataclass(frozen=True, slots=True)
class Scorecard:
    """A total and what follows from it."""

    id: Word
    title: str
    start: int
    points: tuple[Points, ...]
    bands: tuple[Band, ...]
    on_unknown: OnUnknown | None
    """Of bands that have none of their own."""
    answer: bool | None
    """Whether its total is the decision's score, where that is said."""
    location: Location


def read_scorecards(node: Node, parts: Parts) -> tuple[Scorecard, ...]:
    """The scorecards as written; every mistake of shape is noted."""
    if not isinstance(node, Entries):
        parts.wrong(node, "`scorecards`", "a mapping of names to scorecards", "`scorecards: {risk: {points: […]}}`")
        return ()
    if len(node.pairs) > MAX_CARDS:
        parts.mistakes.add("too-long", f"a policy has at most {MAX_CARDS} scorecards", node.location)
        return ()
    cards = (_card(key, value, parts) for key, value in node.pairs)
    return tuple(card for card in cards if card is not None)


def _card(key: Scalar, node: Node, parts: Parts) -> Scorecard | None:
    name = table_name(key, parts)
    if not isinstance(node, Entries):
        parts.wrong(node, f"scorecard {quoted(name.text)}", "a mapping", "`{points: […], bands: […]}`")
        return None
    parts.keys(node, _CARD_KEYS, "a scorecard")
    if node.get("points") is None:
        parts.mistakes.add("missing-key", f"scorecard {quoted(name.text)} needs `points`", key.location)
    points = (_points(m, number, parts) for number, m in enumerate(_members(node, "points", MAX_POINTS, parts), 1))
    bands = (_band(m, number, parts) for number, m in enumerate(_members(node, "bands", MAX_BANDS, parts), 1))
    return Scorecard(
        id=name,
        title=parts.text(node.get("title"), "title"),
        start=_whole(node.get("start"), "start", MOST_TOTAL, parts) or 0,
        points=tuple(each for each in points if each is not None),
        bands=tuple(each for each in bands if each is not None),
        on_unknown=parts.on_unknown(node.get("on_unknown")),
        answer=_answer(node.get("answer"), parts),
        location=key.location,
    )


def _members(card: Entries, key: str, most: int, parts: Parts) -> tuple[Node, ...]:
    node = card.get(key)
    if node is None:
        return ()
    if not isinstance(node, Items):
        parts.wrong(node, quoted(key), "a list")
        return ()
    if not node.members:
        parts.mistakes.add("empty-list", f"{quoted(key)} is empty", node.location, "leave it out, or add an entry")
    if len(node.members) > most:
        parts.mistakes.add("too-long", f"a scorecard has at most {most} {key}", node.location)
        return ()
    return node.members


def _points(node: Node, number: int, parts: Parts) -> Points | None:
    if not isinstance(node, Entries):
        parts.wrong(node, "an entry of `points`", "a mapping", "`{when: …, points: 10}`")
        return None
    parts.keys(node, _POINTS_KEYS, "points")
    for key in ("when", "points"):
        if node.get(key) is None:
            parts.mistakes.add("missing-key", f"points need {quoted(key)}", node.location)
    given = node.get("points")
    return Points(
        id=_identity(node, f"points-{number}", parts),
        title=parts.text(node.get("title"), "title"),
        when=node.get("when"),
        points=_parameter(given) or _whole(given, "points", MOST, parts),
        points_at=(given or node).location,
        reason=parts.reason(node.get("reason")),
        location=node.location,
    )


def _parameter(node: Node | None) -> Named | None:
    """`{param: name}`."""
    if isinstance(node, Entries) and list(node.keys()) == ["param"]:
        name = node.pairs[0][1]
        if isinstance(name, Scalar) and isinstance(name.value, str) and name.value:
            return Named(name.value)
    return None


def _band(node: Node, number: int, parts: Parts) -> Band | None:
    if not isinstance(node, Entries):
        parts.wrong(node, "a band", "a mapping", "`{from: 30, below: 60, then: review, reason: R406}`")
        return None
    parts.keys(node, _BAND_KEYS, "a band")
    if node.get("from") is None and node.get("below") is None:
        hint = "a rule without condition decides for everyone"
        parts.mistakes.add("missing-key", "a band needs `from` or `below`", node.location, hint)
    return Band(
        id=_identity(node, str(number), parts),
        title=parts.text(node.get("title"), "title"),
        start=_whole(node.get("from"), "from", MOST_TOTAL, parts),
        below=_whole(node.get("below"), "below", MOST_TOTAL, parts),
        then=parts.outcome(node.get("then"), "then"),
        reason=parts.reason(node.get("reason")),
        on_unknown=parts.on_unknown(node.get("on_unknown")),
        location=node.location,
    )


def _identity(node: Entries, otherwise: str, parts: Parts) -> Word:
    given = node.get("id")
    return Word(otherwise, node.location) if given is None else row_name(given, parts)


def _whole(node: Node | None, key: str, most: int, parts: Parts) -> int | None:
    if node is None:
        return None
    value = node.value if isinstance(node, Scalar) else None
    if not isinstance(value, int) or isinstance(value, bool):
        found = f"{value}" if isinstance(value, float) else described(node)
        parts.mistakes.add("wrong-kind", f"{quoted(key)} must be a whole number, not {found}", node.location)
        return None
    if abs(value) > most:
        message = f"{quoted(key)} is {value}, outside -{most} to {most}"
        parts.mistakes.add("out-of-range", message, node.location)
        return None
    return value


def _answer(node: Node | None, parts: Parts) -> bool | None:
    if node is None:
        return None
    if isinstance(node, Scalar) and isinstance(node.value, bool):
        return node.value
    parts.wrong(node, "`answer`", "true or false")
    return None
