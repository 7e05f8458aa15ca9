"""The console's entry: picks the page that the address names."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ui.console import links
from ui.console.api import Problem
from ui.console.markup import link
from ui.console.parts import chrome, notices
from ui.console.views import evaluation, evaluations, policies, policy, version


def main() -> None:
    st.set_page_config(page_title="Selfie Intelligence", page_icon=str(_ICON), layout="wide")
    query = st.query_params.to_dict()
    area = "policies" if "policy" in query or query.get("view") == "policies" else "evaluations"
    chrome.frame(area)
    try:
        _page(query)
    except Problem as found:
        notices.problem(found)
        _way_on(found, area)


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


def _way_on(found: Problem, area: str) -> None:
    if found.status == 404:
        home = links.POLICIES if area == "policies" else links.EVALUATIONS
        st.html(link(home, f"← All {area}", class_="si-back"))
    else:
        st.button("Try again", key="page-again")


_ICON = Path(__file__).parent / "icon.svg"

main()
