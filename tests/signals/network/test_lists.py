"""The operator's own lists: what they say goes before the data, and a slip in one of them is said with its place."""

from __future__ import annotations

import os
from ipaddress import ip_address
from pathlib import Path

import pytest

from signals.network.list_file import BadLists
from signals.network.lists import Lists

TOR = """# date: 2026-11-02
# exits
192.0.2.7        # one address
198.51.100.0/25
198.51.100.16/28 # inside the one above
2001:db8:5::/48
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tor.txt").write_text(TOR)
    (tmp_path / "README.md").write_text("no list")
    return tmp_path


def kind(lists: Lists, address: str) -> tuple[str, str] | None:
    found = lists.find(ip_address(address))
    return (found.kind, found.day) if found else None


@pytest.mark.parametrize(
    ("address", "listed"),
    [
        ("192.0.2.7", True),
        ("192.0.2.6", False),
        ("192.0.2.8", False),
        ("198.51.100.0", True),
        ("198.51.100.20", True),
        ("198.51.100.127", True),
        ("198.51.100.128", False),
        ("2001:db8:5:ffff::1", True),
        ("2001:db8:6::", False),
        ("0.0.0.1", False),
        ("::1", False),
    ],
)
def test_the_networks_of_a_list_with_its_day(folder: Path, address: str, listed: bool) -> None:
    assert kind(Lists(folder), address) == (("tor", "2026-11-02") if listed else None)


def test_no_folder_no_lists() -> None:
    assert kind(Lists(None), "192.0.2.7") is None


def test_a_list_without_a_day_has_that_of_its_last_change(folder: Path) -> None:
    path = folder / "mobile.txt"
    path.write_text("203.0.113.0/24\n")
    os.utime(path, (1_760_000_000, 1_760_000_000))
    assert kind(Lists(folder), "203.0.113.9") == ("mobile", "2025-10-09")


def test_the_most_telling_list_wins(folder: Path) -> None:
    (folder / "access.txt").write_text("192.0.2.0/24\n")
    (folder / "vpn.txt").write_text("192.0.2.0/25\n")
    lists = Lists(folder)
    assert [found[0] for found in (kind(lists, f"192.0.2.{last}") for last in (7, 8, 200)) if found] == [
        "tor",
        "vpn",
        "access",
    ]


def test_a_changed_added_or_removed_list_is_read_again(folder: Path) -> None:
    lists = Lists(folder)
    assert kind(lists, "203.0.113.9") is None
    (folder / "vpn.txt").write_text("203.0.113.0/24\n")
    assert kind(lists, "203.0.113.9") is not None
    (folder / "vpn.txt").write_text("203.0.113.0/28\n203.0.113.64/28\n")
    assert kind(lists, "203.0.113.20") is None
    (folder / "vpn.txt").unlink()
    assert kind(lists, "203.0.113.9") is None


def test_every_mistake_is_said_with_its_place_and_again_until_it_is_mended(folder: Path) -> None:
    (folder / "tor.txt").write_text("# date: yesterday\n192.0.2.0/24\n198.51.100.7/24\nall of them\n")
    (folder / "Tor2.txt").write_text("")
    lists = Lists(folder)
    for _ in range(2):
        with pytest.raises(BadLists) as bad:
            lists.find(ip_address("192.0.2.7"))
        assert str(bad.value).splitlines() == [
            "Tor2.txt: no such list; there are tor.txt, vpn.txt, proxy.txt, hosting.txt, mobile.txt, access.txt",
            "tor.txt:3: `198.51.100.7/24` is no network such as `192.0.2.0/24`; did you mean `198.51.100.0/24`?",
            "tor.txt:4: `all of them` is no network such as `192.0.2.0/24`",
            "tor.txt:1: `yesterday` is no day such as `2026-11-01`",
        ]
    (folder / "tor.txt").write_text(TOR)
    (folder / "Tor2.txt").unlink()
    assert kind(lists, "192.0.2.7") is not None


def test_a_list_full_of_mistakes_is_not_repeated_whole(folder: Path) -> None:
    (folder / "tor.txt").write_text("x\n" * 10_000)
    with pytest.raises(BadLists) as bad:
        Lists(folder).current()
    assert str(bad.value).splitlines()[5] == "and 9995 more"


def test_a_folder_or_a_file_that_cannot_be_read_is_said(folder: Path) -> None:
    with pytest.raises(BadLists, match="the folder cannot be read"):
        Lists(folder / "nowhere").current()
    (folder / "vpn.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadLists, match=r"vpn\.txt: cannot be read"):
        Lists(folder).current()
