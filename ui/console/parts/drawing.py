"""A workflow, drawn: each step with what it does, its ways out, and how often each was taken.

The steps stand in a grid, so that text wraps and nothing is cut off at the width of a phone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ui.console import words
from ui.console.markup import Html, div, join, span, tag
from ui.console.parts.lanes import END, Card, Drawing, Exit, Line

Counts = Mapping[tuple[str, str], int]
"""Step and edge to how often it was taken."""

_THIN, _THICK = 1.5, 5.0
"""Of a line, pixels: what almost nobody took, and what most took."""
_BROKEN = {"error", "unknown"}


@dataclass(frozen=True, slots=True)
class _Ran:
    """What ran through the steps of a drawing."""

    counts: Counts
    reached: Mapping[str, int]
    """Step to how often it was left; a step that ends the run, to how often it was come to."""

    def taken(self, way: Exit) -> int:
        return self.counts.get((way.step, way.edge), 0)

    def thickness(self, n: int) -> float:
        most = max(self.counts.values(), default=0)
        return _THIN + (_THICK - _THIN) * (min(n, most) / most if most else 0.0)


def view(drawn: Drawing, counts: Counts | None) -> Html:
    """The drawing; without counts (None) only the ways."""
    numbers = {card.id: str(number) for number, card in enumerate(drawn.cards, 1)} | {END: ""}
    ran = None if counts is None else _Ran(counts, _reached(drawn, counts))
    cells = [cell for card in drawn.cards for cell in _card(card, ran, numbers)]
    if drawn.end_row is not None:
        cells.append(div("si-step si-step-over", "The end", role="listitem", style=f"grid-row:{drawn.end_row}"))
    below = sorted(drawn.lines, key=lambda line: ran.taken(line.exit) if ran else 0)
    lines = [_line(line, ran) for line in below]  # one that was taken lies on one that was not
    lanes = f"--si-lanes:{max(1, drawn.lanes)}"
    return div("si-drawing", *cells, *lines, role="list", aria_label="Steps", style=lanes)


def _reached(drawn: Drawing, counts: Counts) -> dict[str, int]:
    """Of each step how often it was left, by ways that are not drawn too; of an end how often it was come to."""
    left: Counter[str] = Counter()
    for (step, _), n in counts.items():
        left[step] += n
    came: Counter[str] = Counter()
    for way in (way for card in drawn.cards for way in card.exits):
        came[way.to] += counts.get((way.step, way.edge), 0)
    return {card.id: left[card.id] if card.exits else came[card.id] for card in drawn.cards}


def _card(card: Card, ran: _Ran | None, numbers: Mapping[str, str]) -> Iterator[Html]:
    """The step with its ways out, and what leads down to the next one. A single way down needs no row of its own."""
    reached = None if ran is None else ran.reached[card.id]
    only = card.exits[0] if len(card.exits) == 1 and card.exits[0].straight else None
    head = div(
        "si-step-head",
        span("si-step-no", numbers[card.id]),
        span(f"si-kind si-kind-{card.step}", words.step(card.step)),
        span("si-step-title", card.title),
        tag("code", card.id),
        None if reached is None else span("si-step-n", f"{reached:,}", title=words.counted(reached, "time")),
    )
    exits = [] if only else [_exit(way, ran, numbers) for way in card.exits]
    below = card.row + len(card.exits) + 1
    quiet = " si-step-quiet" if reached == 0 else ""
    yield div(f"si-step{quiet}", head, *exits, role="listitem", style=f"grid-row:{card.row} / {below}")
    straight = [way for way in card.exits if way.straight]
    if not straight:
        yield div("si-apart", style=f"grid-row:{below}", aria_hidden="true")
        return
    went = sum(map(ran.taken, straight)) if ran else 0
    beside = span("si-down-n", f"{went:,}") if only and ran else None
    none = " si-down-none" if ran and not went else ""
    line = span("si-down-line", style=_thick(went, ran))
    yield div(f"si-down{none}", line, beside, style=f"grid-row:{below}")


def _exit(way: Exit, ran: _Ran | None, numbers: Mapping[str, str]) -> Html:
    told = None
    if ran is not None:
        n, reached = ran.taken(way), ran.reached[way.step]
        bar = span("si-share", span("", style=f"width:{100 * n / reached if reached else 0:.1f}%"))
        told = join(span("si-exit-n", f"{n:,}"), span("si-exit-share", words.share(n, reached)), bar)
    where = join("↓ " if way.straight else "→ ", span("si-exit-no", numbers.get(way.to, "")), " ", way.to or "the end")
    broken = " si-exit-error" if way.edge in _BROKEN else ""
    leads = span("si-exit-way", span("si-exit-edge", words.edge(way.title)), span("si-exit-to", where))
    return div(f"si-exit{broken}", leads, told)


def _line(line: Line, ran: _Ran | None) -> Html:
    """A bracket from the exit's row to its target's head; dashed for errors, dotted where nobody went."""
    way = line.exit
    first, last = sorted((way.row, line.target_row))
    kinds = ["si-line", "si-line-up" if line.target_row < way.row else "si-line-down"]
    if way.edge in _BROKEN:
        kinds.append("si-line-error")
    if ran is not None and not ran.taken(way):
        kinds.append("si-line-none")
    place = f"grid-row:{first} / {last};grid-column:2 / {line.lane + 4};{_thick(ran.taken(way) if ran else 0, ran)}"
    return div(" ".join(kinds), style=place, aria_hidden="true")


def _thick(n: int, ran: _Ran | None) -> str:
    return f"--si-thick:{ran.thickness(n) if ran else _THIN:.1f}px"


def key() -> Html:
    """What the lines mean."""
    return div(
        "si-key",
        span("si-key-line", ""),
        "taken, thicker where more went",
        span("si-key-line si-key-none", ""),
        "nobody went",
        span("si-key-line si-key-error", ""),
        "an error, or not known",
    )
