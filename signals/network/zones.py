"""Which countries a time zone belongs to, by the tables of the tz database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from importlib import resources


class Zones:
    """Zones by their names, old ones too. UTC and what is no zone at all belong to no country."""

    def __init__(self) -> None:
        self._countries = _countries()
        self._with_zones = frozenset().union(*self._countries.values())

    def elsewhere(self, zone: str | None, country: str | None) -> bool | None:
        """Whether the zone is none of the country's; None where either is not known."""
        if zone is None or country not in self._with_zones:
            return None
        return country not in self._countries.get(zone.strip().lower(), frozenset())


def _countries() -> Mapping[str, frozenset[str]]:
    """Names are compared without capitals. An old name without a row of its own has the countries of its successor."""
    found: dict[str, set[str]] = defaultdict(set)
    for table in ("zone.tab", "zone1970.tab"):
        for codes, _place, name, *_comment in _rows(table):
            found[name.lower()].update(codes.split(","))
    for kind, *names in (line.split() for line in _text("tzdata.zi").splitlines() if line):
        if kind == "L" and names[1].lower() not in found:
            found[names[1].lower()] = found.get(names[0].lower(), set())
    return {name: frozenset(codes) for name, codes in found.items()}


def _rows(table: str) -> Iterator[list[str]]:
    return (line.split("\t") for line in _text(table).splitlines() if line and not line.startswith("#"))


def _text(name: str) -> str:
    return resources.files("tzdata").joinpath("zoneinfo", name).read_text("utf-8")
