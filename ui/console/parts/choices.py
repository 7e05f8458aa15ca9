"""Filters whose choice stands in the address by its own name: a filtered page can be linked to and gone back to."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from ui.console import connection


def one_of(key: str, label: str, options: Mapping[str, str], *, width: int) -> str | None:
    """A long list: the name that was chosen of `options`, names to words; None for any."""
    _take_over(key, options, None)
    chosen: str | None = st.selectbox(
        label,
        list(options),
        placeholder=label,
        format_func=lambda name: options[name],
        key=key,
        label_visibility="collapsed",
        width=width,
        index=None,
        on_change=_keep,
        args=(key,),
    )
    return chosen


def segment(key: str, label: str, options: Mapping[str, str], usual: str | None = None) -> str | None:
    """A short list side by side; None for any, or where something must be chosen, the `usual` one."""
    _take_over(key, options, usual)
    chosen: str | None = st.segmented_control(
        label,
        list(options),
        format_func=lambda name: options[name],
        key=key,
        label_visibility="collapsed",
        required=usual is not None,
        on_change=_keep,
        args=(key,),
    )
    return chosen


def workflow() -> str | None:
    """The name of a workflow; None for any."""
    titles = {name: str(flow["title"]) for name, flow in connection.workflows().items()}
    return one_of("workflow", "Any workflow", titles, width=210)


def _take_over(key: str, options: Mapping[str, str], usual: str | None) -> None:
    """The address goes before what was chosen: somebody may have followed a link, or gone back."""
    named = st.query_params.get(key, "")
    st.session_state[key] = named if named in options else usual


def _keep(key: str) -> None:
    chosen = st.session_state[key]
    if chosen is None:
        st.query_params.pop(key, None)
    else:
        st.query_params[key] = chosen
