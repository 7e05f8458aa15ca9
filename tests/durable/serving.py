"""The real service as a process that a test can kill: forked from one that has imported everything already.

It is the service with its real parts, only less patient: leases, sweeps and pauses are a second or less.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Literal

import httpx
from sqlalchemy.engine.default import DefaultDialect

from engine.service import background, carrying
from engine.service.app import create_app
from engine.service.process.listening import Listener, bound_socket, serve_until_stopped
from engine.service.runs import ending
from engine.service.settings import Settings
from engine.service.webhooks.patience import Patience
from engine.service.webhooks.relay import Relay
from engine.service.wiring import NoModels, Services, open_services
from engine.workflow.durable.carrier import Pace
from engine.workflow.durable.moving import Pauses
from tests.service.flows import POLICIES
from tests.service.providers import GOOD, Telling

KEY = "sk_sandbox_" + "s" * 43
QUICK = Pace(
    beat_seconds=0.25,
    looks=4,
    at_once=2,
    pauses=Pauses(0.1, 1.0),
    launch_pauses=Pauses(0.1, 0.5),
    poll_seconds=0.25,
    grace=timedelta(seconds=3),
)
PATIENCE = Patience(
    first=timedelta(seconds=0.2), longest=timedelta(seconds=1), attempts=1000, answer=1.0, lease=timedelta(seconds=3)
)
FLOWS = {
    "soon": """
workflow: soon
title: Decides, waits a moment, tells, and ends
evidence: features
accepts_features: true
steps:
  - {id: decide, step: policy, policies: [near]}
  - {id: pause, step: wait, for: 1s}
  - {id: tell, step: webhook, event: decision_update}
  - {id: again, step: wait, for: 1s}
  - {id: done, step: end}
""",
    "papers": """
workflow: papers
title: Asks somebody outside, but not for long, and then waits a moment
evidence: features
accepts_features: true
steps:
  - {id: decide, step: policy, policies: [near]}
  - {id: route, step: branch, on: decision, cases: {accept: done, reject: done, review: document}}
  - id: document
    step: step_up
    by: link
    link: "https://documents.example.com/check?ref={eval_id}"
    takes: [document.age]
    within: 4s
    next: by_document
    exhausted: desk
    on_error: desk
  - {id: by_document, step: policy, policies: [papers]}
  - {id: pause, step: wait, for: 1s, next: done}
  - {id: desk, step: review, queue: documents, next: done}
  - {id: done, step: end}
""",
}


@dataclass(frozen=True)
class Place:
    """Where one installation is: all its processes share it."""

    folder: Path
    database_url: str | None

    def written(self) -> Place:
        """With its own policies and workflows."""
        own = self.folder / "own"
        (own / "workflows").mkdir(parents=True, exist_ok=True)
        for name, text in POLICIES.items():
            (own / f"{name}.yaml").write_text(text)
        for name, text in FLOWS.items():
            (own / "workflows" / f"{name}.yaml").write_text(text)
        return self


Kind = Literal["request", "advance", "dbos", "webhook"]
THREADS: dict[str, Kind] = {
    "AnyIO worker": "request",
    "advance": "advance",
    "dbos-executor": "dbos",
    "relay": "webhook",
    "webhooks": "webhook",
}
"""Who commits, by the beginning of the thread's name. The lease and the sweep have nothing to do with this."""


@dataclass(frozen=True)
class Death:
    """Kill the process at the n-th commit of one kind, counted from when the file `armed` is there."""

    kind: Kind
    commit: int
    after: bool
    armed: Path


class Served:
    """One process behind a port of its own. The same port again after it was killed."""

    def __init__(self, place: Place, port: int) -> None:
        self.place = place
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self._process: BaseProcess | None = None
        self._http = httpx.Client(verify=False, timeout=5)  # noqa: S501 - plain HTTP; certificates take long to read

    def start(self, death: Death | None = None) -> None:
        """Begin to start; `wait` waits until it is ready."""
        self._process = _context().Process(target=_serve, args=(self.place, self.port, death), daemon=True)
        self._process.start()

    def wait(self, seconds: float = 90.0) -> None:
        """Until it answers."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with suppress(httpx.TransportError):
                if self._http.get(f"{self.url}/readyz").status_code == 200:
                    return
            assert self.is_alive, f"it ended while it started; see {self.place.folder}"
            time.sleep(0.05)
        raise AssertionError("it was not ready in time")

    @property
    def is_alive(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.is_alive()

    def close(self) -> None:
        """Killed for good."""
        self.kill()
        self._http.close()

    def kill(self) -> None:
        """SIGKILL: no time for anything."""
        if self._process is not None:
            self._process.kill()
            self._process.join()

    def stop(self, seconds: float = 15.0) -> float:
        """SIGTERM, as an operator does; answers how long it took."""
        assert self._process is not None
        begun = time.monotonic()
        self._process.terminate()
        self._process.join(seconds)
        assert not self._process.is_alive(), "it did not stop in time"
        return time.monotonic() - begun


def _context() -> Any:
    context = get_context("forkserver")
    context.set_forkserver_preload(["tests.durable.serving"])
    return context


def _serve(place: Place, port: int, death: Death | None) -> None:
    with (place.folder / f"log-{port}").open("ab") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    background.SWEEP_SECONDS = 1.0
    ending.SETTLED = timedelta(seconds=2)
    background.carried_runs = partial(carrying.carried_runs, pace=QUICK)
    services = services_at(place, port)
    if death:
        _die(death)
    serve_until_stopped(create_app(services, console=False, carries=True), Listener(bound_socket("127.0.0.1", port)))


def services_at(place: Place, port: int) -> Services:
    """The parts of one process."""

    def telling(name: str) -> Any:
        return lambda _ports: Telling(name, GOOD[name])

    settings: dict[str, Any] = {
        "data": place.folder / "data",
        "database_url": place.database_url,
        "policies": place.folder / "own",
        "port": port,
        "private_hosts": "127.0.0.1",
        "rate_limit": "off",
    }
    services = open_services(
        Settings(**settings), factories={name: telling(name) for name in GOOD}, models=NoModels(), environment={}
    )
    if services.keys.find(KEY) is None:
        with suppress(Exception):  # two start at once, and one is first
            services.keys.add(KEY, name="test", environment="Sandbox", edits_policies=True, at=services.clock.now())
    webhooks = services.webhooks
    relay = Relay(webhooks.deliveries, webhooks.endpoints, services.outbound, services.clock, PATIENCE)
    return replace(services, webhooks=replace(webhooks, relay=relay))


def _die(death: Death) -> None:
    commit, counted, lock = DefaultDialect.do_commit, 0, threading.Lock()

    def committed(self: DefaultDialect, connection: Any) -> None:
        nonlocal counted
        name, now = threading.current_thread().name, False
        kind = next((kind for start, kind in THREADS.items() if name.startswith(start)), None)
        if kind == death.kind and death.armed.exists():
            with lock:
                counted += 1
                now = counted == death.commit
        if now and not death.after:
            os.kill(os.getpid(), signal.SIGKILL)
        commit(self, connection)
        if now:
            os.kill(os.getpid(), signal.SIGKILL)

    DefaultDialect.do_commit = committed  # type: ignore[method-assign]
