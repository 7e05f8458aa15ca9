"""The table of addresses is fetched, verified and refused as a model is; the real one knows well-known addresses."""

from __future__ import annotations

import hashlib
from ipaddress import ip_address
from pathlib import Path

import pytest

from engine.contracts import ModelUnavailable
from signals.address_table import read_table
from signals.convert.addresses import convert_addresses
from signals.model_records import HttpsSource, Licence, ModelRecord, NpmSource, SourceFile, read_model_records
from signals.model_store import CachedModels, open_store
from signals.network.hosting import read_hosting
from tests.signals.network.data import sources

MOST_BYTES = 45_000_000


def record(contents: list[bytes]) -> ModelRecord:
    files = [
        SourceFile(
            name=f"{number}.csv",
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
            sources=[HttpsSource(https="https://127.0.0.1:9/none")],
        )
        for number, content in enumerate(contents)
    ]
    return ModelRecord(
        title="Tiny",
        licence=Licence(name="CC0-1.0", holder="nobody", url="https://example.org"),
        converter="addresses",
        digest=hashlib.sha256(convert_addresses(sources())).hexdigest(),
        input="an address",
        output="a network",
        known_error="total",
        files=files,
    )


@pytest.fixture
def store(tmp_path: Path) -> CachedModels:
    (tmp_path / "mirror").mkdir()
    for number, content in enumerate(sources()):
        (tmp_path / "mirror" / str(number)).write_bytes(content)
    return CachedModels({"addresses": record(sources())}, tmp_path / "cache", tmp_path / "mirror", offline=True)


def test_a_table_is_made_from_its_sources_and_known_by_its_bytes(store: CachedModels) -> None:
    assert store.state("addresses") == "absent"
    assert store.ensure(progress=False) == {}
    file = store.get("addresses")
    assert file.path.suffix == ".table"
    assert file.sha256 == hashlib.sha256(file.path.read_bytes()).hexdigest()
    assert read_table(file.path.read_bytes()).at(ip_address("1.0.0.9")) == (13335, "AU")


def test_a_changed_table_is_never_given_out(store: CachedModels) -> None:
    store.ensure(progress=False)
    path = store.path("addresses")
    path.write_bytes(path.read_bytes()[:-1] + b"\x01")
    assert store.state("addresses") == "changed"
    with pytest.raises(ModelUnavailable, match="selfie models pull"):
        store.get("addresses")
    assert store.ensure(progress=False) == {}
    assert store.state("addresses") == "ready"


def test_what_cannot_be_had_is_a_reason_and_no_table(store: CachedModels, tmp_path: Path) -> None:
    (tmp_path / "mirror" / "3").unlink()
    assert "3.csv" in store.ensure(progress=False)["addresses"]
    assert store.state("addresses") == "absent"


def test_both_packages_are_pinned_to_one_day() -> None:
    """Packed, they have 4,730,563 and 18,706,936 bytes."""
    files = read_model_records()["addresses"].files
    versions = {
        source.npm.rpartition("@")[2] for file in files for source in file.sources if isinstance(source, NpmSource)
    }
    assert versions == {"2.3.2026061719"}
    assert sum(file.size for file in files) < MOST_BYTES


@pytest.mark.models
@pytest.mark.parametrize(
    ("address", "network", "country"),
    [
        ("8.8.8.8", 15169, "US"),
        ("91.0.0.1", 3320, "DE"),
        ("73.0.0.1", 7922, "US"),
        ("5.9.0.1", 24940, "DE"),
        ("2003::1", 3320, "DE"),
        ("2601::1", 7922, "US"),
        ("2a01:4f8::1", 24940, "DE"),
        ("192.0.2.1", None, None),
        ("0.0.0.1", None, None),
    ],
)
def test_the_real_table_knows_well_known_addresses(
    model_cache: dict[str, str], address: str, network: int | None, country: str | None
) -> None:
    table = read_table(open_store(model_cache).get("addresses").path.read_bytes())
    assert table.at(ip_address(address)) == (network, country)
    assert table.day == "2026-06-17"


@pytest.mark.models
def test_every_hosting_network_is_in_the_real_table(model_cache: dict[str, str]) -> None:
    table = read_table(open_store(model_cache).get("addresses").path.read_bytes())
    known = {int(number) for part in (table.v4, table.v6) for number in set(part.networks.tolist())}
    assert read_hosting() <= known
