"""The console's entry: picks the page that the address names."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from ui.console import links
from ui.console.api import Problem
from ui.console.markup import link
from ui.console.parts import chrome, notices
from ui.console.views import evaluation, evaluations, models, policies, policy, version


def main() -> None:
    st.set_page_config(page_title="Selfie Intelligence", page_icon=str(_ICON), layout="wide")
    query = st.query_params.to_dict()
    area = _area(query)
    chrome.frame(area)
    try:
        _page(query)
    except Problem as found:
        notices.problem(found)
        _way_on(found, area)


def _area(query: dict[str, str]) -> str:
    """The entry of the bar that a page belongs to."""
    if "evaluation" in query:
        return "evaluations"
    if "policy" in query or query.get("view") == "policies":
        return "policies"
    return "models" if "model" in query or query.get("view") == "models" else "evaluations"


def _page(query: dict[str, str]) -> None:
    if "evaluation" in query:
        evaluation.page(query["evaluation"])
    elif "policy" in query and query.get("version", "").isdecimal():
        version.page(query["policy"], int(query["version"]), show=query.get("show", ""), line=query.get("line", ""))
    elif "policy" in query:
        policy.page(query["policy"], show=query.get("show", ""))
    elif query.get("view") == "policies":
        policies.page()
    elif _area(query) == "models":
        models.page(query.get("model", ""))
    else:
        evaluations.page()


def _way_on(found: Problem, area: str) -> None:
    if found.status == 404:
        st.html(link(_HOMES[area], f"← All {area}", class_="si-back"))
    else:
        st.button("Try again", key="page-again")


_HOMES = {"evaluations": links.EVALUATIONS, "policies": links.POLICIES, "models": links.MODELS}
_ICON = Path(__file__).parent / "icon.svg"

main()
