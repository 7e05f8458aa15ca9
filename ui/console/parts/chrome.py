"""The frame of every page: style, the bar at the top, and links that do not reload the page."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qsl

import streamlit as st
from streamlit.components.v2 import component

from ui.console import links
from ui.console.markup import Html, div, link, span, tag

_HERE = Path(__file__).parent
_NAVIGATION = "selfie_navigation"


def frame(area: str) -> None:
    """Style and bar; `area` is the entry of the bar that is marked."""
    st.html(_HERE.parent / "style.css")
    st.html(_HERE.parent / "drawing.css")
    _follow_links()
    st.html(_bar(area))


def _bar(area: str) -> Html:
    entries = (
        ("evaluations", "Evaluations", links.EVALUATIONS),
        ("waiting", "Waiting", links.WAITING),
        ("workflows", "Workflows", links.WORKFLOWS),
        ("shadows", "Shadow", links.SHADOWS),
        ("policies", "Policies", links.POLICIES),
        ("webhooks", "Webhooks", links.WEBHOOKS),
        ("models", "Models", links.MODELS),
    )
    shown = [
        tag("a", words, href=href, class_="si-tab", aria_current="page" if name == area else None)
        for name, words, href in entries
    ]
    brand = link(links.EVALUATIONS, span("si-mark", ""), span("si-name", "Selfie Intelligence"), class_="si-brand")
    return div("si-bar", brand, tag("nav", *shown, aria_label="Pages"))


def _follow_links() -> None:
    """Links to the console's own pages keep the session, so an edit that is not saved yet is not lost."""
    listen = component(_NAVIGATION, js=(_HERE / "navigation.js").read_text(encoding="utf-8"))
    listen(key=_NAVIGATION, on_go_change=_go)


def _go() -> None:
    href = st.session_state[_NAVIGATION].go
    if isinstance(href, str):
        go(href)


def go(href: str) -> None:
    """Show another page of the console; only inside a callback, or followed by a rerun."""
    st.query_params.from_dict(dict(parse_qsl(href.removeprefix("?"))))
