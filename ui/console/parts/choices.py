"""Filters that several lists share; what was chosen stands in the address."""

from __future__ import annotations

import streamlit as st

from ui.console import connection


def workflow() -> str | None:
    """The name of a workflow; None for any."""
    flows = connection.workflows()
    chosen: str | None = st.selectbox(
        "Workflow",
        list(flows),
        index=None,
        placeholder="Any workflow",
        format_func=lambda name: str(flows[name]["title"]),
        key="workflow",
        label_visibility="collapsed",
        bind="query-params",
        width=210,
    )
    return chosen
