"""What an address tells: whose it is, how often it was seen, whether the time zone fits. No network is asked for it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from engine.contracts import Evidence, Models, ModelUnavailable, Ports, Readings, Sighting, Signal
from signals.address_table import AddressTable, BadTable, read_table
from signals.answer import answered
from signals.counts import Counts
from signals.facts import facts
from signals.network.address import Address, counted_as, is_private, read_address
from signals.network.hosting import read_hosting
from signals.network.list_file import BadLists
from signals.network.lists import Lists
from signals.network.zones import Zones

LISTS = "SELFIE_NETWORK_LISTS"
DATA = "addresses"
ADDRESS = "address"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """What the data says of an address, and the day of what says its kind."""

    kind: str
    country: str | None = None
    day: str | None = None


class NetworkProvider:
    """Features of the address that the service itself established. An address appears in no log and no reason."""

    name = "network"
    requires: frozenset[str] = frozenset()
    provides = frozenset(
        {
            "network.ip_kind",
            "network.ip_country",
            "network.ip_timezone_mismatch",
            "network.ip_data_day",
            "network.ip_sessions_24h",
        }
    )

    def __init__(self, counts: Counts, models: Models, lists: Lists) -> None:
        self._counts = counts
        self._models = models
        self._lists = lists
        self._hosting = read_hosting()
        self._zones = Zones()
        self._loaded: tuple[AddressTable, str] | None = None

    def warm(self) -> None:
        """Read the operator's lists and the data before the first request."""
        try:
            self._lists.current()
        except BadLists as bad:
            _log.error("the lists of %s cannot be used, no address can be told:\n%s", LISTS, bad)
        self._data()

    def read(self, evidence: Evidence, so_far: Readings) -> Signal:  # noqa: ARG002 - needs no other provider
        return answered(self.name, lambda: self._read(evidence))

    def _read(self, evidence: Evidence) -> Signal:
        address = read_address(evidence.address)
        if address is None:
            return Signal(dict.fromkeys(self.provides))
        try:
            place = Place("private") if is_private(address) else self._public(address)
        except BadLists as bad:
            return Signal.failed("provider", f"{LISTS}: {str(bad).splitlines()[0]}")
        key = counted_as(address)
        features = {
            "network.ip_kind": place.kind,
            "network.ip_country": place.country,
            "network.ip_timezone_mismatch": self._zones.elsewhere(
                facts(evidence, "device").text("timezone"), place.country
            ),
            "network.ip_data_day": place.day,
            "network.ip_sessions_24h": self._counts.lately(evidence, ADDRESS, key),
        }
        used = {DATA: self._loaded[1]} if self._loaded and place.kind != "private" else {}
        return Signal(features, models=used, sightings=(Sighting(ADDRESS, key),))

    def _public(self, address: Address) -> Place:
        """The operator's lists go before the data; raises `ModelUnavailable` and `BadLists`."""
        listed = self._lists.find(address)
        table = self._data()
        network, country = table.at(address)
        if listed is not None:
            return Place(listed.kind, country, listed.day)
        if network is None:
            return Place("unlisted", country, table.day)
        return Place("hosting" if network in self._hosting else "access", country, table.day)

    def _data(self) -> AddressTable:
        """The table, read and verified once; raises `ModelUnavailable`."""
        if self._loaded is None:
            file = self._models.get(DATA)
            try:
                self._loaded = read_table(file.path.read_bytes()), file.sha256
            except (OSError, BadTable) as broken:
                raise ModelUnavailable(f"the file of `{DATA}` cannot be read; run `selfie models pull`") from broken
        return self._loaded[0]


def build(ports: Ports) -> NetworkProvider:
    """Entry point of `selfie.providers`."""
    named = ports.settings.get(LISTS, "").strip()
    lists = Lists(Path(named).expanduser() if named else None)
    return NetworkProvider(Counts(ports.clock, ports.history), ports.models, lists)
