"""What was sent to the endpoints, what waits, and what was given up."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from ui.console import connection, links, words
from ui.console.api import Json, Page, Problem
from ui.console.markup import Html, div, join, link, span
from ui.console.parts import choices, notices, pager

PART = 25
REFRESH_SECONDS = 10
_SAID = "delivery-said"


def page() -> None:
    urls = {item["id"]: str(item["url"]) for item in connection.api().endpoints()}
    with st.container(key="toolbar", horizontal=True, vertical_alignment="center"):
        filters = {
            "state": choices.segment("state", "State", words.DELIVERY_WORDS),
            "endpoint_id": choices.one_of("endpoint", "Any endpoint", urls, width=300),
        }
    _listed(filters, urls)


@st.fragment(run_every=REFRESH_SECONDS)
def _listed(filters: dict[str, str | None], urls: dict[str, str]) -> None:
    """Read again from time to time: attempts and answers appear by themselves."""
    cursors = pager.cursors("deliveries", filters)
    refused: Problem | None = st.session_state.pop(_SAID, None)
    if refused is not None:
        notices.problem(refused)
    try:
        part = connection.api().deliveries(limit=PART, cursor=cursors[-1], **filters)
    except Problem as found:
        notices.problem(found)
        return
    if part.items:
        _table(part, urls)
        pager.turn(cursors, part, PART)
    elif any(filters.values()):
        notices.empty("No delivery matches", "Choose another state or endpoint.")
    else:
        notices.empty("Nothing was sent yet", "Add an endpoint; from then on each event is a delivery here.")


def _table(part: Page, urls: dict[str, str]) -> None:
    """A row each; one that is over may go again."""
    for item in part.items:
        with st.container(
            horizontal=True, vertical_alignment="center", key=f"delivery-{item['event_id']}-{item['endpoint_id']}"
        ):
            st.html(_row(item, urls))
            if item["state"] != "waiting":
                st.button(
                    "Replay",
                    type="tertiary",
                    key=f"again-{item['event_id']}-{item['endpoint_id']}",
                    on_click=_again,
                    args=(item["event_id"], item["endpoint_id"]),
                )


def _again(event: str, endpoint: str) -> None:
    try:
        connection.api().replay(event, endpoint)
    except Problem as found:
        st.session_state[_SAID] = found


def _row(item: Json, urls: dict[str, str]) -> Html:
    return div(
        "si-delivery",
        span(f"si-state si-state-{item['state']}", words.DELIVERY_WORDS.get(item["state"], item["state"])),
        span("si-delivery-what", link(links.evaluation(item["eval_id"]), item["event_type"], title="The evaluation")),
        span("si-delivery-where si-quiet", urls.get(item["endpoint_id"], "an endpoint that was removed")),
        span("si-delivery-how", _how(item)),
    )


def _how(item: Json) -> Html:
    """Attempts, the last answer, and when it goes on."""
    zone = st.context.timezone
    tried = words.counted(int(item["attempts"]), "attempt")
    if item["state"] == "delivered":
        return join(f"{tried}, answered {item['status_code']}, {words.moment(item['delivered_at'], zone)}")
    failed = span("si-cause", why(item["status_code"], item["error"])) if item["attempts"] else None
    return join(f"{tried}, {_then(item, zone)} ", failed)


def _then(item: Json, zone: str | None) -> str:
    """When it goes on. One whose time has come waits for its turn: behind an earlier event of the same evaluation."""
    if item["state"] == "dead":
        return "given up"
    due = words.seconds_between(datetime.now(UTC).isoformat(), item["next_at"]) <= 0
    return "waits for its turn" if due else f"next try {words.moment(item['next_at'], zone)}"


def why(status: int | None, error: str | None) -> str:
    """Why a receiver did not take an event."""
    said = error or ""
    if status and str(status) not in said:
        said = f"answered {status}" + (f": {said}" if said else "")
    return said or "no answer"
