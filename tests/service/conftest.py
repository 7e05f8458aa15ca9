"""The real application on a database of its own; providers from a list where a test needs them to misbehave."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from fastapi.testclient import TestClient

from engine.contracts import Ports, SignalProvider, Value
from engine.service.app import create_app
from engine.service.runs.pipeline import SystemClock
from engine.service.settings import Settings
from engine.service.wiring import NoModels, Services, open_services
from engine.store.database import Database, sqlite_url
from engine.store.migrate import migrate
from engine.workflow.providers import Factory
from tests.harness.evidence import Take, frames_request, submit_request
from tests.service.providers import GOOD, Telling

PORTRAIT = Path(__file__).parents[2] / "examples" / "astronaut.jpg"
KEY = "sk_sandbox_" + "s" * 43
PRODUCTION_KEY = "sk_production_" + "p" * 43
NOW = "2026-05-01T10:00:00Z"
CAPTURE = "/api/capture/sessions/"
PEER = ("203.0.113.7", 50_000)
"""Where a person's browser connects from."""
BURST_MS = 6_000
"""Longer than any burst of an honest page."""
NO_TAKE = Take("none", b"", 0, 0, 120, "none", (), 0)


class Winding(SystemClock):
    """The machine's clock, which a test can wind forward."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        """Now, as far ahead as it was wound."""
        return super().now() + self.ahead

    def wind(self, ms: float) -> None:
        """Let milliseconds go by."""
        self.ahead += timedelta(milliseconds=ms)


@dataclass(frozen=True)
class Running:
    """The application, its parts, and a client that sends the sandbox key."""

    client: TestClient
    services: Services
    data: Path
    clock: Winding

    def post(self, workflow: str, data: Mapping[str, Any], **options: Any) -> Any:
        """`POST /api/evaluation`."""
        body = {"id": "ada", "timestamp": NOW, "workflow": workflow, "data": data}
        return self.client.post("/api/evaluation", json=body, **options)

    def new_capture(self) -> tuple[str, str]:
        """A waiting evaluation: `eval_id` and the session's token."""
        answer = self.post("selfie_intelligence", {})
        assert answer.status_code == 201, answer.text
        data = answer.json()["data_enrichments"][0]["response"]["data"]
        return answer.json()["eval_id"], data["docvTransactionToken"]

    def evaluation(self, eval_id: str) -> Any:
        """`GET` one evaluation."""
        return self.client.get(f"/api/evaluation/{eval_id}").json()

    def browser(self, token: str) -> Person:
        """A fresh browser that holds a link."""
        headers = {"Authorization": f"Bearer {token}", "User-Agent": "Firefox/133"}
        client = TestClient(self.client.app, base_url="https://selfie.example", headers=headers, client=PEER)
        return Person(client, self.clock)


@dataclass
class Person:
    """Someone with a link and an honest browser: the steps of the capture session."""

    client: TestClient
    clock: Winding
    _take: Take | None = field(default=None)

    def ask(self, step: str, body: Mapping[str, Any] | None = None) -> Any:
        """One step."""
        return self.client.get(CAPTURE + step) if body is None else self.client.post(CAPTURE + step, json=body)

    def consent(self) -> Any:
        """Open and agree."""
        version = self.ask("open", {}).json()["consent"]["version"]
        return self.ask("consent", {"version": version, "agreed": True})

    @property
    def take(self) -> Take:
        """The take that was drawn last."""
        assert self._take is not None
        return self._take

    def draw(self, choice: str | None = None) -> Any:
        """Begin a take."""
        answer = self.ask("challenge", {"choice": choice})
        if answer.status_code == 200:
            self._take = Take.of(answer.json())
        return answer

    def burst(self, images: Sequence[bytes] | None = None, **other: Any) -> dict[str, Any]:
        """Take the pictures, which takes its time; answers the request that delivers them."""
        images = images or [PORTRAIT.read_bytes()] * 3
        self.clock.wind(BURST_MS)
        return frames_request(self.take, images, **other)

    def frames(self, images: Sequence[bytes] | None = None, **other: Any) -> Any:
        """Begin a take and deliver its burst; where no take is given, the refusal."""
        drawn = self.draw()
        return self.ask("frames", self.burst(images, **other)) if drawn.status_code == 200 else drawn

    def captured(self) -> str:
        """Everything up to the submission; answers the digest."""
        self.consent()
        answer = self.frames()
        assert answer.status_code == 200, answer.text
        return str(answer.json()["digest"])

    def submission(self, digest: str, **other: Any) -> dict[str, Any]:
        """The request that uses the session up."""
        return submit_request(self._take or NO_TAKE, digest, **other)

    def submit(self, digest: str, **other: Any) -> Any:
        """Use the session up."""
        return self.ask("submit", self.submission(digest, **other))


def as_base64(data: bytes) -> str:
    """As JSON carries it."""
    return base64.b64encode(data).decode()


def telling(features: Mapping[str, Mapping[str, Value | None]]) -> dict[str, Factory]:
    """Factories of providers that say the same of every picture."""

    def factory(name: str) -> Callable[[Ports], SignalProvider]:
        return lambda _ports: Telling(name, features[name])

    return {name: factory(name) for name in features}


@cache
def migrated() -> bytes:
    """An empty database with this version's tables, made once: a third of what a start takes is making them."""
    with TemporaryDirectory() as folder:
        database = Database(sqlite_url(Path(folder)))
        migrate(database)
        database.checkpoint()
        database.close()
        return Path(folder, "selfie.sqlite3").read_bytes()


@contextmanager
def running(
    folder: Path,
    factories: Mapping[str, Factory] | None = None,
    *,
    models: Any = None,
    carries: bool = False,
    **settings: Any,
) -> Iterator[Running]:
    """The application with providers that see a live adult, unless others are given.

    Args:
        carries: whether it carries what waits; else the test sweeps.
    """
    clock = Winding()
    data = Path(settings.get("data") or folder / "data")
    if not settings.get("database_url") and not data.exists():
        data.mkdir(mode=0o700, parents=True)
        (data / "selfie.sqlite3").write_bytes(migrated())
    made = open_services(
        Settings(**{"data": folder / "data", "public_url": "https://selfie.example", **settings}),
        factories=telling(GOOD) if factories is None else factories,
        models=models or NoModels(),
        environment={},
        clock=clock,
    )
    for secret, environment in ((KEY, "Sandbox"), (PRODUCTION_KEY, "Production")):
        made.keys.add(secret, name="test", environment=environment, edits_policies=True, at=made.clock.now())
    headers = {"Authorization": f"Bearer {KEY}"}
    outer = create_app(made, console=False, carries=carries)
    with TestClient(outer, base_url="https://selfie.example", headers=headers) as client:
        yield Running(client, made, folder / "data", clock)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Running]:
    """The application whose providers see a live adult in every picture."""
    with running(tmp_path) as started:
        yield started


@pytest.fixture
def portrait() -> bytes:
    """A JPEG with one face."""
    return PORTRAIT.read_bytes()
