"""What is known again: who and what was seen by which evaluation, for a bounded time.

A row holds no text of what was seen. Its key is an HMAC of environment, kind and key, so that only somebody who already
knows an address can ask whether it was seen; its detail is encrypted with AES-256-GCM under a key derived from that
HMAC, and bound to kind and key. Both stand on keys of their own in the key ring.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, Row, and_, bindparam, delete, func, insert, select, tuple_, update

from engine.contracts import Outcome, Sighting
from engine.store.database import Database
from engine.store.secrets import KeyRing
from engine.store.tables import sighting as table

MOST = 64
"""Sightings of one evaluation that are stored."""
MOST_RECALLED = 1000
SHORT = timedelta(hours=48)
"""How long attempts are counted back: customers, devices, prints, addresses, and every kind that is not named here."""
PICTURES = frozenset({"frame", "media"})
"""Kinds that are kept as long as a replay shall be noticed."""
NONCE_BYTES = 12
_KEYS_A_QUERY = 500
_PRUNED_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class SightingKeys:
    """Digests and encrypts sightings."""

    ring: KeyRing

    def digest(self, scope: str, kind: str, key: str) -> bytes:
        """32 bytes, by which a sighting is looked up."""
        return self._mac(self.ring.sighting, [scope, kind, key])

    def seal(self, kind: str, digest: bytes, detail: bytes) -> bytes:
        """The detail, encrypted."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._cipher(digest).encrypt(nonce, detail, kind.encode())

    def open(self, kind: str, digest: bytes, sealed: bytes) -> bytes:
        """The detail again; raises `InvalidTag` where it is not of this kind and key, or of another installation."""
        return self._cipher(digest).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], kind.encode())

    def _cipher(self, digest: bytes) -> AESGCM:
        """A key for each digest: with random nonces one key for all would be used up after 2^32 details."""
        return AESGCM(hmac.digest(self.ring.sighting_detail, digest, hashlib.sha256))

    @staticmethod
    def _mac(key: bytes, parts: Sequence[str]) -> bytes:
        return hmac.digest(key, json.dumps(parts).encode(), hashlib.sha256)


# Written once: every evaluation counts, and to put a query together takes longer than the query.
_COUNTS = (
    select(table.c.outcome, func.count())
    .where(table.c.key == bindparam("digest"), table.c.at >= bindparam("since"), table.c.first)
    .group_by(table.c.outcome)
)
_OWN = _COUNTS.where(table.c.eval_id == bindparam("but"))


class Sightings:
    """The table of sightings."""

    def __init__(self, database: Database, keys: SightingKeys) -> None:
        self._database = database
        self._keys = keys

    def insert(
        self, connection: Connection, eval_id: str, scope: str, seen: Sequence[Sighting], at: datetime, outcome: Outcome
    ) -> None:
        """Store what an evaluation saw, in the transaction that ends it."""
        rows = list(self._rows(eval_id, scope, seen, at, outcome, frozenset(), 0))
        if rows:
            connection.execute(insert(table), rows)

    def add(
        self, connection: Connection, eval_id: str, scope: str, seen: Sequence[Sighting], at: datetime, outcome: Outcome
    ) -> None:
        """Store what a later walk of an evaluation saw beside what earlier ones did; all of it has this outcome now."""
        mine = table.c.eval_id == eval_id
        stored = connection.execute(select(table.c.number, table.c.key).where(mine)).all()
        if stored:
            connection.execute(update(table).where(mine, table.c.outcome != outcome).values(outcome=outcome))
        known = frozenset(bytes(row.key) for row in stored)
        first = 1 + max((row.number for row in stored), default=-1)
        rows = list(self._rows(eval_id, scope, seen, at, outcome, known, first))
        if rows:
            connection.execute(insert(table), rows)

    def _rows(
        self,
        eval_id: str,
        scope: str,
        seen: Sequence[Sighting],
        at: datetime,
        outcome: Outcome,
        before: frozenset[bytes],
        first: int,
    ) -> Iterator[dict[str, Any]]:
        known = set(before)
        for number, each in enumerate(fair_share(seen), first):
            digest = self._keys.digest(scope, each.kind, each.key)
            yield {
                "eval_id": eval_id,
                "number": number,
                "kind": each.kind,
                "picture": each.kind in PICTURES,
                "key": digest,
                "first": digest not in known,
                "at": at,
                "outcome": outcome,
                "detail": self._keys.seal(each.kind, digest, each.detail),
            }
            known.add(digest)

    def counts(self, scope: str, kind: str, key: str, since: datetime, but: str = "") -> dict[Outcome, int]:
        """Evaluations that left this sighting since, without that of the id `but`, by how they stand."""
        asked = {"digest": self._keys.digest(scope, kind, key), "since": since}
        with self._database.reading() as connection:
            found: Counter[Outcome] = Counter({row[0]: row[1] for row in connection.execute(_COUNTS, asked)})
            if but:  # apart: the index that counts knows of no evaluation
                found.subtract({row[0]: row[1] for row in connection.execute(_OWN, {**asked, "but": but})})
        return dict(+found)

    def recall(self, scope: str, kind: str, keys: Iterable[str], since: datetime) -> tuple[Sighting, ...]:
        """Sightings with one of these keys, the newest first, at most `MOST_RECALLED`.

        Raises:
            InvalidTag: a detail was changed, or belongs to another installation.
        """
        asked = {self._keys.digest(scope, kind, key): key for key in keys}
        found: list[Row[Any]] = []
        digests = list(asked)
        for start in range(0, len(digests), _KEYS_A_QUERY):
            found += self._newest(digests[start : start + _KEYS_A_QUERY], since)
        newest = sorted(found, key=lambda row: row.at, reverse=True)[:MOST_RECALLED]
        return tuple(Sighting(kind, asked[row.key], self._keys.open(kind, row.key, row.detail)) for row in newest)

    def _newest(self, digests: Sequence[bytes], since: datetime) -> list[Row[Any]]:
        wanted = select(table.c.key, table.c.at, table.c.detail).where(table.c.key.in_(digests), table.c.at >= since)
        with self._database.reading() as connection:
            return list(connection.execute(wanted.order_by(table.c.at.desc()).limit(MOST_RECALLED)))

    def prune(self, now: datetime, replay: timedelta) -> int:
        """Delete what is older than it is needed, a bounded number at once; answers how many.

        Args:
            replay: how long pictures are known again.
        """
        return self._pruned(False, now - SHORT) + self._pruned(True, now - replay)

    def _pruned(self, pictures: bool, before: datetime) -> int:
        over = and_(table.c.picture.is_(pictures), table.c.at < before)
        due = select(table.c.eval_id, table.c.number).where(over).limit(_PRUNED_AT_ONCE)
        with self._database.writing() as connection:
            return connection.execute(delete(table).where(tuple_(table.c.eval_id, table.c.number).in_(due))).rowcount


def fair_share(seen: Sequence[Sighting]) -> tuple[Sighting, ...]:
    """At most `MOST`: of each kind the first, then of each the second, and so on.

    A provider that tells very much must not crowd out the one sighting by which attempts are counted.
    """
    ranks: Counter[str] = Counter()
    ranked = []
    for each in dict.fromkeys(seen):
        ranked.append((ranks[each.kind], each))
        ranks[each.kind] += 1
    return tuple(each for _, each in sorted(ranked, key=lambda pair: pair[0])[:MOST])
