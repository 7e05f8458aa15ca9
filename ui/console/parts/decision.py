"""A decision as colour, words and a sign: never colour alone."""

from __future__ import annotations

from ui.console.api import Json
from ui.console.markup import EMPTY, Html, join, span, tag
from ui.console.words import DECISION_WORDS


def chip(decision: str, *, large: bool = False) -> Html:
    """The decision's chip, its sign drawn by the style; an outcome that this console does not know has its own name."""
    known = decision if decision in DECISION_WORDS else "waiting"
    return span(f"si-chip si-{known}{' large' if large else ''}", DECISION_WORDS.get(decision, decision))


def code(name: str, reasons: dict[str, Json]) -> Html:
    """A reason code with its title on hover; `R` is a risk, `I` informs."""
    reason = reasons.get(name, {})
    title = f"{reason['title']}: {reason['description']}" if reason else "This code is not in the list"
    return span(f"si-code si-code-{'risk' if name.startswith('R') else 'info'}", name, title=title)


def codes(names: list[str], reasons: dict[str, Json]) -> Html:
    """Codes in a row, then the first one's title."""
    if not names:
        return span("si-quiet", "no codes")
    title = reasons.get(names[0], {}).get("title")
    return join(*(code(name, reasons) for name in names), span("si-code-title", title) if title else EMPTY)


def explained(names: list[str], reasons: dict[str, Json]) -> Html:
    """Codes in words: a line each with what it means and what the person can do."""
    rows = []
    for name in names:
        reason = reasons.get(name, {})
        person = str(reason.get("person") or "")
        words = tag("strong", str(reason.get("title") or "Not in the list of codes"))
        meaning = span("si-meaning", str(reason.get("description") or ""))
        advice = None if person in {"", "Nothing to do."} else span("si-advice", f"The person: {person}")
        rows.append(tag("li", code(name, reasons), tag("div", words, meaning, advice)))
    return tag("ul", *rows, class_="si-reasons")
