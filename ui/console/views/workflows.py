"""The list of workflows, and one of them drawn with what ran through it."""

from __future__ import annotations

import streamlit as st

from ui.console import connection, links, words
from ui.console.api import Json
from ui.console.markup import Html, div, join, link, span, tag
from ui.console.parts import drawing, notices, windows
from ui.console.parts.lanes import drawing as laid_out

_EVIDENCE = {"capture": "a selfie by link", "still": "an image from a server", "features": "the caller's own signals"}


def page() -> None:
    st.html(div("si-toolbar", tag("h1", "Workflows")))
    items = connection.api().workflows()
    if not items:
        notices.empty("There are no workflows", "Put a workflow file into the folder of workflows, then start again.")
        return
    heads = ("Workflow", "Title", "Begins with", "Strategy", "Policies", "Version")
    head = div("si-row si-head", *(span("si-cell", name) for name in heads))
    st.html(div("si-list si-workflows", head, *(_row(item) for item in items)))


def _row(item: Json) -> Html:
    return link(
        links.workflow(item["workflow"]),
        span("si-cell si-id", item["workflow"]),
        span("si-cell", item["title"]),
        span("si-cell si-quiet", _EVIDENCE.get(item["evidence"], item["evidence"])),
        span("si-cell", item["strategy"]),
        span("si-cell", *(span("si-tag", name) for name in item["policies"])),
        span("si-cell si-digest", item["version"]),
        class_="si-row",
    )


def one(name: str) -> None:
    """One workflow, drawn, with counts of a time that is chosen."""
    found = connection.api().workflow(name)
    st.html(_head(found))
    with st.container(key="toolbar", horizontal=True, vertical_alignment="center"):
        st.html(tag("h2", "What ran"), width="content")
        window = windows.choice()
    ran = connection.api().counts(name, windows.since(window))
    counts = {(item["step"], item["edge"]): int(item["n"]) for item in ran["items"] if item["n"]}
    drawn = laid_out(found["graph"])
    st.html(join(_said(counts, found), _left_out(ran), drawing.view(drawn, counts or None), drawing.key()))
    if found.get("text"):
        with st.expander("The file"):
            st.code(found["text"], language="yaml", line_numbers=True)


def _said(counts: drawing.Counts, found: Json) -> Html:
    if not counts:
        return div("si-quiet si-drawing-said", "Nothing ran in this time: the ways are drawn without counts.")
    first = found["graph"]["nodes"][0]["id"]
    began = sum(n for (step, _), n in counts.items() if step == first)
    return div(
        "si-quiet si-drawing-said",
        f"{words.counted(began, 'evaluation')} went through the first step. A percentage is the part of those that "
        "left the step; what still waits has not left it.",
    )


def _left_out(ran: Json) -> Html | None:
    """What the counts do not tell: a new text begins to count anew."""
    if not ran["others"]:
        return None
    since = words.moment(ran["in_use_since"], st.context.timezone) if ran["in_use_since"] else "now"
    return div(
        "si-quiet si-drawing-said",
        f"Only version {ran['workflow_version']} is counted, in use since {since}: "
        f"{words.counted(ran['others'], 'evaluation')} of this time went by other versions.",
    )


def _head(found: Json) -> Html:
    name = found["workflow"]
    crumbs = div("si-crumbs", link(links.WORKFLOWS, "← Workflows"))
    facts = [
        ("Name", span("", name)),
        ("Begins with", span("", _EVIDENCE.get(found["evidence"], found["evidence"]))),
        ("Strategy", span("", found["strategy"])),
        ("Version", tag("code", found["version"])),
        ("Evaluations", join(link(links.evaluations_of(name), "all"), ", ", link(links.waiting(name), "waiting"))),
    ]
    shown = [tag("div", tag("dt", title), tag("dd", value)) for title, value in facts]
    return div("si-page-head", crumbs, div("si-title", tag("h1", found["title"])), tag("dl", *shown, class_="si-facts"))
