"""Clear words for what went wrong, and for what is not there yet."""

from __future__ import annotations

import streamlit as st

from ui.console.api import Problem
from ui.console.markup import div, tag

_WAYS_OUT = {
    "notConfigured": "Set SELFIE_API_URL and SELFIE_CONSOLE_KEY where the console is started.",
    "editorMissing": "Run `make setup` where the console is installed.",
    "unreachable": "Check that the service runs and that the console may reach it, then try again.",
}
_BY_STATUS = {
    401: ("The service refuses the console's key", "Set SELFIE_CONSOLE_KEY to a key of this environment."),
    403: ("The console's key may not do this", "Ask for a key with this right."),
    404: ("This is not there", "It may belong to another environment. Go back to the list."),
    503: ("The service is busy", "It works at its limit; try again in a few seconds."),
}


def problem(found: Problem, *, retry: str = "") -> None:
    """The service's answer in words with a way out; `retry` is the key of a button that runs the page again."""
    title, way_out = _BY_STATUS.get(found.status, (found.title, _WAYS_OUT.get(found.code, "")))
    detail = found.detail if found.status else ""
    notice(title, " ".join(part for part in (detail, way_out) if part), kind="bad")
    if retry:
        st.button("Try again", key=retry)


def notice(title: str, words: str = "", *, kind: str = "info") -> None:
    """A boxed message: `info`, `warn` or `bad`."""
    role = "alert" if kind == "bad" else "status"
    st.html(div(f"si-notice si-{kind}", tag("strong", title), tag("span", words) if words else None, role=role))


def empty(title: str, words: str) -> None:
    """What stands where there is nothing yet, with the next thing to do."""
    st.html(div("si-empty", tag("strong", title), tag("span", words)))
