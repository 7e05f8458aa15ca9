"""One version as it was saved: its text, how it differs from the live one, and the way back to it."""

from __future__ import annotations

import streamlit as st

from ui.console import connection, links, words
from ui.console.api import Json, Problem
from ui.console.draft import newest
from ui.console.editor import editor, vocabulary
from ui.console.markup import Html, div, link, span, tag
from ui.console.parts import diff, notices
from ui.console.parts.chrome import go

_REFUSED = "restore-refused"


def page(name: str, number: int, *, show: str, line: str) -> None:
    api = connection.api()
    policy, version = api.policy(name), api.version(name, number)
    st.html(_head(policy, version, show or "text"))
    refused: Problem | None = st.session_state.pop(_REFUSED, None)
    if refused is not None:
        notices.problem(refused)
    if not version["live"]:
        _restore(policy, version)
    if show == "changes":
        other = api.version(name, policy["live_version"] or newest(policy))
        state = " (live)" if other["live"] else ""
        st.html(diff.view(version["text"], other["text"], f"version {number}", f"version {other['version']}{state}"))
        return
    editor(
        key="version-text",
        doc=f"{name}@{number}#{line}",
        text=version["text"],
        problems=[],
        vocabulary=vocabulary(connection.features(), connection.reasons()),
        line=int(line) if line.isdecimal() else 0,
    )


def _head(policy: Json, version: Json, shown: str) -> Html:
    name, number = policy["policy"], version["version"]
    crumbs = div(
        "si-crumbs",
        link(links.POLICIES, "← Policies"),
        span("si-slash", "/"),
        link(links.policy(name), name),
        span("si-slash", "/"),
        link(links.versions(name), "versions"),
    )
    tabs = [("text", "Text", links.version(name, number))]
    if not version["live"]:
        tabs.append(("changes", "Compare with live", links.changes(name, number)))
    entries = [
        tag("a", said, href=href, class_="si-subtab", aria_current="page" if key == shown else None)
        for key, said, href in tabs
    ]
    state = span("si-live-tag", "live") if version["live"] else span("si-quiet", "not live")
    subtabs = tag("nav", *entries, class_="si-subtabs", aria_label="Version")
    title = div("si-title", tag("h1", f"Version {number}"), state, subtabs)
    saved = words.moment(version["at"], st.context.timezone, long=True)
    by = f" by {version['by']}" if version["by"] else ""
    facts = div("si-quiet", f"Saved {saved}{by}, sha256 ", tag("code", version["sha256"][:12], title=version["sha256"]))
    return div("si-page-head", crumbs, title, facts)


def _restore(policy: Json, version: Json) -> None:
    with st.container(key="restore", horizontal=True, vertical_alignment="center"):
        st.button(
            f"Restore as version {newest(policy) + 1}", key="restore-version", on_click=_save, args=(policy, version)
        )
        st.html(span("si-quiet", "Saves this text as the newest version; nothing is overwritten."))


def _save(policy: Json, version: Json) -> None:
    name, number = policy["policy"], version["version"]
    try:
        saved = connection.api().save(name, version["text"], newest(policy), f"Restores version {number}")
    except Problem as found:
        st.session_state[_REFUSED] = found
        return
    st.toast(f"Version {number} is restored as version {saved['version']}", icon=":material/check:")
    go(links.versions(name))
