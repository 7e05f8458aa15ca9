"""From published ranges to a table, and back to each address."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from signals.address_table import BadTable, read_table, written
from signals.convert import BadSource
from signals.convert.addresses import convert_addresses
from tests.signals.network.data import LATER6, package, sources

CONTENT = convert_addresses(sources())
TABLE = read_table(CONTENT)


@pytest.mark.parametrize(
    ("address", "network", "country"),
    [
        ("1.0.0.0", 13335, "AU"),
        ("1.0.0.255", 13335, "AU"),
        ("1.0.1.0", None, None),
        ("0.0.0.1", None, None),
        ("255.255.255.255", None, None),
        ("80.187.0.0", 3320, "DE"),
        ("80.187.5.208", 3320, "DE"),
        ("80.187.5.209", None, "DE"),  # a number for private use names nobody
        ("80.187.5.214", None, "DE"),
        ("172.217.0.1", 16509, "US"),
        ("2003::", 3320, "DE"),
        ("2003:0:0:1:ffff:ffff:ffff:ffff", 3320, "DE"),
        ("2003:0:0:2::", None, "DE"),
        ("2003:0:0:5::9", None, "DE"),  # begins within the /64, so its first address is not in it
        ("2003:0:0:6::9", 24940, "DE"),
        ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", None, None),
    ],
)
def test_each_address_has_what_its_range_says(address: str, network: int | None, country: str | None) -> None:
    assert TABLE.at(ip_address(address)) == (network, country)


def test_the_day_is_that_of_the_older_package() -> None:
    assert TABLE.day == "2026-06-17"


def test_the_same_sources_give_the_same_bytes_and_the_table_reads_back() -> None:
    assert convert_addresses(sources()) == CONTENT
    assert written(TABLE) == CONTENT
    assert LATER6.bit_length() == 126


Rows = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 8), st.integers(1, 5)),
    min_size=1,
    max_size=8,
    unique_by=lambda r: r[0],
)


def _apart(rows: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """First, last, number; without overlaps, as published."""
    found: list[tuple[int, int, int]] = []
    for first, length, number in sorted(rows):
        if not found or first > found[-1][1]:
            found.append((first, first + length, number))
    return found


@given(Rows, Rows)
@example([(0, 0, 1)], [(0, 0, 1)])
def test_a_table_agrees_with_a_walk_over_the_ranges(
    countries: list[tuple[int, int, int]], networks: list[tuple[int, int, int]]
) -> None:
    countries, networks = _apart(countries), _apart(networks)
    as_code = {number: f"A{chr(64 + number)}" for number in range(1, 6)}
    table = read_table(
        convert_addresses(
            sources(
                c4="".join(f"{a},{b},{as_code[n]}\n" for a, b, n in countries),
                n4="".join(f"{a},{b},{n},name\n" for a, b, n in networks),
                c6="".join(f"{a << 64},{((b + 1) << 64) - 1},{as_code[n]}\n" for a, b, n in countries),
                n6="".join(f"{a << 64},{((b + 1) << 64) - 1},{n},name\n" for a, b, n in networks),
            )
        )
    )
    for number in range(75):
        network = next((n for a, b, n in networks if a <= number <= b), None)
        country = next((as_code[n] for a, b, n in countries if a <= number <= b), None)
        assert table.at(IPv4Address(number)) == (network, country)
        assert table.at(IPv6Address((number << 64) + 7)) == (network, country)


@pytest.mark.parametrize(
    "files",
    [
        {"c4": ""},
        {"c4": "1,2\n"},
        {"c4": "one,2,DE\n"},
        {"c4": "1,2,Germany\n"},
        {"c4": "-1,2,DE\n"},
        {"n4": "1,2,AS1,name\n"},
        {"n6": f"1,{1 << 200},3,name\n"},
    ],
)
def test_ranges_that_cannot_be_are_refused(files: dict[str, str]) -> None:
    with pytest.raises(BadSource):
        convert_addresses(sources(**files))


@pytest.mark.parametrize("content", [b"", b"[]", b'{"version": 3}', b'{"version": "1.2.3"}'])
def test_a_package_without_a_day_is_refused(content: bytes) -> None:
    *rest, _ = sources()
    with pytest.raises(BadSource, match="version"):
        convert_addresses([*rest, content])
    assert convert_addresses([*rest, package()])


@pytest.mark.parametrize(
    "content", [b"", b"{}\n", b"\xff\n", CONTENT[:-1], CONTENT + b"\0", CONTENT.replace(b"addresses-1", b"addresses-2")]
)
def test_what_is_no_table_is_refused(content: bytes) -> None:
    with pytest.raises(BadTable):
        read_table(content)
