"""A typed form for a feature record: each feature that a policy reads, and each may be unknown."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from ui.console import words
from ui.console.api import Json


def form(names: list[str], catalogue: Mapping[str, Json]) -> dict[str, object]:
    """The record as it stands in the form; a field left empty is unknown and not in the record."""
    record = {}
    for start in range(0, len(names), 2):
        for column, name in zip(st.columns(2, gap="small"), names[start : start + 2], strict=False):
            with column:
                given = _field(name, catalogue[name])
            if given is not None and given != "":
                record[name] = given
    return record


def fill(values: Mapping[str, object], names: list[str]) -> None:
    """Put values into the form; what is not known there becomes unknown. Only inside a callback."""
    for name in names:
        st.session_state[_key(name)] = values.get(name)


def _key(name: str) -> str:
    return f"record {name}"


def _field(name: str, feature: Json) -> object:
    label, key = str(feature["title"]), _key(name)
    about = f"`{name}`, {words.type_of(feature)}. {feature['meaning']}"
    if key in st.session_state:
        st.session_state[key] = _fitting(st.session_state[key], feature)
    if feature["type"] in {"number", "integer"}:
        return _number(label, key, about, feature)
    if feature["type"] == "boolean":
        return st.selectbox(
            label, [True, False], index=None, key=key, help=about, placeholder=words.UNKNOWN, format_func=words.value
        )
    if feature["values"]:
        return st.selectbox(label, feature["values"], index=None, key=key, help=about, placeholder=words.UNKNOWN)
    return st.text_input(label, value=None, key=key, help=about, placeholder=words.UNKNOWN)


def _number(label: str, key: str, about: str, feature: Json) -> float | int | None:
    whole = feature["type"] == "integer"
    shown = words.with_unit(label, f"({feature['unit']})" if feature["unit"] else None)
    low, high = _bound(feature["low"], whole=whole), _bound(feature["high"], whole=whole)
    step: float | int = 1 if whole else _step(feature)
    return st.number_input(shown, low, high, None, step, "%d" if whole else "%g", key, about, placeholder=words.UNKNOWN)


def _bound(limit: float | None, *, whole: bool) -> float | int | None:
    if limit is None:
        return None
    return int(limit) if whole else float(limit)


def _step(feature: Json) -> float:
    wide = feature["high"] is None or feature["high"] - feature["low"] > 2
    return 1.0 if wide else 0.05


def _fitting(given: object, feature: Json) -> object:
    """A value that the field can show: numbers of the field's own kind; another type is unknown."""
    if isinstance(given, bool) or given is None:
        return given
    if feature["type"] == "number" and isinstance(given, int | float):
        return float(given)
    return given
