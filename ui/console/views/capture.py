"""New capture: a link for one person to take one selfie, and what becomes of it."""

from __future__ import annotations

from datetime import UTC, datetime

import segno
import streamlit as st

from ui.console import connection, links, words
from ui.console.api import Json, Problem
from ui.console.markup import div, link, span, tag
from ui.console.parts import notices
from ui.console.parts.decision import chip, codes

_MADE = "capture-made"
_MARKET = (r"^([A-Za-z]{2}(-[A-Za-z0-9]{1,3})?)?$", "A country or a part of it, such as DE or US-TX")
POLL_SECONDS = 2


def forget() -> None:
    """Start the dialog with an empty form."""
    st.session_state.pop(_MADE, None)


@st.dialog("New capture", width="medium", on_dismiss="rerun")
def dialog() -> None:
    if _MADE not in st.session_state:
        _form()
    if _MADE in st.session_state:
        made = st.session_state[_MADE]
        found = link_of(made)
        if found:
            invitation(found)
        follow(made["eval_id"])


def _form() -> None:
    flows = {name: flow for name, flow in connection.workflows().items() if flow["evidence"] == "capture"}
    if not flows:
        notices.empty("No workflow takes a selfie", "Add a workflow with `evidence: capture` first.")
        return
    with st.form("capture-form", border=False):
        customer = st.text_input(
            "Customer id", key="capture-customer", max_chars=200, placeholder="your id for the person"
        )
        flow = st.selectbox("Workflow", list(flows), format_func=lambda name: str(flows[name]["title"]))
        left, middle, right = st.columns(3)
        strategy = left.selectbox(
            "Strategy", _strategies(flows[flow]), index=None, placeholder=f"{flows[flow]['strategy']} (workflow)"
        )
        market = middle.text_input("Market", max_chars=6, placeholder="DE or US-TX", validate=_MARKET)
        product = right.text_input("Product", max_chars=100, placeholder="none")
        if st.form_submit_button("Make the link", type="primary", key="capture-make"):
            _make(customer.strip(), flow, strategy, {"market": market.strip().upper(), "product": product.strip()})


def _strategies(flow: Json) -> list[str]:
    """Strategies that every policy of the workflow has."""
    by_policy = {item["policy"]: item["strategies"] for item in connection.api().policies()}
    named = [by_policy.get(name, []) for name in flow["policies"]]
    return [name for name in named[0] if all(name in others for others in named)] if named else []


def _make(customer: str, flow: str, strategy: str | None, context: dict[str, str]) -> None:
    if not customer:
        notices.notice("The customer id is missing", "It is what your own system calls the person.", kind="bad")
        return
    data: Json = {"individual": {"id": customer}}
    known = {name: value for name, value in context.items() if value}
    if known:
        data["context"] = known
    if strategy:
        data["strategy"] = strategy
    body = {"id": customer, "timestamp": datetime.now(UTC).isoformat(), "workflow": flow, "data": data}
    try:
        st.session_state[_MADE] = connection.api().evaluate(body)
    except Problem as found:
        notices.problem(found)
        return
    st.rerun(scope="fragment")


def link_of(evaluation: Json) -> str | None:
    """The person's link in a waiting answer."""
    for enrichment in evaluation.get("data_enrichments", []):
        data = (enrichment.get("response") or {}).get("data") or {}
        if data.get("url"):
            return str(data["url"])
    return None


def invitation(url: str, words_: str = "Send this link, or scan the code with a phone. It works once.") -> None:
    """The link to copy, and the same as a QR code."""
    code = segno.make(url, error="m").svg_data_uri(scale=4, border=2, dark="#1c2530")
    picture = tag("img", src=code, alt="QR code of the link", class_="si-qr")
    with st.container(key="invitation", horizontal=True, vertical_alignment="top"):
        st.html(picture, width="content")
        with st.container():
            st.html(span("si-label", words_))
            st.code(url, language=None, wrap_lines=True)
            st.html(tag("a", "Open it here", href=url, target="_blank", rel="noopener"))


def follow(eval_id: str, *, here: bool = False) -> None:
    """What becomes of the evaluation, asked every two seconds; `here` is whether this is the evaluation's own page."""

    @st.fragment(run_every=POLL_SECONDS)
    def live() -> None:
        try:
            item = connection.api().evaluation(eval_id)
        except Problem as found:
            notices.problem(found)
            return
        if here and words.decision_of(item) != "waiting":
            st.rerun()
        _state(item, here=here)

    live()


def _state(item: Json, *, here: bool) -> None:
    ours = item.get("selfieIntelligence") or {}
    decided = words.decision_of(item) != "waiting"
    said = codes(ours.get("reasonCodes", []), connection.reasons()) if decided else words.status_of(item)
    more = None if here else link(links.evaluation(item["eval_id"]), "Open the evaluation")
    st.html(div("si-live", chip(words.decision_of(item)), span("si-live-words", said), more, role="status"))
