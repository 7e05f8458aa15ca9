"""What one process keeps, opened in one place: database, keys, tables, sealed frames."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from obstore.exceptions import BaseError
from sqlalchemy.exc import SQLAlchemyError

from engine.diagnostics import Diagnostic, Location, Refused
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
    """The database that the settings name, with this version's tables; raises `Refused` where it cannot be had."""
    return migrated_database(settings)[0]


def migrated_database(settings: Settings) -> tuple[Database, str | None, str | None]:
    """The same, with the revisions that its tables had before and have now."""
    with _opening("SELFIE_DATABASE_URL" if settings.database_url else "SELFIE_DATA"):
        database = Database(settings.database_url or sqlite_url(settings.data))
        return database, *migrate(database)


def open_stores(settings: Settings) -> Stores:
    """Open everything that the settings name; what is not there yet is made. Raises `Refused`, naming the setting."""
    with _opening("SELFIE_DATA"):
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        ring = KeyRing(settings.data / "keys")
    database = open_database(settings)
    sightings = Sightings(database, SightingKeys(ring))
    with _opening("SELFIE_KEY_DATABASE_URL" if settings.key_database_url else "SELFIE_DATA"):
        keys = open_key_store(settings.key_database_url, settings.data / "keys")
        move_keys(database, keys)
    with _opening("SELFIE_BLOB_URL" if settings.blob_url else "SELFIE_DATA"):
        blobs = open_blobs(settings.blob_url, settings.data / "blobs")
    return Stores(
        database=database,
        ring=ring,
        sightings=sightings,
        evaluations=Evaluations(database, sightings),
        browsers=Browsers(database),
        passkeys=Passkeys(database),
        keys=keys,
        vault=FrameVault(keys, ring.master, blobs),
    )


@contextmanager
def _opening(variable: str) -> Iterator[None]:
    """What a setting names cannot be had: said by the setting, in one line, at the start."""
    try:
        yield
    except BaseError as error:  # its text repeats the address, which may hold a key
        raise _cannot_open(variable, "write an address like `file:///…` or `s3://…`") from error
    except (SQLAlchemyError, OSError, ValueError) as error:
        cause = getattr(error, "orig", None) or error
        raise _cannot_open(variable, next(iter(str(cause).splitlines()), type(cause).__name__)) from error


def _cannot_open(variable: str, why: str) -> Refused:
    message = f"`{variable}`: what it names cannot be opened: {why}"
    return Refused([Diagnostic("cannot-open", message, Location("environment"))])
