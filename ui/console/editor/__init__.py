"""The policy editor: CodeMirror as a Streamlit component, built into `dist` and served from this machine."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import streamlit as st
from streamlit.components.v2 import component
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest
from streamlit.components.v2.types import ComponentRenderer

from ui.console import words
from ui.console.api import Json, Problem

_FOLDER = Path(__file__).parent
_NAME = "selfie.policy_editor"


def editor(
    *,
    key: str,
    doc: str,
    text: str,
    problems: list[Json],
    vocabulary: list[Json],
    on_edit: Callable[[str], None] | None = None,
    on_save: Callable[[], None] | None = None,
    line: int = 0,
) -> None:
    """Show the editor; without `on_edit` the text can only be read.

    Another `doc` replaces the text; the same one leaves it alone, because a person may be typing. `on_edit` hears the
    text of this document after each pause in typing, before the page runs; `on_save` the keys for saving, after it.
    `line` is shown and marked when a document opens, 0 for none. The list below the text has the `problems`.
    """

    def heard(name: str, then: Callable[[], None] | None) -> None:
        said = st.session_state[key][name]
        if said and said["doc"] == doc and on_edit is not None:
            on_edit(said["text"])
            if then is not None:
                then()

    data = {
        "doc": doc,
        "text": text,
        "readonly": on_edit is None,
        "problems": problems,
        "words": vocabulary,
        "line": line,
    }
    _mounted()(
        key=key,
        data=json.dumps(data).encode(),  # for a mapping Streamlit loads pandas first: seconds on the first visit
        on_edit_change=lambda: heard("edit", None),
        on_save_change=lambda: heard("save", on_save),
    )


def vocabulary(features: Mapping[str, Json], reasons: Mapping[str, Json]) -> list[Json]:
    """What the editor completes and explains."""
    known = [
        {
            "name": name,
            "kind": "feature",
            "title": item["title"],
            "detail": words.type_of(item),
            "meaning": item["meaning"],
        }
        for name, item in features.items()
    ]
    codes = [
        {"name": code, "kind": "reason", "title": item["title"], "detail": "", "meaning": item["description"]}
        for code, item in reasons.items()
    ]
    return known + codes


def _mounted() -> ComponentRenderer:
    """The component. Its folder is named here, because Streamlit looks for manifests beside installed packages only."""
    if not (_FOLDER / "dist" / "editor.js").is_file():
        raise Problem(0, "editorMissing", "The policy editor is not built")
    manager = get_bidi_component_manager()
    if manager.get_component_asset_root(_NAME) is None:
        package, name = _NAME.split(".")
        manager.register_from_manifest(ComponentManifest(package, "1", [ComponentConfig(name, "dist")]), _FOLDER)
    return component(_NAME, js="editor.js")
