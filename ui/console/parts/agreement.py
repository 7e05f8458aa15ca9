"""A candidate beside the live decisions: how often both say the same, and where they part."""

from __future__ import annotations

from collections.abc import Mapping

from ui.console import words
from ui.console.markup import Html, div, span, tag
from ui.console.parts.decision import chip
from ui.console.statistics import wilson

Cells = Mapping[tuple[str, str], int]
"""Live and candidate decision to how often."""

_SEVERITY = {name: place for place, name in enumerate(words.DECISIONS)}


def figures(cells: Cells) -> Html:
    """How many, how many the same, how many stricter and more lenient, each with its interval."""
    n = sum(cells.values())
    same = sum(count for (live, other), count in cells.items() if live == other)
    stricter = sum(count for (live, other), count in cells.items() if _SEVERITY[other] > _SEVERITY[live])
    shown = (
        ("Decided by both", f"{n:,}", None),
        ("The same", _share(same, n), _interval(same, n)),
        ("Candidate stricter", _share(stricter, n), _interval(stricter, n)),
        ("Candidate more lenient", _share(n - same - stricter, n), _interval(n - same - stricter, n)),
    )
    items = [
        div(
            "si-figure",
            tag("dt", name),
            tag("dd", tag("strong", said), span("si-quiet", interval) if interval else None),
        )
        for name, said, interval in shown
    ]
    return tag("dl", *items, class_="si-figures")


def table(cells: Cells) -> Html:
    """The 3×3 table: a row for each live decision, a column for each of the candidate's."""
    heads = [tag("th", chip(name), scope="col") for name in words.DECISIONS]
    top = tag("tr", tag("td", "Live ↓ Candidate →", class_="si-quiet"), *heads, tag("th", "All", scope="col"))
    body = [_row(live, cells) for live in words.DECISIONS]
    totals = [sum(cells.get((live, other), 0) for live in words.DECISIONS) for other in words.DECISIONS]
    foot = tag(
        "tr", tag("th", "All", scope="row"), *(tag("td", f"{n:,}") for n in totals), tag("td", f"{sum(totals):,}")
    )
    return div(
        "si-wide si-agreement", tag("table", tag("thead", top), tag("tbody", *body), tag("tfoot", foot)), tabindex=0
    )


def _row(live: str, cells: Cells) -> Html:
    counts = {other: cells.get((live, other), 0) for other in words.DECISIONS}
    n = sum(counts.values())
    shown = [_cell(live, other, count, n) for other, count in counts.items()]
    return tag("tr", tag("th", chip(live), scope="row"), *shown, tag("td", f"{n:,}"))


def _cell(live: str, other: str, count: int, n: int) -> Html:
    """The count, its part of the row, and the interval of that part."""
    kind = "same" if live == other else "stricter" if _SEVERITY[other] > _SEVERITY[live] else "lenient"
    sign = {"same": "=", "stricter": "▲", "lenient": "▼"}[kind]
    if not count:
        return tag("td", span("si-quiet", "0"), class_=f"si-cell-{kind}")
    more = span("si-quiet si-of-row", f"{words.share(count, n)} ({_interval(count, n)})")
    return tag("td", tag("strong", f"{count:,} {sign}"), more, class_=f"si-cell-{kind}")


def _share(part: int, n: int) -> str:
    return f"{words.share(part, n)} ({part:,})" if n else "–"


def _interval(part: int, n: int) -> str:
    low, high = wilson(part, n)
    return f"{100 * low:.1f} to {100 * high:.1f} %"
