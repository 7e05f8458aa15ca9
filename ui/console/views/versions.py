"""The versions of one policy."""

from __future__ import annotations

import streamlit as st

from ui.console import links, words
from ui.console.api import Json
from ui.console.markup import Html, div, link, span


def table(policy: Json) -> None:
    heads = ("Version", "Saved", "By", "Note", "Text", "")
    head = div("si-row si-head", *(span("si-cell", name) for name in heads))
    newest_first = sorted(policy["versions"], key=lambda item: -int(item["version"]))
    st.html(div("si-list si-versions", head, *(_row(policy["policy"], item) for item in newest_first)))


def _row(name: str, item: Json) -> Html:
    number = item["version"]
    live = span("si-live-tag", "live") if item["live"] else None
    ways = span("si-quiet", "") if item["live"] else link(links.changes(name, number), "Compare with live")
    return div(
        "si-row",
        span("si-cell", link(links.version(name, number), f"Version {number}"), live),
        span("si-cell si-time", words.moment(item["at"], st.context.timezone), title=item["at"]),
        span("si-cell", item["by"] or ""),
        span("si-cell si-note", item.get("note") or ""),
        span("si-cell si-digest", item["sha256"][:12], title=item["sha256"]),
        span("si-cell si-ways", ways),
    )
