"""The console's entry: picks the page that the address names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from ui.console import links
from ui.console.api import Problem
from ui.console.markup import link
from ui.console.parts import chrome, notices
from ui.console.views import (
    evaluation,
    evaluations,
    models,
    policies,
    policy,
    shadows,
    version,
    waiting,
    webhooks,
    workflows,
)


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
    named = next((area for key, (area, _) in _ONE.items() if key in query), query.get("view", ""))
    return named if named in _AREAS else "evaluations"


def _page(query: dict[str, str]) -> None:
    """The page of one thing where the address names one, else of its area."""
    shown = next((page for key, (_, page) in _ONE.items() if key in query), None)
    (shown or _AREAS[_area(query)][1])(query)


def _policy(query: dict[str, str]) -> None:
    show = query.get("show", "")
    if query.get("version", "").isdecimal():
        version.page(query["policy"], int(query["version"]), show=show, line=query.get("line", ""))
    else:
        policy.page(query["policy"], show=show)


def _way_on(found: Problem, area: str) -> None:
    if found.status == 404:
        st.html(link(_AREAS[area][0], f"← All {area}", class_="si-back"))
    else:
        st.button("Try again", key="page-again")


Page = Callable[[dict[str, str]], None]
_ONE: dict[str, tuple[str, Page]] = {
    "evaluation": ("evaluations", lambda query: evaluation.page(query["evaluation"])),
    "flow": ("workflows", lambda query: workflows.one(query["flow"])),
    "shadow": ("shadows", lambda query: shadows.one(query["shadow"], query.get("strategy"))),
    "policy": ("policies", _policy),
    "model": ("models", lambda query: models.page(query["model"])),
}
"""What names one thing in an address: its area and its page."""
_AREAS: dict[str, tuple[str, Page]] = {
    "evaluations": (links.EVALUATIONS, lambda _: evaluations.page()),
    "waiting": (links.WAITING, lambda _: waiting.page()),
    "workflows": (links.WORKFLOWS, lambda _: workflows.page()),
    "shadows": (links.SHADOWS, lambda _: shadows.page()),
    "policies": (links.POLICIES, lambda _: policies.page()),
    "webhooks": (links.WEBHOOKS, lambda query: webhooks.page(query.get("show", ""))),
    "models": (links.MODELS, lambda _: models.page("")),
}
"""Each entry of the bar: its address and its page."""
_ICON = Path(__file__).parent / "icon.svg"

main()
