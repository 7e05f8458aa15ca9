"""A policy's text while it is edited. It lives in the browser's session: no answer of the service can lose it."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from ui.console.api import Api, Json, Problem


@dataclass(slots=True)
class Draft:
    """The text of one policy in the editor."""

    policy: str
    text: str
    saved: str
    """The text of version `base`, from which this one started."""
    base: int
    opened: int = 0
    """Counts the times that the text was replaced from outside, so that the editor knows."""
    refused: Problem | None = None
    """Why the last attempt to save failed."""

    @property
    def doc(self) -> str:
        return f"{self.policy}#{self.opened}"

    @property
    def changed(self) -> bool:
        return self.text != self.saved

    def start(self, version: int, text: str) -> None:
        """Take over the text of a version, in place of what stands here."""
        self.text = self.saved = text
        self.base = version
        self.opened += 1
        self.refused = None

    def save(self, api: Api, note: str) -> bool:
        """Save as the next version. Where the service refuses, the text stays and `refused` says why."""
        try:
            stored = api.save(self.policy, self.text, self.base, note)
        except Problem as found:
            self.refused = found
            return False
        self.saved, self.base, self.refused = self.text, stored["version"], None
        return True


def newest(policy: Json) -> int:
    """The number of the newest version."""
    return max(int(item["version"]) for item in policy["versions"])


def open_draft(api: Api, policy: Json) -> Draft:
    """The draft of this session; a new one, or one without changes of its own, starts at the newest version."""
    key = f"draft {policy['policy']}"
    latest = newest(policy)
    draft: Draft | None = st.session_state.get(key)
    if draft is None:
        draft = Draft(policy["policy"], "", "", base=0)
        st.session_state[key] = draft
    if draft.base != latest and not draft.changed:
        draft.start(latest, api.version(policy["policy"], latest)["text"])
    return draft
