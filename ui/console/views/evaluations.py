"""The list of evaluations: newest first, filtered, a part at a time."""

from __future__ import annotations

import streamlit as st

from ui.console import connection, links, words
from ui.console.api import Json, Problem
from ui.console.markup import Html, div, link, span, tag
from ui.console.parts import choices, notices, pager
from ui.console.parts.decision import chip, codes
from ui.console.views import capture

PART = 40
REFRESH_SECONDS = 10


def page() -> None:
    with st.container(key="toolbar", horizontal=True, vertical_alignment="center"):
        st.html(tag("h1", "Evaluations"))
        filters = _filters()
        st.button("New capture", type="primary", key="new-capture", icon=":material/photo_camera:", on_click=_ask)
    if st.session_state.pop("capture-asked", False):
        capture.dialog()
    _listed(filters)


@st.fragment(run_every=REFRESH_SECONDS)
def _listed(filters: dict[str, str | None]) -> None:
    """One part of the list, read again from time to time: new evaluations appear by themselves."""
    cursors = pager.cursors("evaluations", filters)
    try:
        part = connection.api().evaluations(limit=PART, cursor=cursors[-1], **filters)
    except Problem as found:
        notices.problem(found)
        return
    if part.items:
        st.html(_table(part.items))
        pager.turn(cursors, part, PART)
    else:
        _nothing(filters)


def _ask() -> None:
    capture.forget()
    st.session_state["capture-asked"] = True


def _filters() -> dict[str, str | None]:
    """What was chosen; it stands in the address too, so that a filtered list can be linked to."""
    decision = st.segmented_control(
        "Decision",
        words.DECISIONS,
        format_func=words.DECISION_WORDS.__getitem__,
        key="decision",
        label_visibility="collapsed",
        bind="query-params",
    )
    workflow = choices.workflow()
    searched = st.text_input(
        "Search",
        key="q",
        placeholder="Customer or evaluation id",
        label_visibility="collapsed",
        icon=":material/search:",
        bind="query-params",
        width=240,
    )
    return {"decision": decision, "workflow": workflow, "q": searched}


def _nothing(filters: dict[str, str | None]) -> None:
    if any(filters.values()):
        notices.empty("No evaluation matches", "Choose another decision or workflow, or search for less.")
    else:
        notices.empty("No evaluations yet", "Press New capture for a link to the first selfie, or send one to the API.")


def _table(items: list[Json]) -> Html:
    reasons, flows = connection.reasons(), connection.workflows()
    zone = st.context.timezone
    heads = ("Time", "Decision", "Customer", "Reason codes", "Age", "Workflow", "Strategy", "Status")
    head = div("si-row si-head", *(span("si-cell", name) for name in heads))
    return div("si-list", head, *(_row(item, reasons, flows, zone) for item in items))


def _row(item: Json, reasons: dict[str, Json], flows: dict[str, Json], zone: str | None) -> Html:
    ours = item.get("selfieIntelligence") or {}
    age = ours.get("signals", {}).get("selfie", {}).get("predictedAge")
    started = item.get("eval_start_time")
    flow = flows.get(item["workflow"], {}).get("title", item["workflow"])
    return link(
        links.evaluation(item["eval_id"]),
        span("si-cell si-time", words.moment(started, zone), title=started),
        span("si-cell si-decision", chip(words.decision_of(item))),
        span("si-cell si-id", item["id"], title=item["eval_id"]),
        span("si-cell si-codes", codes(ours.get("reasonCodes", []), reasons) if ours else None),
        span("si-cell si-age", _age(age) if ours else None),
        span("si-cell si-flow", str(flow), title=str(flow)),
        span("si-cell si-strategy", ours.get("decision", {}).get("strategy", "")),
        span("si-cell si-status", words.status_of(item), title=words.status_of(item)),
        class_="si-row",
    )


def _age(years: int | None) -> Html:
    return span("si-unknown", words.UNKNOWN) if years is None else span("", str(years), title="Predicted age, years")
