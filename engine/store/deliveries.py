"""The way of every event to every endpoint: leased by one relay at a time, in order, until it is delivered or dead."""

from __future__ import annotations

import random
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, delete, exists, or_, select, tuple_, update

from engine.store.database import Database
from engine.store.endpoints import disable
from engine.store.tables import delivery, webhook_endpoint, webhook_event

STATES = ("waiting", "delivered", "dead")
KEEP_DELIVERED = timedelta(days=30)
KEEP_DEAD = timedelta(days=90)
HORIZON = timedelta(hours=2)
"""Nothing is put off longer: a time beyond it was written before the clock was set back, and holds no more."""
PRUNED_AT_ONCE = 2000
MAX_ERROR = 256


@dataclass(frozen=True, slots=True)
class Leased:
    """One delivery that is this relay's alone, until its lease runs out."""

    event_id: str
    endpoint_id: str
    eval_id: str
    seq: int
    attempts: int
    """Made before."""
    url: str
    body: str
    lease: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one event at one endpoint."""

    event_id: str
    endpoint_id: str
    eval_id: str
    event_type: str
    event_at: datetime
    seq: int
    state: str
    attempts: int
    next_at: datetime
    status_code: int | None
    error: str | None
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of the list, newest first."""

    environment: str
    limit: int
    before: tuple[int, str] | None = None
    """`seq` and endpoint of the last one that was shown."""
    state: str | None = None
    eval_id: str | None = None
    endpoint_id: str | None = None


class Deliveries:
    """The table of deliveries."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # ---- the relay's side ----------------------------------------------------------------------------------------

    def lease(self, now: datetime, lasting: timedelta, slots: Mapping[str, int], usual: int, most: int) -> list[Leased]:
        """Take what is due: at most `most`, of each endpoint at most `slots[endpoint]`, or `usual`.

        A delivery is due only when every earlier one of the same evaluation to the same endpoint is over. Two relays
        never get the same one, whatever number of processes asks.
        """
        due = self._endpoints_with_work(now)
        if not due:
            return []
        taken: list[Leased] = []
        with self._database.writing() as connection:
            for endpoint_id in due:
                room = min(slots.get(endpoint_id, usual), most - len(taken))
                if room > 0:
                    taken += self._take(connection, endpoint_id, now, lasting, room)
        return taken

    def delivered(self, leased: Leased, now: datetime, status: int) -> bool:
        """Note that it arrived; False where the lease had gone to somebody else."""
        arrived = {"state": "delivered", "delivered_at": now, "next_at": now, "status_code": status, "error": None}
        return self._note(leased, arrived)

    def put_off(self, leased: Leased, until: datetime, status: int | None, error: str) -> bool:
        """Try again then."""
        return self._note(leased, {"next_at": until, "status_code": status, "error": error[:MAX_ERROR]})

    def died(self, leased: Leased, now: datetime, status: int | None, error: str) -> bool:
        """Try no more; what comes after it in the same evaluation goes on."""
        over = {"state": "dead", "next_at": now, "status_code": status, "error": error[:MAX_ERROR]}
        return self._note(leased, over)

    def gone(self, leased: Leased, now: datetime, status: int) -> bool:
        """The receiver wants nothing any more: this and whatever waits for it is dead."""
        error = "the receiver wants no more webhooks"
        locked = select(webhook_endpoint.c.id).where(webhook_endpoint.c.id == leased.endpoint_id).with_for_update()
        with self._database.writing() as connection:
            connection.execute(locked)  # first, as whoever removes an endpoint does
            over = {"state": "dead", "next_at": now, "status_code": status, "error": error}
            noted = _noted(connection, leased, over)
            if noted:
                disable(connection, leased.endpoint_id, now)
        return noted

    def give_back(self, leased: Leased) -> bool:
        """Nothing was sent; somebody else may at once."""
        return self._note(leased, {"attempts": leased.attempts})

    def _endpoints_with_work(self, now: datetime) -> Sequence[str]:
        """In random order; read before anything is locked, since most often there is none."""
        work = exists().where(delivery.c.endpoint_id == webhook_endpoint.c.id, _is_due(now), _is_first())
        query = select(webhook_endpoint.c.id).where(webhook_endpoint.c.disabled_at.is_(None), work)
        with self._database.reading() as connection:
            found = list(connection.scalars(query))
        random.shuffle(found)
        return found

    def _take(
        self, connection: Connection, endpoint_id: str, now: datetime, lasting: timedelta, room: int
    ) -> list[Leased]:
        query = (
            select(delivery, webhook_endpoint.c.url, webhook_event.c.body)
            .join(webhook_endpoint, webhook_endpoint.c.id == delivery.c.endpoint_id)
            .join(webhook_event, webhook_event.c.event_id == delivery.c.event_id)
            .where(delivery.c.endpoint_id == endpoint_id, webhook_endpoint.c.disabled_at.is_(None))
            .where(_is_due(now), _is_first())
            .order_by(delivery.c.next_at, delivery.c.seq)
            .limit(room)
            .with_for_update(skip_locked=True, of=delivery)
        )
        lease, until = uuid.uuid4().hex, now + lasting
        taken = [
            Leased(
                event_id=row.event_id,
                endpoint_id=row.endpoint_id,
                eval_id=row.eval_id,
                seq=row.seq,
                attempts=row.attempts,
                url=row.url,
                body=row.body,
                lease=lease,
                until=until,
            )
            for row in connection.execute(query)
        ]
        if taken:
            ours = tuple_(delivery.c.event_id, delivery.c.endpoint_id).in_(
                [(each.event_id, each.endpoint_id) for each in taken]
            )
            held = {"leased_by": lease, "leased_until": until, "attempts": delivery.c.attempts + 1}
            connection.execute(update(delivery).where(ours).values(held))
        return taken

    def _note(self, leased: Leased, values: Mapping[str, Any]) -> bool:
        with self._database.writing() as connection:
            return _noted(connection, leased, values)

    # ---- what people see and do ------------------------------------------------------------------------------------

    def list(self, wanted: Wanted) -> list[Delivery]:
        """A part of the list, newest first."""
        query = (
            select(delivery, webhook_event.c.event_type, webhook_event.c.event_at)
            .join(webhook_event, webhook_event.c.event_id == delivery.c.event_id)
            .where(webhook_event.c.environment == wanted.environment)
            .order_by(delivery.c.seq.desc(), delivery.c.endpoint_id)
            .limit(wanted.limit)
        )
        for column, value in (
            (delivery.c.state, wanted.state),
            (delivery.c.eval_id, wanted.eval_id),
            (delivery.c.endpoint_id, wanted.endpoint_id),
        ):
            if value is not None:
                query = query.where(column == value)
        if wanted.before:
            seq, endpoint_id = wanted.before
            after = and_(delivery.c.seq == seq, delivery.c.endpoint_id > endpoint_id)
            query = query.where(or_(delivery.c.seq < seq, after))
        with self._database.reading() as connection:
            return [_delivery(row) for row in connection.execute(query)]

    def replay(
        self, environment: str, now: datetime, *, event_id: str | None = None, endpoint_id: str | None = None
    ) -> int:
        """Send again: of an event all that is not under way, of an endpoint all that is dead. Answers how many.

        What was disabled stays so: nothing is sent to such an endpoint until it is enabled.
        """
        assert event_id or endpoint_id, "never all of everything"  # noqa: S101 - an invariant
        ours = select(webhook_event.c.event_id).where(webhook_event.c.environment == environment)
        enabled = select(webhook_endpoint.c.id).where(webhook_endpoint.c.disabled_at.is_(None))
        change = update(delivery).where(delivery.c.event_id.in_(ours), delivery.c.endpoint_id.in_(enabled))
        if endpoint_id:
            change = change.where(delivery.c.endpoint_id == endpoint_id)
        if event_id:
            change = change.where(delivery.c.event_id == event_id, _is_free(now))
        else:
            change = change.where(delivery.c.state == "dead")
        again = {
            "state": "waiting",
            "attempts": 0,
            "next_at": now,
            "leased_by": None,
            "leased_until": None,
            "delivered_at": None,
        }
        with self._database.writing() as connection:
            return connection.execute(change.values(again)).rowcount

    def knows(self, environment: str, event_id: str) -> bool:
        """Whether there is such an event, with anybody to send it to."""
        query = (
            select(delivery.c.event_id)
            .join(webhook_event, webhook_event.c.event_id == delivery.c.event_id)
            .where(webhook_event.c.environment == environment, webhook_event.c.event_id == event_id)
            .limit(1)
        )
        with self._database.reading() as connection:
            return connection.scalar(query) is not None

    def prune(self, now: datetime) -> int:
        """Delete what was delivered 30 days ago, what died 90 days ago, and events that nobody is told of any more.

        What was put for an endpoint in the moment in which it was disabled dies here.
        Answers how many deliveries went; call it again until none did.
        """
        keys = (delivery.c.event_id, delivery.c.endpoint_id)
        over = select(*keys).where(_is_over(now)).limit(PRUNED_AT_ONCE)
        told = exists().where(delivery.c.event_id == webhook_event.c.event_id)
        old = webhook_event.c.event_at < now - KEEP_DELIVERED
        untold = select(webhook_event.c.seq).where(~told, old).limit(PRUNED_AT_ONCE)
        disabled = select(webhook_endpoint.c.id).where(webhook_endpoint.c.disabled_at.is_not(None))
        late = and_(delivery.c.state == "waiting", delivery.c.endpoint_id.in_(disabled))
        with self._database.reading() as connection:
            if not any(connection.execute(each.limit(1)).first() for each in (over, untold, select(*keys).where(late))):
                return 0
        with self._database.writing() as connection:
            dead = {"state": "dead", "next_at": now, "error": "the endpoint is disabled"}
            connection.execute(update(delivery).where(late).values(dead))
            gone = connection.execute(delete(delivery).where(tuple_(*keys).in_(over))).rowcount
            connection.execute(delete(webhook_event).where(webhook_event.c.seq.in_(untold)))
        return gone


def erase_events(connection: Connection, eval_ids: Collection[str]) -> None:
    """Forget what was told, or is still to be told, of these evaluations."""
    connection.execute(delete(delivery).where(delivery.c.eval_id.in_(eval_ids)))
    connection.execute(delete(webhook_event).where(webhook_event.c.eval_id.in_(eval_ids)))


def _is_due(now: datetime) -> Any:
    far = now + HORIZON
    return and_(
        delivery.c.state == "waiting",
        or_(delivery.c.next_at <= now, delivery.c.next_at > far),
        or_(delivery.c.leased_until.is_(None), delivery.c.leased_until <= now, delivery.c.leased_until > far),
    )


def _is_over(now: datetime) -> Any:
    """It arrived, or was given up, so long ago that nobody needs to know."""
    since = delivery.c.next_at
    return or_(
        and_(delivery.c.state == "delivered", since < now - KEEP_DELIVERED),
        and_(delivery.c.state == "dead", since < now - KEEP_DEAD),
    )


def _is_first() -> Any:
    """Nothing before it, of its evaluation and for its endpoint, still waits."""
    earlier = delivery.alias("earlier")
    return ~exists().where(
        earlier.c.endpoint_id == delivery.c.endpoint_id,
        earlier.c.eval_id == delivery.c.eval_id,
        earlier.c.seq < delivery.c.seq,
        earlier.c.state == "waiting",
    )


def _is_free(now: datetime) -> Any:
    """It is not under way."""
    leased = delivery.c.leased_until
    return or_(delivery.c.state != "waiting", leased.is_(None), leased <= now)


def _noted(connection: Connection, leased: Leased, values: Mapping[str, Any]) -> bool:
    ours = and_(
        delivery.c.event_id == leased.event_id,
        delivery.c.endpoint_id == leased.endpoint_id,
        delivery.c.leased_by == leased.lease,
        delivery.c.state == "waiting",
    )
    freed = {**values, "leased_by": None, "leased_until": None}
    return connection.execute(update(delivery).where(ours).values(freed)).rowcount == 1


def _delivery(row: Any) -> Delivery:
    return Delivery(
        event_id=row.event_id,
        endpoint_id=row.endpoint_id,
        eval_id=row.eval_id,
        event_type=row.event_type,
        event_at=row.event_at,
        seq=row.seq,
        state=row.state,
        attempts=row.attempts,
        next_at=row.next_at,
        status_code=row.status_code,
        error=row.error,
        delivered_at=row.delivered_at,
    )
