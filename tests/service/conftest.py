"""The real application on a database of its own; providers from a list where a test needs them to misbehave."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from engine.contracts import Ports, SignalProvider, Value
from engine.service.app import create_app
from engine.service.settings import Settings
from engine.service.wiring import NoModels, Services, open_services
from engine.workflow.providers import Factory
from tests.service.providers import GOOD, Telling

PORTRAIT = Path(__file__).parents[2] / "examples" / "astronaut.jpg"
KEY = "sk_sandbox_" + "s" * 43
PRODUCTION_KEY = "sk_production_" + "p" * 43
NOW = "2026-05-01T10:00:00Z"
CAPTURE = "/api/capture/sessions/"


@dataclass(frozen=True)
class Running:
    """The application, its parts, and a client that sends the sandbox key."""

    client: TestClient
    services: Services
    data: Path

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
        return Person(TestClient(self.client.app, base_url="https://selfie.example", headers=headers))


@dataclass(frozen=True)
class Person:
    """Someone with a link: the steps of the capture session."""

    client: TestClient

    def ask(self, step: str, body: Mapping[str, Any] | None = None) -> Any:
        """One step."""
        return self.client.get(CAPTURE + step) if body is None else self.client.post(CAPTURE + step, json=body)

    def consent(self) -> Any:
        """Open and agree."""
        version = self.ask("open", {}).json()["consent"]["version"]
        return self.ask("consent", {"version": version, "agreed": True})

    def frames(self, images: list[bytes] | None = None) -> Any:
        """Deliver a burst."""
        images = images or [PORTRAIT.read_bytes()] * 3
        frames = [{"image": as_base64(image), "t_ms": 150 * at} for at, image in enumerate(images)]
        return self.ask("frames", {"frames": frames, "camera": {"label": "front", "width": 640, "height": 480}})

    def captured(self) -> str:
        """Everything up to the submission; answers the digest."""
        self.consent()
        answer = self.frames()
        assert answer.status_code == 200, answer.text
        return str(answer.json()["digest"])

    def submit(self, digest: str) -> Any:
        """Use the session up."""
        return self.ask("submit", {"digest": digest, "browser": {"webdriver": False, "platform": "Linux x86_64"}})


def as_base64(data: bytes) -> str:
    """As JSON carries it."""
    return base64.b64encode(data).decode()


def telling(features: Mapping[str, Mapping[str, Value | None]]) -> dict[str, Factory]:
    """Factories of providers that say the same of every picture."""

    def factory(name: str) -> Callable[[Ports], SignalProvider]:
        return lambda _ports: Telling(name, features[name])

    return {name: factory(name) for name in features}


@contextmanager
def running(
    folder: Path, factories: Mapping[str, Factory] | None = None, *, models: Any = None, **settings: Any
) -> Iterator[Running]:
    """The application with providers that see a live adult, unless others are given."""
    made = open_services(
        Settings(**{"data": folder / "data", "public_url": "https://selfie.example", **settings}),
        factories=telling(GOOD) if factories is None else factories,
        models=models or NoModels(),
        environment={},
    )
    for secret, environment in ((KEY, "Sandbox"), (PRODUCTION_KEY, "Production")):
        made.keys.add(secret, name="test", environment=environment, edits_policies=True, at=made.clock.now())
    headers = {"Authorization": f"Bearer {KEY}"}
    with TestClient(create_app(made, console=False), base_url="https://selfie.example", headers=headers) as client:
        yield Running(client, made, folder / "data")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Running]:
    """The application whose providers see a live adult in every picture."""
    with running(tmp_path) as started:
        yield started


@pytest.fixture
def portrait() -> bytes:
    """A JPEG with one face."""
    return PORTRAIT.read_bytes()
