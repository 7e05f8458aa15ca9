"""One policy: the editor with what the service says of the text, and the versions."""

from __future__ import annotations

import streamlit as st

from ui.console import connection, links, words
from ui.console.api import Json, Problem
from ui.console.draft import Draft, newest, open_draft
from ui.console.editor import editor, vocabulary
from ui.console.markup import Html, div, link, span, tag
from ui.console.parts import diff, notices
from ui.console.views import trial, versions

_NOTE = "policy-note"


def page(name: str, *, show: str) -> None:
    policy = connection.api().policy(name)
    st.html(head(policy, show or "edit"))
    if show == "versions":
        versions.table(policy)
        return
    draft = open_draft(connection.api(), policy)
    found = connection.api().check(name, draft.text)
    text, tried = st.columns([3, 2], gap="medium")
    with text:
        _conflict(draft, policy)
        _bar(draft, policy, found["diagnostics"])
        _editor(draft, found["diagnostics"])
    with tried:
        trial.panel(draft.text, found)


def head(policy: Json, shown: str) -> Html:
    """Where we are, which version is live, and the ways from here."""
    name, live = policy["policy"], policy["live_version"]
    tabs = (
        ("edit", "Edit and try", links.policy(name)),
        ("versions", words.counted(len(policy["versions"]), "version"), links.versions(name)),
    )
    entries = [
        tag("a", said, href=href, class_="si-subtab", aria_current="page" if key == shown else None)
        for key, said, href in tabs
    ]
    crumbs = div("si-crumbs", link(links.POLICIES, "← Policies"))
    state = span("si-live-tag", f"version {live} is live") if live else span("si-unknown", "no live version")
    title = div("si-title", tag("h1", name), state, tag("nav", *entries, class_="si-subtabs", aria_label="Policy"))
    return div("si-page-head", crumbs, title)


def _editor(draft: Draft, problems: list[Json]) -> None:
    def edited(text: str) -> None:
        draft.text = text
        draft.refused = None

    editor(
        key="policy-editor",
        doc=draft.doc,
        text=draft.text,
        problems=problems,
        vocabulary=vocabulary(connection.features(), connection.reasons()),
        on_edit=edited,
        on_save=lambda: _save(draft),
    )


def _bar(draft: Draft, policy: Json, problems: list[Json]) -> None:
    """What stands in the editor, and the buttons that save or discard it."""
    errors = sum(item["severity"] == "error" for item in problems)
    with st.container(key="save-bar", horizontal=True, vertical_alignment="center"):
        st.html(_standing(draft, errors))
        st.text_input(
            "Note", key=_NOTE, placeholder="What changes, and why", label_visibility="collapsed", max_chars=500
        )
        if draft.changed:
            st.button("Discard", key="discard", on_click=_discard, args=(draft,))
        st.button(
            f"Save as version {newest(policy) + 1}",
            key="save",
            type="primary",
            disabled=errors > 0 or not draft.changed,
            on_click=_save,
            args=(draft,),
        )
    if draft.refused and draft.refused.status != 409:
        _refusal(draft.refused)


def _standing(draft: Draft, errors: int) -> Html:
    if errors:
        return span("si-standing si-text-reject", f"{words.counted(errors, 'error')} to fix before it can be saved")
    if draft.changed:
        return span("si-standing si-text-review", f"Version {draft.base} with your changes, not saved")
    return span("si-standing si-quiet", f"Version {draft.base}, no changes")


def _save(draft: Draft) -> None:
    if not draft.changed:
        return
    if draft.save(connection.api(), str(st.session_state.get(_NOTE) or "").strip()):
        st.session_state[_NOTE] = ""
        st.toast(f"Version {draft.base} is saved", icon=":material/check:")


def _discard(draft: Draft) -> None:
    draft.start(draft.base, draft.saved)


def _refusal(refused: Problem) -> None:
    if refused.status == 422:
        said = " ".join([*notices.mistakes(refused)] or [refused.detail])
        notices.notice("The service did not save this text. It is kept here.", said, kind="bad")
    else:
        notices.problem(refused)


def _conflict(draft: Draft, policy: Json) -> None:
    """Somebody saved meanwhile: say so, show both, and keep the person's text until they choose."""
    latest = newest(policy)
    if latest == draft.base:
        return
    theirs = connection.api().version(policy["policy"], latest)
    by = f" by {theirs['by']}" if theirs["by"] else ""
    notices.notice(
        f"Version {latest} was saved{by} while you were editing version {draft.base}",
        "Your text is kept below. Compare the two, then save yours on top of it or take theirs.",
        kind="warn",
    )
    with st.container(key="conflict", horizontal=True):
        st.button(f"Save mine on top of version {latest}", key="conflict-mine", on_click=_on_top, args=(draft, latest))
        st.button(f"Take version {latest}", key="conflict-theirs", on_click=draft.start, args=(latest, theirs["text"]))
    with st.expander(f"Version {latest} and your text", expanded=True):
        st.html(diff.view(theirs["text"], draft.text, f"version {latest}", "your text"))


def _on_top(draft: Draft, latest: int) -> None:
    draft.base = latest
    _save(draft)
