"""What an address tells, and that it stands nowhere else than in what is counted."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.contracts import Evidence, Readings, Sighting, Signal
from engine.features import FeatureRecord, read_catalogue
from signals.network.hosting import read_hosting
from signals.network.provider import NetworkProvider, build
from tests.conftest import ROOT
from tests.signals.network.data import Holding
from tests.signals.remembered import Left, remembering, sightings

CATALOGUE = read_catalogue((ROOT / "policies" / "features.yaml").read_text(), "features.yaml")
Make = Callable[..., NetworkProvider]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    (tmp_path / "data").mkdir()
    holding = Holding(tmp_path / "data")

    def build_with(*left: Left, lists: dict[str, str] | None = None) -> NetworkProvider:
        folder = tmp_path / "lists"
        folder.mkdir(exist_ok=True)
        for name, text in (lists or {}).items():
            (folder / name).write_text(text)
        given = remembering(*left, settings={"SELFIE_NETWORK_LISTS": str(folder)})
        return build(replace(given, models=holding))

    return build_with


def read(provider: NetworkProvider, address: str | None, **device: Any) -> Signal:
    evidence = Evidence("capture", address=address, browser={"device": device}, scope="Sandbox")
    return provider.read(evidence, Readings())


@pytest.mark.parametrize(
    ("address", "kind", "country", "day"),
    [
        ("80.187.0.1", "access", "DE", "2026-06-17"),
        ("::ffff:80.187.0.1", "access", "DE", "2026-06-17"),
        ("2003::1", "access", "DE", "2026-06-17"),
        ("172.217.0.1", "hosting", "US", "2026-06-17"),
        ("80.187.5.214", "unlisted", "DE", "2026-06-17"),
        ("203.0.113.9", "unlisted", None, "2026-06-17"),
        ("198.51.100.1", "tor", None, "2026-11-02"),
        ("172.217.9.9", "access", "US", "2026-11-03"),
        ("127.0.0.1", "private", None, None),
        ("::1", "private", None, None),
        ("10.9.8.7", "private", None, None),
        ("172.31.255.255", "private", None, None),
        ("192.168.1.1", "private", None, None),
        ("100.127.0.1", "private", None, None),
        ("169.254.0.9", "private", None, None),
        ("fe80::1%eth0", "private", None, None),
        ("fd00::1", "private", None, None),
        ("::ffff:10.0.0.1", "private", None, None),
        ("172.32.0.1", "unlisted", None, "2026-06-17"),
        ("100.128.0.1", "unlisted", None, "2026-06-17"),
    ],
)
def test_kind_country_and_day(make: Make, address: str, kind: str, country: str | None, day: str | None) -> None:
    lists = {"tor.txt": "# date: 2026-11-02\n198.51.100.0/24\n", "access.txt": "# date: 2026-11-03\n172.217.9.0/24"}
    signal = read(make(lists=lists), address)
    assert signal.failure is None
    named = ("network.ip_kind", "network.ip_country", "network.ip_data_day")
    assert tuple(signal.features[name] for name in named) == (kind, country, day)
    FeatureRecord(signal.features, CATALOGUE)


@pytest.mark.parametrize("address", [None, "", "unknown", "80.187.0.1:443", "999.1.1.1", "x" * 10_000])
def test_no_address_is_unknown_and_leaves_nothing(make: Make, address: str | None) -> None:
    signal = read(make(), address, timezone="Europe/Berlin")
    assert signal.failure is None
    assert set(signal.features.values()) == {None}
    assert not signal.sightings


@pytest.mark.parametrize(
    ("zone", "expected"), [("Europe/Berlin", False), ("America/New_York", True), (None, None), (7, None)]
)
def test_the_time_zone_is_held_against_the_country(make: Make, zone: object, expected: bool | None) -> None:
    told = {} if zone is None else {"timezone": zone}
    assert read(make(), "80.187.0.1", **told).features["network.ip_timezone_mismatch"] is expected
    assert read(make(), "10.0.0.1", **told).features["network.ip_timezone_mismatch"] is None


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("80.187.0.1", "80.187.0.1"),
        ("::ffff:80.187.0.1", "80.187.0.1"),
        ("2003:0:0:7:1:2:3:4", "2003:0:0:7::/64"),
        ("2003:0:0:7::", "2003:0:0:7::/64"),
        ("127.0.0.1", "127.0.0.1"),
    ],
)
def test_an_address_is_counted_with_those_of_its_site(make: Make, address: str, key: str) -> None:
    left: Sequence[Left] = sightings(Evidence("capture", scope="Sandbox"), "address", key)
    signal = read(make(*left), address)
    assert signal.features["network.ip_sessions_24h"] == 3
    assert signal.sightings == (Sighting("address", key),)


def test_absent_data_is_a_failure_with_a_way_out_and_private_addresses_need_none(tmp_path: Path) -> None:
    given = remembering(settings={"SELFIE_MODEL_CACHE": str(tmp_path)})
    signal = read(build(given), "80.187.0.1")
    assert signal.failure is not None
    assert signal.failure.cause == "provider"
    assert "selfie models pull" in signal.failure.reason
    assert "80.187" not in signal.failure.reason
    assert not signal.features
    assert read(build(given), "192.168.0.9").features["network.ip_kind"] == "private"


def test_data_that_comes_later_is_read_and_then_kept(make: Make, tmp_path: Path) -> None:
    provider = make()
    holding = provider._models
    assert isinstance(holding, Holding)
    content = holding.file.path.read_bytes()
    holding.file.path.write_bytes(b"no table")
    signal = read(provider, "80.187.0.1")
    assert signal.failure is not None
    assert "selfie models pull" in signal.failure.reason
    holding.file.path.write_bytes(content)
    assert read(provider, "80.187.0.1").models == {"addresses": holding.file.sha256}
    asked = holding.asked
    read(provider, "80.187.0.2")
    assert holding.asked == asked


def test_bad_lists_fail_every_public_address_and_are_said_when_warming(
    make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    provider = make(lists={"vpn.txt": "198.51.100.0/24\n80.187.0.1/8\n"})
    signal = read(provider, "198.51.100.7")
    assert signal.failure is not None
    assert signal.failure.cause == "provider"
    assert "vpn.txt:2" in signal.failure.reason
    provider.warm()
    assert "vpn.txt:2" in caplog.text


def test_an_address_is_in_no_log(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for address in ("80.187.0.1", "2003::77", "80.187.0.1 or so"):
        read(make(), address)
    assert "80.187" not in caplog.text
    assert "2003" not in caplog.text


@given(st.one_of(st.ip_addresses().map(str), st.text()), st.one_of(st.none(), st.text(), st.integers()))
def test_no_address_and_no_zone_leaves_the_catalogue(
    tmp_path_factory: pytest.TempPathFactory, address: str, zone: object
) -> None:
    provider = _ANY.setdefault("one", build(replace(remembering(), models=Holding(tmp_path_factory.mktemp("data")))))
    signal = read(provider, address, timezone=zone)
    assert signal.failure is None
    FeatureRecord(signal.features, CATALOGUE)


_ANY: dict[str, NetworkProvider] = {}


def test_the_list_of_hosting_networks_names_what_can_be() -> None:
    hosting = read_hosting()
    assert 60 <= len(hosting) <= 200
    assert all(0 < number < 64_496 or 131_071 < number < 4_200_000_000 for number in hosting)
    assert hosting.isdisjoint({13335, 15169, 20940, 54113})
