"""Clear words for what went wrong, and for what is not there yet."""

from __future__ import annotations

import streamlit as st

from ui.console.api import Json, Problem
from ui.console.markup import div, prose, tag

_BY_CODE = {
    "notConfigured": ("The console does not know its service", "Set SELFIE_API_URL and SELFIE_CONSOLE_KEY for it."),
    "unreachable": ("The service does not answer", "Check that it runs and that the console reaches it."),
    "editorMissing": ("The policy editor is not built", "Run `make setup` where the console is installed."),
}
_BY_STATUS = {
    401: ("The service refuses the console's key", "Set SELFIE_CONSOLE_KEY to a key of this environment."),
    403: ("The console's key may not do this", "Ask for a key with this right."),
    404: ("This is not there", "It may belong to another environment."),
    429: ("That was too much at once", "Wait a minute, then try again."),
    503: ("The service is busy", "It works at its limit; try again in a few seconds."),
}


def problem(found: Problem) -> None:
    """The service's answer in words, with a way out."""
    refused = "The service refuses this" if 400 <= found.status < 500 else "Something went wrong in the service"
    title, way_out = _BY_CODE.get(found.code) or _BY_STATUS.get(found.status) or (refused, "")
    said = found.detail if found.status else ""
    notice(title, " ".join(part for part in (said, *mistakes(found), way_out) if part), kind="bad")


def mistakes(found: Problem) -> list[str]:
    """Each mistake that the service named, with its place; one that its own sentence says already is left out."""
    said = [(item, str(item.get("message", item.get("code", "")))) for item in found.errors]
    return [f"{_place(item)}{message}." for item, message in said if message.lower() not in found.detail.lower()]


def _place(item: Json) -> str:
    if "line" in item:
        return f"line {item['line']}: "
    return f"`{item['at']}`: " if item.get("at") else ""


def notice(title: str, words: str = "", *, kind: str = "info") -> None:
    """A boxed message: `info`, `warn` or `bad`."""
    role = "alert" if kind == "bad" else "status"
    said = tag("span", prose(words)) if words else None
    st.html(div(f"si-notice si-{kind}", tag("strong", title), said, role=role))


def empty(title: str, words: str) -> None:
    """What stands where there is nothing yet, with the next thing to do."""
    st.html(div("si-empty", tag("strong", title), tag("span", prose(words))))
