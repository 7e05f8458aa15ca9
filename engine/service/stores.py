"""What one process keeps, opened in one place: database, keys, tables, sealed frames."""

from __future__ import annotations

from dataclasses import dataclass

from engine.service.settings import Settings
from engine.store.browsers import Browsers
from engine.store.data_keys import KeyStore, move_keys, open_key_store
from engine.store.database import Database, sqlite_url
from engine.store.evaluations import Evaluations
from engine.store.migrate import migrate
from engine.store.passkeys import Passkeys
from engine.store.sealed import FrameVault, open_blobs
from engine.store.secrets import KeyRing
from engine.store.sightings import SightingKeys, Sightings


@dataclass(frozen=True, eq=False)
class Stores:
    """The parts that keep something."""

    database: Database
    ring: KeyRing
    sightings: Sightings
    evaluations: Evaluations
    browsers: Browsers
    passkeys: Passkeys
    keys: KeyStore
    vault: FrameVault

    def close(self) -> None:
        """Give back what is held."""
        self.keys.close()
        self.database.close()


def open_database(settings: Settings) -> Database:
    """The database that the settings name, with this version's tables."""
    database = Database(settings.database_url or sqlite_url(settings.data))
    migrate(database)
    return database


def open_stores(settings: Settings) -> Stores:
    """Open everything that the settings name; what is not there yet is made."""
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    database, ring = open_database(settings), KeyRing(settings.data / "keys")
    sightings = Sightings(database, SightingKeys(ring))
    keys = open_key_store(settings.key_database_url, settings.data / "keys")
    move_keys(database, keys)
    return Stores(
        database=database,
        ring=ring,
        sightings=sightings,
        evaluations=Evaluations(database, sightings),
        browsers=Browsers(database),
        passkeys=Passkeys(database),
        keys=keys,
        vault=FrameVault(keys, ring.master, open_blobs(settings.blob_url, settings.data / "blobs")),
    )
