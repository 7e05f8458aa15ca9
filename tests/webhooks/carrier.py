"""A relay as a program of its own, to be killed: `python -m tests.webhooks.carrier DATABASE_URL FOLDER`."""

from __future__ import annotations

import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

from engine.service.outbound.calls import Outbound
from engine.service.webhooks.patience import Patience
from engine.service.webhooks.relay import Relay
from engine.store.database import Database
from engine.store.deliveries import Deliveries
from engine.store.endpoints import Endpoints
from engine.store.secrets import KeyRing

IMPATIENT = Patience(
    first=timedelta(seconds=0.1),
    longest=timedelta(seconds=0.5),
    attempts=1000,
    answer=2.0,
    lease=timedelta(seconds=3),
    poll=0.02,
)


class Wall:
    """The machine's clock; that of the service comes with all signals, which takes a while to import."""

    def now(self) -> datetime:
        """Now."""
        return datetime.now(UTC)


def main(url: str, folder: str) -> None:
    """Carry until killed."""
    database = Database(url)
    endpoints = Endpoints(database, KeyRing(Path(folder) / "keys").webhook)
    outbound = Outbound(["127.0.0.1"])
    relay = Relay(Deliveries(database), endpoints, outbound, Wall(), IMPATIENT)
    print("carrying", flush=True)  # noqa: T201 - whoever started it waits for this
    relay.run_forever(threading.Event())


if __name__ == "__main__":
    main(*sys.argv[1:])
