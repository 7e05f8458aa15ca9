"""Markets: ISO 3166-1 codes (`AU`) and ISO 3166-2 subdivisions (`US-TX`), as the time zone database lists them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from engine.logic.mistakes import quoted

_FORM = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?")
_MISTAKEN = {"UK": "GB", "EL": "GR"}
"""Codes that people write and that are none."""


@cache
def countries() -> Mapping[str, str]:
    """The name of each country by its code."""
    return MappingProxyType({row[0]: row[1] for row in _rows("iso3166.tab")})


@cache
def zones_of(market: str) -> tuple[str, ...]:
    """The time zones of a market's country; none where there is no such country. A subdivision has all of them."""
    return tuple(row[2] for row in _rows("zone.tab") if row[0] == market[:2])


def market_problem(code: str) -> tuple[str, str]:
    """Why a text is no market, and a way out; empty where it is one. Subdivisions are looked at by form alone."""
    if not _FORM.fullmatch(code):
        return f"{quoted(code)} is no code of a market", "ISO 3166, upper case: `AU`, `US-TX`"
    country = code[:2]
    if country not in countries():
        right = _MISTAKEN.get(country)
        return f"market {quoted(code)} does not exist", f"did you mean `{right}{code[2:]}`?" if right else ""
    return "", ""


def _rows(table: str) -> list[list[str]]:
    """The rows of a table of the `tzdata` package, which every machine has in the same version."""
    text = (files("tzdata") / "zoneinfo" / table).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
