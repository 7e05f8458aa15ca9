"""From lists of address ranges, in CSV, to one table: for each address its network's number and its country.

The source files are those of the npm packages `@ip-location-db/asn-country` and `@ip-location-db/asn`, each with the
package's own package.json, whose version carries the day of the data.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from signals.address_table import AddressTable, Ranges, written
from signals.convert.graph import BadSource

Numbers = NDArray[np.uint64]
_COUNTRY = re.compile(r"[A-Z]{2}")
_VERSION = re.compile(r"\d+\.\d+\.(20\d\d)(\d\d)(\d\d)\d*")
_PRIVATE_NETWORKS = ((64_496, 131_071), (4_200_000_000, 4_294_967_295))
"""Numbers for documentation and private use (RFC 5398, 6996, 7300), with the reserved ones between."""
_TAKEN = 23_456
"""Stands for a number that an old router cannot write (RFC 6793)."""


@dataclass(frozen=True, slots=True)
class _Steps:
    """Ranges in order: first, one after the last, and a number of what holds there."""

    first: Numbers
    after: Numbers
    value: Numbers

    def at(self, points: Numbers) -> Numbers:
        """What holds at each point; 0 between the ranges. Where two overlap the later one holds."""
        place = np.searchsorted(self.first, points, side="right").astype(np.int64) - 1
        inside = (place >= 0) & (points < self.after[place])
        return np.where(inside, self.value[place], np.uint64(0))


def convert_addresses(sources: Sequence[bytes]) -> bytes:
    """The six files of models.yaml to a table as `signals.address_table` reads it; raises `BadSource`."""
    countries4, countries6, about_countries, networks4, networks6, about_networks = sources
    codes = [""]
    places = {"": 0}

    def country(text: str) -> int:
        if not _COUNTRY.fullmatch(text):
            raise BadSource(f"`{text[:20]}` is no country's code")
        if text not in places:
            places[text] = len(codes)
            codes.append(text)
        return places[text]

    day = min(_day(about_countries), _day(about_networks))
    v4 = _merged(_steps(countries4, country, 0), _steps(networks4, _network, 0), np.dtype("<u4"))
    v6 = _merged(_steps(countries6, country, 64), _steps(networks6, _network, 64), np.dtype("<u8"))
    return written(AddressTable(day, tuple(codes), v4, v6))


def _day(package: bytes) -> str:
    """The day in a version such as `2.3.2026061719`."""
    try:
        found = _VERSION.fullmatch(json.loads(package)["version"])
    except (ValueError, KeyError, TypeError) as broken:
        raise BadSource("package.json has no version") from broken
    if found is None:
        raise BadSource("the package's version has no day")
    return "-".join(found.groups())


def _network(text: str) -> int:
    """An autonomous system's number; 0 for one that names nobody."""
    number = int(text)
    nobody = number == _TAKEN or any(low <= number <= high for low, high in _PRIVATE_NETWORKS)
    return 0 if nobody else number


def _steps(content: bytes, value: Callable[[str], int], shift: int) -> _Steps:
    """Rows `first,last,value,…`. A /64 of IPv6 is as its first address is, so what is finer falls away.

    Args:
        shift: bits that are cut off the addresses.
    """
    cut = (1 << shift) - 1
    try:
        rows = [
            (int(row[0]) + cut >> shift, int(row[1]) + 1 + cut >> shift, value(row[2]))
            for row in csv.reader(io.StringIO(content.decode()))
        ]
        table = np.array(sorted(row for row in rows if row[0] < row[1]), np.uint64).reshape(-1, 3)
    except (ValueError, IndexError, OverflowError) as broken:
        raise BadSource(f"the ranges cannot be read: {broken}") from broken
    if not len(table):
        raise BadSource("there are no ranges")
    return _Steps(table[:, 0], table[:, 1], table[:, 2])


def _merged(countries: _Steps, networks: _Steps, width: np.dtype[np.unsignedinteger]) -> Ranges:
    """Both as one list of starts; equal neighbours are one."""
    zero = np.zeros(1, np.uint64)
    points = np.unique(np.concatenate([zero, countries.first, countries.after, networks.first, networks.after]))
    country, network = countries.at(points), networks.at(points)
    changed = np.ones(len(points), bool)
    changed[1:] = (country[1:] != country[:-1]) | (network[1:] != network[:-1])
    fits = points <= np.iinfo(width).max  # the end of the last range may be one beyond the last address
    keep = changed & fits
    return Ranges(points[keep].astype(width), network[keep].astype("<u4"), country[keep].astype("<u1"))
