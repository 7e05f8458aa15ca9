"""Versions of policies: inserted, never changed. Seeded from the package, continued by people."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, func, insert, select
from sqlalchemy.exc import IntegrityError

from engine.store.brief import Brief
from engine.store.database import Database
from engine.store.tables import policy_version

SEEDED_BY = "selfie"
FRESH_SECONDS = 1.0
_NEWEST = select(policy_version.c.name, func.max(policy_version.c.version)).group_by(policy_version.c.name)
"""Made once: every evaluation asks it."""


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """One version of one policy."""

    name: str
    version: int
    sha256: str
    text: str
    at: datetime
    by: str
    note: str


class VersionConflict(Exception):  # noqa: N818 - the word of the contract
    """Somebody saved a version in between. `newest` is its number."""

    def __init__(self, newest: int) -> None:
        super().__init__(f"version {newest} was saved in between")
        self.newest = newest


class PolicyVersions:
    """The table of versions."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._newest: Brief[None, dict[str, int]] = Brief(FRESH_SECONDS, 1)

    def seed(self, texts: Mapping[str, str], at: datetime) -> list[str]:
        """Take over the package's texts: where a policy is new, or its newest version was seeded and differs.

        A version that a person saved stays the newest. Answers the names that got a version.
        """
        seeded = []
        with self._database.writing() as connection:
            for name, text in sorted(texts.items()):
                newest = _newest(connection, name)
                if newest is None or (newest.seeded and newest.sha256 != _sha256(text)):
                    number = 1 if newest is None else newest.version + 1
                    _insert(connection, name, number, text, at, SEEDED_BY, "", seeded=True)
                    seeded.append(name)
        self._newest.forget()
        return seeded

    def save(self, name: str, text: str, *, base: int, by: str, note: str, at: datetime) -> PolicyVersion:
        """Add a version after `base`; raises `VersionConflict` where `base` is not the newest. Base 0: a new policy."""
        try:
            with self._database.writing() as connection:
                newest = _newest(connection, name)
                if base != (newest.version if newest else 0):
                    raise VersionConflict(newest.version if newest else 0)
                saved = _insert(connection, name, base + 1, text, at, by, note, seeded=False)
        except IntegrityError as lost:
            raise VersionConflict(base + 1) from lost
        self._newest.forget()
        return saved

    def names(self) -> list[str]:
        """Every policy that has a version."""
        with self._database.reading() as connection:
            return list(connection.scalars(select(policy_version.c.name).distinct().order_by(policy_version.c.name)))

    def newest_numbers(self) -> dict[str, int]:
        """Name to number of the newest version; what another process saved shows within a second."""
        return dict(self._newest.get(None, self._read_newest) or {})

    def _read_newest(self) -> dict[str, int]:
        with self._database.reading() as connection:
            return {row[0]: row[1] for row in connection.execute(_NEWEST)}

    def all_of(self, name: str) -> list[PolicyVersion]:
        """Every version of one policy, the newest first."""
        query = select(policy_version).where(policy_version.c.name == name).order_by(policy_version.c.version.desc())
        with self._database.reading() as connection:
            return [_version(row) for row in connection.execute(query)]

    def get(self, name: str, version: int) -> PolicyVersion | None:
        """One version."""
        query = select(policy_version).where(policy_version.c.name == name, policy_version.c.version == version)
        with self._database.reading() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _version(row)


def _newest(connection: Connection, name: str) -> Row[tuple[object, ...]] | None:
    query = select(policy_version).where(policy_version.c.name == name).order_by(policy_version.c.version.desc())
    return connection.execute(query.limit(1)).one_or_none()


def _insert(
    connection: Connection, name: str, number: int, text: str, at: datetime, by: str, note: str, *, seeded: bool
) -> PolicyVersion:
    version = PolicyVersion(name, number, _sha256(text), text, at, by, note)
    row = {field: getattr(version, field) for field in version.__dataclass_fields__}
    connection.execute(insert(policy_version).values(**row, seeded=seeded))
    return version


def _version(row: Row[tuple[object, ...]]) -> PolicyVersion:
    return PolicyVersion(*(getattr(row, field) for field in PolicyVersion.__dataclass_fields__))


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
