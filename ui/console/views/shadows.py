"""Candidates that look on: what each would have decided beside the live decision. Never live."""

from __future__ import annotations

import streamlit as st

from ui.console import connection, links, words
from ui.console.api import Json
from ui.console.markup import Html, div, link, span, tag
from ui.console.parts import agreement, notices, windows
from ui.console.statistics import wilson


def page() -> None:
    st.html(div("si-toolbar", tag("h1", "Shadow")))
    items = connection.api().shadows()
    if not items:
        notices.empty(
            "No candidate looks on",
            "Add a `shadow` step to a workflow: its candidate decides on the same features and changes nothing.",
        )
        return
    heads = ("Candidate", "Strategy", "Decided by both", "The same", "95 % interval", "Failed", "Last")
    head = div("si-row si-head", *(span("si-cell", name) for name in heads))
    st.html(div("si-list si-shadows", head, *(_row(item) for item in items)))


def _row(item: Json) -> Html:
    n, same = int(item["n"]), int(item["agreements"])
    low, high = wilson(same, n)
    return link(
        links.shadow(item["candidate"], item["strategy"]),
        span("si-cell si-id", item["candidate"]),
        span("si-cell si-quiet", item["strategy"] or "–"),
        span("si-cell", f"{n:,}"),
        span("si-cell", words.share(same, n)),
        span("si-cell si-quiet", f"{100 * low:.1f} to {100 * high:.1f} %" if n else "–"),
        span("si-cell", f"{item['failed']:,}"),
        span("si-cell si-time", words.moment(item["last_at"], st.context.timezone), title=item["last_at"]),
        class_="si-row",
    )


def one(candidate: str, strategy: str | None) -> None:
    """One candidate: the figures and the table, of a time that is chosen. Without a strategy of all together."""
    with st.container(key="toolbar", horizontal=True, vertical_alignment="center"):
        head = st.empty()
        window = windows.choice()
    found = connection.api().shadow(candidate, windows.since(window), strategy)
    head.html(_head(found))
    cells = {(live, other): int(n) for live, row in found["table"].items() for other, n in row.items()}
    notices.notice("Not live", "What this candidate says is stored beside the decision and is never returned.")
    if not any(cells.values()):
        notices.empty("Nothing to compare in this time", "Choose a longer time, or wait for evaluations.")
        return
    st.html(agreement.figures(cells))
    st.html(agreement.table(cells))
    st.html(_notes(found))


def _head(found: Json) -> Html:
    under = f"strategy {found['strategy']}" if found["strategy"] else "all strategies together"
    return div(
        "si-page-head",
        div("si-crumbs", link(links.SHADOWS, "← Shadow")),
        div(
            "si-title",
            tag("h1", found["candidate"]),
            span("si-quiet", under),
            span("si-shadow-tag", "not live"),
        ),
    )


def _notes(found: Json) -> Html:
    """How the table is read, and what is not in it."""
    said = [
        "In brackets the 95 % interval of each share of its row (Wilson). ▲ the candidate is stricter, ▼ more lenient.",
    ]
    if found["failed"]:
        said.append(f"Not in the table: {words.counted(found['failed'], 'time')} the candidate could not decide.")
    if found["undecided"]:
        said.append(f"{words.counted(found['undecided'], 'time')} there is no live decision yet.")
    return div("si-quiet", " ".join(said))
