"""The models: what each signal can be trusted with, and which model files are there."""

from __future__ import annotations

import streamlit as st

from ui.console import connection, links
from ui.console.api import Json
from ui.console.markup import Html, div, join, tag
from ui.console.parts import card, notices


def page(name: str) -> None:
    """The card of one signal, of the first where `name` is empty."""
    api = connection.api()
    items = api.models()
    st.html(div("si-toolbar", tag("h1", "Models")) + _files(api.missing_models()))
    if not items:
        notices.empty("There are no model cards", "The package was installed without them.")
        return
    chosen = name or str(items[0]["model"])
    found = api.card(chosen)
    st.html(_tabs(items, chosen))
    shown = card.render(found["markdown"], found["pictures"], {str(item["model"]) for item in items})
    st.html(join(tag("h2", found["title"], class_="si-card-title"), shown))


def _files(missing: dict[str, str]) -> Html:
    """Which model files the service lacks."""
    if not missing:
        return div("si-quiet si-files", "All model files are there.")
    names = (part for name, why in missing.items() for part in (tag("code", name, title=why), " "))
    return div(
        "si-quiet si-files", "Model files missing: ", *names, "– what needs them is unknown and never an accept."
    )


def _tabs(items: list[Json], chosen: str) -> Html:
    tabs = (
        tag("a", item["title"], href=links.model(item["model"]), class_="si-subtab", aria_current=_mark(item, chosen))
        for item in items
    )
    return tag("nav", *tabs, class_="si-card-tabs", aria_label="Cards")


def _mark(item: Json, chosen: str) -> str | None:
    return "page" if item["model"] == chosen else None
