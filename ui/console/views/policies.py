"""The list of policies with their live versions."""

from __future__ import annotations

import streamlit as st

from ui.console import connection, links, words
from ui.console.api import Json
from ui.console.markup import Html, div, link, span, tag
from ui.console.parts import notices


def page() -> None:
    st.html(div("si-toolbar", tag("h1", "Policies")))
    items = connection.api().policies()
    if not items:
        notices.empty("There are no policies", "The service seeds its own on the first start: see its log.")
        return
    heads = ("Policy", "Title", "Live version", "Saved", "By", "Strategies", "Text")
    head = div("si-row si-head", *(span("si-cell", name) for name in heads))
    st.html(div("si-list si-policies", head, *(_row(item) for item in items)))


def _row(item: Json) -> Html:
    live = item["live_version"]
    return link(
        links.policy(item["policy"]),
        span("si-cell si-id", item["policy"]),
        span("si-cell", item["title"]),
        span("si-cell", f"version {live}" if live else span("si-unknown", "none"), _of(item)),
        span("si-cell si-time", words.moment(item["at"], st.context.timezone), title=item["at"]),
        span("si-cell", item["by"] or ""),
        span("si-cell", *(span("si-tag", name) for name in item["strategies"])),
        span("si-cell si-digest", item["sha256"][:12], title=item["sha256"]),
        class_="si-row",
    )


def _of(item: Json) -> Html:
    return span("si-quiet", f" of {item['versions']}" if item["versions"] != 1 else "")
