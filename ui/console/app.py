"""The console's entry: picks the page that the address names."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ui.console.api import Problem
from ui.console.parts import chrome, notices
from ui.console.views import evaluation, evaluations, policies, policy, version


def main() -> None:
    st.set_page_config(page_title="Selfie Intelligence", page_icon=str(_ICON), layout="wide")
    query = st.query_params.to_dict()
    chrome.frame("policies" if "policy" in query or query.get("view") == "policies" else "evaluations")
    try:
        _page(query)
    except Problem as found:
        notices.problem(found, retry="page-again")


def _page(query: dict[str, str]) -> None:
    if "evaluation" in query:
        evaluation.page(query["evaluation"])
    elif "policy" in query and query.get("version", "").isdecimal():
        version.page(query["policy"], int(query["version"]), show=query.get("show", ""), line=query.get("line", ""))
    elif "policy" in query:
        policy.page(query["policy"], show=query.get("show", ""))
    elif query.get("view") == "policies":
        policies.page()
    else:
        evaluations.page()


_ICON = Path(__file__).parent / "icon.svg"

main()
