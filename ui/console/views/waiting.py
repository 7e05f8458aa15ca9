"""What waits: on what, for how long, until when."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from ui.console import connection, links, words
from ui.console.api import Json, Problem
from ui.console.markup import Html, div, link, span, tag
from ui.console.parts import choices, notices, pager

PART = 40
REFRESH_SECONDS = 10


def page() -> None:
    with st.container(key="toolbar", horizontal=True, vertical_alignment="center"):
        st.html(tag("h1", "Waiting"))
        filters = {"workflow": choices.workflow(), "for": choices.segment("for", "Waits for", words.WAITS_SHORT)}
    _listed(filters)


@st.fragment(run_every=REFRESH_SECONDS)
def _listed(filters: dict[str, str | None]) -> None:
    """Read again from time to time: what went on disappears by itself."""
    cursors = pager.cursors("waiting", filters)
    try:
        part = connection.api().waiting(limit=PART, cursor=cursors[-1], **filters)
    except Problem as found:
        notices.problem(found)
        return
    if part.items:
        st.html(_table(part.items))
        pager.turn(cursors, part, PART, "Before", "After")
    elif any(filters.values()):
        notices.empty("Nothing waits here", "Choose another workflow, or another thing that is waited for.")
    else:
        notices.empty(
            "Nothing waits", "An evaluation waits here for a selfie, for an answer from outside, or for its time."
        )


def _table(items: list[Json]) -> Html:
    flows, now = connection.workflows(), datetime.now(UTC).isoformat()
    heads = ("Waits for", "Customer", "Waiting", "Until", "Left", "Workflow", "Step")
    head = div("si-row si-head", *(span("si-cell", name) for name in heads))
    return div("si-list si-waits", head, *(_row(item, flows, now) for item in items))


def _row(item: Json, flows: dict[str, Json], now: str) -> Html:
    left = words.seconds_between(now, item["until"])
    overdue = left < 0
    return link(
        links.evaluation(item["eval_id"]),
        span("si-cell si-waits-for", span(f"si-wait si-wait-{item['for']}", words.waits_for(item["for"]))),
        span("si-cell si-id", item["id"], title=item["eval_id"]),
        span("si-cell si-waited", words.span_of(words.seconds_between(item["since"], now)), title=item["since"]),
        span("si-cell si-time", words.moment(item["until"], st.context.timezone), title=item["until"]),
        span("si-cell si-left si-late" if overdue else "si-cell si-left", _left(left)),
        span("si-cell si-flow", str(flows.get(item["workflow"], {}).get("title", item["workflow"]))),
        span("si-cell si-at-step", tag("code", item["step"] or "–")),
        class_="si-row",
    )


def _left(seconds: float) -> str:
    return f"{words.span_of(seconds)} left" if seconds >= 0 else f"overdue by {words.span_of(-seconds)}"
