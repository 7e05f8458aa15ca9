"""The table of addresses: sorted starts of ranges, and for each its network's number and its country.

On disk: one line of JSON (`format`, `day`, `countries`, number of ranges), then the columns one after another, little
endian. 9 bytes a range for IPv4, 13 for IPv6, whose addresses are known by their upper 64 bits.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Any

import numpy as np
from numpy.typing import NDArray

FORMAT = "addresses-1"
Address = IPv4Address | IPv6Address


class BadTable(Exception):  # noqa: N818 - the word of the domain
    """The bytes are no such table."""


@dataclass(frozen=True, slots=True)
class Ranges:
    """Columns of equal length. Each row holds from its start to the next row's."""

    starts: NDArray[np.unsignedinteger[Any]]
    networks: NDArray[np.uint32]
    """Number of the autonomous system; 0 where there is none."""
    countries: NDArray[np.uint8]
    """Place in the table's list of codes; 0 where there is none."""

    def place(self, number: int) -> int:
        """The row in which a number lies. The first row starts at 0."""
        return bisect_right(self.starts.data, number) - 1


@dataclass(frozen=True, slots=True)
class AddressTable:
    """Who has an address, by data of one day.

    Args:
        day: `2026-06-17`.
        codes: ISO 3166-1 alpha-2 codes; the first is empty.
    """

    day: str
    codes: tuple[str, ...]
    v4: Ranges
    v6: Ranges

    def at(self, address: Address) -> tuple[int | None, str | None]:
        """Number of the network, and country to which it was assigned; None where the data says nothing."""
        v4 = isinstance(address, IPv4Address)
        ranges, number = (self.v4, int(address)) if v4 else (self.v6, int(address) >> 64)
        place = ranges.place(number)
        return int(ranges.networks[place]) or None, self.codes[ranges.countries[place]] or None


def written(table: AddressTable) -> bytes:
    """The bytes of the file; the same for the same table."""
    head = {"format": FORMAT, "day": table.day, "countries": table.codes, "rows": [len(v.starts) for v in _both(table)]}
    columns = [column.tobytes() for part in _both(table) for column in (part.starts, part.networks, part.countries)]
    return b"".join([json.dumps(head, separators=(",", ":")).encode(), b"\n", *columns])


def _both(table: AddressTable) -> tuple[Ranges, Ranges]:
    return table.v4, table.v6


def read_table(content: bytes) -> AddressTable:
    """The table of a file; raises `BadTable`."""
    try:
        line, _, rest = content.partition(b"\n")
        head = json.loads(line)
        if head["format"] != FORMAT:
            raise BadTable("the file is another table")
        rows4, rows6 = head["rows"]
        v4, offset = _ranges(rest, 0, rows4, "<u4")
        v6, offset = _ranges(rest, offset, rows6, "<u8")
        table = AddressTable(str(head["day"]), tuple(head["countries"]), v4, v6)
    except (ValueError, KeyError, TypeError) as broken:
        raise BadTable("the file is no table of addresses") from broken
    if offset != len(rest):
        raise BadTable("the file goes on after its table")
    return table


def _ranges(content: bytes, offset: int, rows: int, width: str) -> tuple[Ranges, int]:
    columns: list[Any] = []
    for kind in (width, "<u4", "<u1"):
        columns.append(np.frombuffer(content, kind, rows, offset).copy())  # a copy is aligned
        offset += columns[-1].nbytes
    return Ranges(*columns), offset
