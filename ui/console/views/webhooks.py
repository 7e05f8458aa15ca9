"""Webhooks: the endpoints that are told of what happens, their secrets, and a test of each."""

from __future__ import annotations

from collections.abc import Iterator

import streamlit as st

from ui.console import connection, links, words
from ui.console.api import Json, Problem
from ui.console.markup import EMPTY, Html, div, join, link, span, tag
from ui.console.parts import notices
from ui.console.views import deliveries

_TOLD = "webhook-secret"
"""A new secret, until the person says that they keep it."""
_SAID = "webhook-said"
"""What became of the last action: endpoint, and a `Problem` or the words."""
_ADDS = "endpoint-adds"
"""Whether the form for a new endpoint is open."""
_LEAVES = "endpoint-leaves"
"""The endpoint of which is asked whether it shall be removed."""


def page(show: str) -> None:
    st.html(_head(show))
    if show == "deliveries":
        deliveries.page()
        return
    _secret()
    items = connection.api().endpoints()
    if st.session_state.get(_ADDS):
        _form()
    else:
        st.button(
            "Add an endpoint",
            type="primary",
            key="endpoint-add",
            icon=":material/add:",
            on_click=_set,
            args=(_ADDS, True),
        )
    if not items:
        notices.empty("No endpoint yet", "Add the address of your system: it is told of each decision, signed.")
    for item in items:
        _endpoint(item)


def _head(show: str) -> Html:
    entries = (("", "Endpoints", links.WEBHOOKS), ("deliveries", "Deliveries", links.DELIVERIES))
    tabs = (
        tag("a", said, href=href, class_="si-subtab", aria_current="page" if name == show else None)
        for name, said, href in entries
    )
    return div("si-toolbar", tag("h1", "Webhooks"), tag("nav", *tabs, class_="si-subtabs", aria_label="Webhooks"))


def _endpoint(item: Json) -> None:
    name = item["id"]
    with st.container(border=True, key=f"endpoint-{name}"):
        st.html(_facts(item))
        with st.container(horizontal=True, key=f"endpoint-ways-{name}"):
            st.button("Send a test", key=f"test-{name}", on_click=_test, args=(name,))
            st.button("New secret", key=f"rotate-{name}", on_click=_rotate, args=(name, item["url"]))
            if item["disabled_at"]:
                st.button("Start again", key=f"enable-{name}", on_click=_enable, args=(name,))
            elif item["dead"]:
                st.button("Replay dead letters", key=f"replay-{name}", on_click=_replay, args=(name,))
            st.button("Remove", key=f"remove-{name}", on_click=_set, args=(_LEAVES, name))
        if st.session_state.get(_LEAVES) == name:
            _confirm(name)
        said = st.session_state.get(_SAID)
        if said and said[0] == name:
            _tell(said[1])


def _facts(item: Json) -> Html:
    events = item["events"] or ["every event"]
    disabled = item["disabled_at"]
    state = span("si-off-tag", "stopped") if disabled else span("si-live-tag", "live")
    about = div("", item["description"]) if item["description"] else EMPTY
    made = f"Added {words.moment(item['created_at'], st.context.timezone)}"
    if disabled:
        made += f", stopped {words.moment(disabled, st.context.timezone)}: the receiver said that it is gone"
    return join(
        div("si-title", tag("h2", item["url"], class_="si-url"), state),
        about,
        div("si-endpoint-events", *(span("si-tag", event) for event in events)),
        div("si-quiet", f"{made}. {_secrets(item)}"),
        div("si-endpoint-counts", *_counts(item)),
    )


def _secrets(item: Json) -> str:
    until = item["old_secret_until"]
    return f"The former secret signs too, until {words.moment(until, st.context.timezone)}." if until else ""


def _counts(item: Json) -> Iterator[Html]:
    """What waits, and what was given up."""
    yield span("", f"{item['waiting']:,} waiting")
    dead = f"{item['dead']:,} given up"
    yield span("si-state si-state-dead", dead) if item["dead"] else span("", dead)
    yield link(links.deliveries(item["id"]), "Deliveries")


def _set(key: str, value: object) -> None:
    """Remember what is asked for; what was said of the last action is said no more."""
    st.session_state.pop(_SAID, None)
    st.session_state[key] = value


def _tell(said: Problem | tuple[str, str, str]) -> None:
    if isinstance(said, Problem):
        notices.problem(said)
    else:
        title, more, kind = said
        notices.notice(title, more, kind=kind)


def _test(name: str) -> None:
    try:
        answer = connection.api().test_endpoint(name)
    except Problem as found:
        st.session_state[_SAID] = (name, found)
        return
    status, error = answer.get("status_code"), answer.get("error")
    if answer.get("delivered"):
        said = ("The receiver took it", f"It answered {status}.", "info")
    else:
        said = ("The receiver did not take it", deliveries.why(status, error), "bad")
    st.session_state[_SAID] = (name, said)


def _enable(name: str) -> None:
    try:
        connection.api().enable_endpoint(name)
        st.session_state[_SAID] = (
            name,
            ("It is told again", "What was given up is sent where it is replayed.", "info"),
        )
    except Problem as found:
        st.session_state[_SAID] = (name, found)


def _replay(name: str) -> None:
    try:
        count = int(connection.api().replay_dead(name)["replayed"])
    except Problem as found:
        st.session_state[_SAID] = (name, found)
        return
    said = (
        words.counted(count, "dead letter waits again", "dead letters wait again")
        if count
        else "There is no dead letter"
    )
    st.session_state[_SAID] = (name, (said, "", "info"))


def _rotate(name: str, url: str) -> None:
    try:
        st.session_state[_TOLD] = (url, connection.api().rotate_secret(name)["secret"], True)
    except Problem as found:
        st.session_state[_SAID] = (name, found)


def _secret() -> None:
    """The secret that was made a moment ago; it can never be shown again."""
    told = st.session_state.get(_TOLD)
    if told is None:
        return
    url, secret, again = told
    with st.container(border=True, key="endpoint-secret"):
        more = (
            "The former one signs beside it until it ends." if again else "Your receiver checks the signature with it."
        )
        notices.notice(f"The secret of {url}", f"Copy it now: it is not shown again. {more}", kind="warn")
        st.code(secret, language=None)
        st.button("I have copied it", key="endpoint-copied", on_click=st.session_state.pop, args=(_TOLD, None))


def _form() -> None:
    with st.form("endpoint-form"):
        st.html(tag("h2", "Add an endpoint"))
        st.text_input("Address", key="endpoint-url", max_chars=2048, placeholder="https://hooks.example.com/selfie")
        st.multiselect("Events", words.EVENTS, key="endpoint-events", placeholder="Every event")
        st.text_input("Description", key="endpoint-about", max_chars=256, placeholder="none")
        with st.container(horizontal=True):
            st.form_submit_button("Add it", type="primary", key="endpoint-make", on_click=_make)
            st.form_submit_button("Cancel", key="endpoint-cancel", on_click=_set, args=(_ADDS, False))
        said = st.session_state.get(_SAID)
        if said and said[0] == _ADDS:
            _tell(said[1])


def _make() -> None:
    state = st.session_state
    _set(_ADDS, True)
    url = state["endpoint-url"].strip()
    if not url:
        state[_SAID] = (_ADDS, ("The address is missing", "It is where your system takes webhooks, with https.", "bad"))
        return
    try:
        made = connection.api().add_endpoint(url, state["endpoint-events"], state["endpoint-about"].strip())
    except Problem as found:
        state[_SAID] = (_ADDS, found)
        return
    state[_TOLD] = (made["url"], made["secret"], False)
    state[_ADDS] = False


def _confirm(name: str) -> None:
    notices.notice("Remove this endpoint?", "It is told nothing any more; what waits for it is not sent.", kind="warn")
    with st.container(horizontal=True, key="endpoint-leaving"):
        st.button("Remove it", key="endpoint-remove", type="primary", on_click=_remove, args=(name,))
        st.button("Keep it", key="endpoint-keep", on_click=_set, args=(_LEAVES, None))


def _remove(name: str) -> None:
    _set(_LEAVES, None)
    try:
        connection.api().remove_endpoint(name)
    except Problem as found:
        st.session_state[_SAID] = (name, found)
