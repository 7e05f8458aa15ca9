"""The way through a list of several parts."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from ui.console.api import Page
from ui.console.markup import span

Cursors = list[str | None]


def cursors(name: str, filters: Mapping[str, str | None]) -> Cursors:
    """The parts of list `name` that were turned to so far; another filter starts anew."""
    key = f"{name}-cursors"
    kept = st.session_state.get(key)
    if kept is None or kept[0] != filters:
        st.session_state[key] = (dict(filters), [None])
    found: Cursors = st.session_state[key][1]
    return found


def turn(known: Cursors, part: Page, size: int, back: str = "Newer", on: str = "Older") -> None:
    """Buttons to the part before and after; nothing where there is one part only."""
    if part.cursor is None and len(known) == 1:
        return
    first = (len(known) - 1) * size + 1
    with st.container(key="pager", horizontal=True, vertical_alignment="center"):
        st.html(span("si-quiet", f"{first} to {first + len(part.items) - 1}"))
        st.button(back, key="newer", disabled=len(known) == 1, on_click=_back, args=(known,))
        st.button(on, key="older", disabled=part.cursor is None, on_click=known.append, args=(part.cursor,))


def _back(known: Cursors) -> None:
    known.pop()
