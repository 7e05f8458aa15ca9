"""Try it: what the text in the editor would decide, on a typed record or on a selfie, at once."""

from __future__ import annotations

import hashlib

import streamlit as st

from ui.console import connection
from ui.console.api import Json, Problem
from ui.console.markup import div, span, tag
from ui.console.parts import features, notices, record, trace

_STRATEGY = "try-strategy"
_READS = "try-reads"
_LAST = "try-last"
IMAGES = ["jpg", "jpeg", "png", "webp"]


def panel(text: str, found: Json) -> None:
    """The form and its answer. While the text has errors the form stays and the answer waits."""
    with st.container(key="try", border=True):
        st.html(div("si-panel-head", tag("h2", "Try it"), span("si-quiet", "nothing is stored")))
        broken = any(item["severity"] == "error" for item in found["diagnostics"])
        if not broken:
            st.session_state[_READS] = (found["reads"], found["strategies"])
        reads, strategies = st.session_state.get(_READS, ([], []))
        strategy, on_selfie = _choices(strategies)
        given = _selfie() if on_selfie else _record(reads)
        if broken:
            notices.empty("Waiting for the text", "It has errors; the answer comes when they are fixed.")
        elif given is not None and strategy:
            _answer(text, strategy, given, reads)


def _choices(strategies: list[str]) -> tuple[str, bool]:
    left, right = st.columns(2, gap="small")
    kept = st.session_state.get(_STRATEGY)
    at = strategies.index(kept) if kept in strategies else _usual(strategies)
    strategy = left.selectbox("Strategy", strategies, index=at, key=_STRATEGY)
    source = right.segmented_control("On", ["A record", "A selfie"], default="A record", required=True, key="try-on")
    return strategy or "", source == "A selfie"


def _usual(strategies: list[str]) -> int | None:
    if not strategies:
        return None
    return strategies.index("standard") if "standard" in strategies else 0


def _record(reads: list[str]) -> Json:
    catalogue = connection.features()
    names = [name for name in catalogue if name in reads]
    with st.container(key="try-record"):
        given = record.form(names, catalogue)
    with st.container(horizontal=True):
        st.button("Use the latest evaluation", key="try-latest", on_click=_fill_latest, args=(names,))
        st.button("Clear", key="try-clear", on_click=record.fill, args=({}, names))
    return given


def _fill_latest(names: list[str]) -> None:
    api = connection.api()
    for item in api.evaluations(limit=10).items:
        if item["eval_status"] == "evaluation_completed":
            record.fill(api.trace(item["eval_id"])["features"], names)
            return
    st.toast("There is no decided evaluation yet")


def _selfie() -> bytes | None:
    image = st.file_uploader("Selfie", IMAGES, key="try-image", max_upload_size=10, label_visibility="collapsed")
    return image.getvalue() if image else None


def _answer(text: str, strategy: str, given: Json | bytes, reads: list[str]) -> None:
    try:
        entry = _asked(text, strategy, given)
    except Problem as found:
        notices.problem(found)
        return
    catalogue = connection.features()
    st.html(trace.policy(entry, connection.reasons(), catalogue, linked=False))
    if isinstance(given, bytes):
        if entry["failures"]:
            st.html(features.failures(entry["failures"]))
        seen = {name: value for name, value in entry["features"].items() if name in reads or value is not None}
        with st.expander("What the selfie gave"):
            st.html(features.table(seen, catalogue))


def _asked(text: str, strategy: str, given: Json | bytes) -> Json:
    """The service's answer; a selfie is read again only when the text, the strategy or the picture changed."""
    api = connection.api()
    if not isinstance(given, bytes):
        return api.try_record(text, strategy, given)
    asked = (text, strategy, hashlib.sha256(given).hexdigest())
    kept = st.session_state.get(_LAST)
    if kept is None or kept[0] != asked:
        with st.spinner("Reading the selfie"):
            kept = (asked, api.try_selfie(text, strategy, given))
        st.session_state[_LAST] = kept
    answer: Json = kept[1]
    return answer
