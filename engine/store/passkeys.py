"""Passkeys: one public key for each customer's pseudonym, and what a passkey said in a session that is not over yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, select, update

from engine.contracts import PasskeyResult
from engine.store.database import Database
from engine.store.dialect import insert_once
from engine.store.tables import passkey, passkey_use

FORGOTTEN = timedelta(days=8)
"""Longer than a session can last: what is older was left by a process that died."""


@dataclass(frozen=True, slots=True)
class Passkey:
    """A public key, COSE-encoded. `sign_count` is the authenticator's counter; 0 where it has none."""

    credential: bytes
    public_key: bytes
    sign_count: int


@dataclass(frozen=True, slots=True)
class PasskeyUse:
    """What a passkey said of the take with this digest; `made` is a registration's key."""

    digest: str
    result: PasskeyResult
    made: Passkey | None = None


class Passkeys:
    """The two tables."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, owner: str) -> Passkey | None:
        """The passkey of a customer."""
        query = select(passkey.c.credential, passkey.c.public_key, passkey.c.sign_count)
        with self._database.reading() as connection:
            row = connection.execute(query.where(passkey.c.owner == owner)).one_or_none()
        return None if row is None else Passkey(*row)

    def keep(self, owner: str, made: Passkey, now: datetime) -> bool:
        """Keep a customer's first passkey; False where there is one already, which stays."""
        row = {"owner": owner, "credential": made.credential, "public_key": made.public_key}
        with self._database.writing() as connection:
            times = {"created_at": now, "used_at": now}
            return insert_once(connection, passkey, {**row, "sign_count": made.sign_count, **times})

    def count_on(self, owner: str, before: int, after: int, now: datetime) -> bool:
        """Move the counter on; False where another use was faster."""
        counted = and_(passkey.c.owner == owner, passkey.c.sign_count == before)
        with self._database.writing() as connection:
            moved = update(passkey).where(counted).values(sign_count=after, used_at=now)
            return connection.execute(moved).rowcount == 1

    def use(self, session_id: str) -> PasskeyUse | None:
        """What was said in a session."""
        with self._database.reading() as connection:
            row = connection.execute(select(passkey_use).where(passkey_use.c.session_id == session_id)).one_or_none()
        if row is None:
            return None
        made = Passkey(row.credential, row.public_key, row.sign_count) if row.public_key is not None else None
        return PasskeyUse(row.digest, row.result, made)

    def note(self, session_id: str, said: PasskeyUse, now: datetime) -> None:
        """Keep what was said, in place of what was said of earlier frames; that one answer was wrong stays."""
        made = said.made
        row = {
            "session_id": session_id,
            "digest": said.digest,
            "result": said.result,
            "credential": made.credential if made else None,
            "public_key": made.public_key if made else None,
            "sign_count": made.sign_count if made else None,
            "at": now,
        }
        with self._database.writing() as connection:
            if insert_once(connection, passkey_use, row):
                return
            replaced = and_(
                passkey_use.c.session_id == session_id,
                passkey_use.c.digest != said.digest,
                passkey_use.c.result != "failed",
            )
            connection.execute(update(passkey_use).where(replaced).values(**row))

    def forget(self, session_id: str) -> None:
        """The session is over."""
        with self._database.writing() as connection:
            connection.execute(delete(passkey_use).where(passkey_use.c.session_id == session_id))

    def prune(self, now: datetime) -> int:
        """Forget what dead processes left; answers how much."""
        with self._database.writing() as connection:
            return connection.execute(delete(passkey_use).where(passkey_use.c.at < now - FORGOTTEN)).rowcount
