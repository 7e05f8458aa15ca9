"""The person's address is the connection's, or what a named proxy saw; a header that lies changes nothing."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as some

from engine.contracts import Evidence
from engine.service.access.addresses import person_address
from tests.service.conftest import PEER, Person, running
from tests.service.providers import GOOD, Telling

PROXIES = [ip_network("10.0.0.0/8"), ip_network("192.0.2.4/32"), ip_network("2001:db8::/32")]


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("203.0.113.7", [], "203.0.113.7"),
        ("203.0.113.7", ["198.51.100.1"], "203.0.113.7"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["1.1.1.1, 198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["1.1.1.1", "198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["1.1.1.1, 198.51.100.1, 10.2.2.2, 192.0.2.4"], "198.51.100.1"),
        ("10.0.0.1", ["10.9.9.9, 10.2.2.2"], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1:4711"], "198.51.100.1"),
        ("10.0.0.1", ["[2a00:1::5]:443"], "2a00:1::5"),
        ("10.0.0.1", ["2A00:0001:0000::0005"], "2a00:1::5"),
        ("10.0.0.1", ["[2a00:1::5]"], "2a00:1::5"),
        ("10.0.0.1", ["::ffff:198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["fe80::1%eth0"], "fe80::1"),
        ("10.0.0.1", [" , 198.51.100.1 ,, "], "198.51.100.1"),
        ("::ffff:10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("::ffff:203.0.113.7", ["198.51.100.1"], "203.0.113.7"),
        ("2001:db8::9", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["198.51.100.1, unknown"], None),
        ("10.0.0.1", ["198.51.100.1, _hidden"], None),
        ("10.0.0.1", ["198.51.100.1, 999.1.1.1"], None),
        ("10.0.0.1", ["198.51.100.1, 010.1.1.1"], None),
        ("10.0.0.1", ["198.51.100.1, '; drop table"], None),
        ("10.0.0.1", [", ".join(["198.51.100.1"] * 1000)], "198.51.100.1"),
        ("10.0.0.1", [", ".join(["203.0.113.9", *["10.0.0.2"] * 1000])], "203.0.113.9"),
        ("testclient", ["198.51.100.1"], None),
        ("", ["198.51.100.1"], None),
        (None, ["198.51.100.1"], None),
    ],
)
def test_addresses(peer: str | None, forwarded: list[str], expected: str | None) -> None:
    assert person_address(peer, forwarded, PROXIES) == expected


def test_nobody_is_trusted_who_was_not_named() -> None:
    assert person_address("127.0.0.1", ["198.51.100.1"], []) == "127.0.0.1"


@given(some.none() | some.text(max_size=60), some.lists(some.text(max_size=200), max_size=5))
def test_no_header_raises_and_what_is_told_is_an_address(peer: str | None, forwarded: list[str]) -> None:
    for nearest in (peer, "10.0.0.1"):
        told = person_address(nearest, forwarded, PROXIES)
        assert told is None or str(ip_address(told)) == told


@given(some.lists(some.ip_addresses(), max_size=4), some.ip_addresses())
def test_whatever_the_person_adds_on_the_left_is_not_believed(lies: list[object], seen: object) -> None:
    header = ", ".join(map(str, [*lies, seen]))
    told = person_address("10.0.0.1", [header], PROXIES)
    assert told == person_address("10.0.0.1", [str(seen)], PROXIES) or told in {str(lie) for lie in lies}
    if person_address("10.0.0.1", [str(seen)], PROXIES) != "10.0.0.1":
        assert told == person_address("10.0.0.1", [str(seen)], PROXIES)


@pytest.mark.parametrize(
    ("proxies", "headers", "expected"),
    [
        ("", {"X-Forwarded-For": "198.51.100.1"}, PEER[0]),
        ("203.0.113.0/24", {"X-Forwarded-For": "198.51.100.1"}, "198.51.100.1"),
        ("203.0.113.0/24", {"X-Real-IP": "198.51.100.1", "Forwarded": "for=198.51.100.1"}, PEER[0]),
    ],
)
def test_providers_see_the_address(tmp_path: Path, proxies: str, headers: dict[str, str], expected: str) -> None:
    device = Telling("device", GOOD["device"])
    factories = {name: lambda _ports, name=name: Telling(name, GOOD[name]) for name in GOOD}
    with running(tmp_path, {**factories, "device": lambda _ports: device}, trusted_proxies=proxies) as service:
        _, token = service.new_capture()
        person = service.browser(token)
        person.client.headers |= headers
        assert person.submit(person.captured()).json()["state"] == "submitted"
        shown: Evidence = device.shown[0]
        assert shown.address == expected
        nowhere = TestClient(service.client.app, base_url="https://selfie.example")  # a peer without an address
        nowhere.headers["Authorization"] = f"Bearer {service.new_capture()[1]}"
        other = Person(nowhere, service.clock)
        assert other.submit(other.captured()).json()["state"] == "submitted"
        assert device.shown[1].address is None
