"""The capture API as its own schema describes it, and not: with a live session no answer is a 500, no end an accept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, cast

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from schemathesis import GenerationMode
from schemathesis.core import NotSet
from schemathesis.core.result import Ok
from starlette.testclient import TestClient

from engine.service.app import create_app
from engine.service.wire.capture_requests import FramesEnvelope, SubmitEnvelope
from engine.service.wire.problems import MEDIA_TYPE
from tests.harness.evidence import frames_content, signed
from tests.service.conftest import CAPTURE, PORTRAIT, Person, Running, as_base64, running

STEPS = ("state", "open", "consent", "challenge", "frames", "submit", "decline")
CASES = [(step, mode) for step in STEPS for mode in GenerationMode if (step, mode.name) != ("state", "NEGATIVE")]
"""A GET without parameters has nothing that could be wrong."""
ENVELOPES = {"frames": FramesEnvelope, "submit": SubmitEnvelope}
fixed = settings(
    max_examples=12, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One application; a 500 is an answer here, not an exception."""
    with running(tmp_path_factory.mktemp("schema"), rate_limit="off") as started:
        app = create_app(started.services, console=False)
        started.client._transport = TestClient(app, raise_server_exceptions=False)._transport
        yield started


class Live:
    """A person whose session can always go on: a new one where the former is over or has no takes left."""

    def __init__(self, service: Running) -> None:
        self.service = service
        self.eval_ids: list[str] = []
        self._person: Person | None = None

    def person(self) -> Person:
        if self._person is None or not self._can_go_on(self._person):
            eval_id, token = self.service.new_capture()
            self.eval_ids.append(eval_id)
            self._person = self.service.browser(token)
            self._person.client._transport = self.service.client._transport
            self._person.consent()
            self._person.draw()
            self.service.clock.wind(6000)
        return self._person

    @staticmethod
    def _can_go_on(person: Person) -> bool:
        return bool(person.ask("state").json()["state"] == "consented" and person.draw().status_code == 200)

    def is_sound(self, answer: Any) -> None:
        """A success of the contract or a problem document; never a 500."""
        assert answer.status_code < 500, answer.text
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == MEDIA_TYPE
            assert answer.json()["code"]
        assert answer.json().get("decision") is None

    def nothing_was_accepted(self) -> None:
        """What ended here ended without evidence."""
        assert self.eval_ids
        assert "ACCEPT" not in {self.service.evaluation(eval_id)["decision"] for eval_id in self.eval_ids}


def operation(raw: dict[str, Any], path: str) -> Any:
    """One operation of a schema."""
    found = schemathesis.openapi.from_dict(raw).get_all_operations()
    return next(each.ok() for each in found if isinstance(each, Ok) and each.ok().path == path)


def as_sent(body: Any) -> bytes:
    """A generated body as bytes; it may be bytes already, or nothing at all."""
    if isinstance(body, bytes | NotSet):
        return body if isinstance(body, bytes) else b""
    return json.dumps(body).encode()


@pytest.mark.parametrize(("step", "mode"), CASES)
def test_every_step(service: Running, step: str, mode: GenerationMode) -> None:
    live, wanted = Live(service), operation(service.client.get("/api/openapi.json").json(), CAPTURE + step)

    @fixed
    @given(wanted.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        client = live.person().client
        content = b"" if wanted.method.upper() == "GET" else as_sent(case.body)
        headers = {"Content-Type": "application/json"}
        live.is_sound(client.request(case.method, CAPTURE + step, content=content, headers=headers))

    ask()
    if step != "state":
        live.nothing_was_accepted()


def envelope_schema(step: str) -> dict[str, Any]:
    """An API whose bodies are the contents of envelopes, so that the same generator makes those."""
    shape = ENVELOPES[step]
    _, definitions = models_json_schema(
        [(cast("type[BaseModel]", shape), "validation")], ref_template="#/components/schemas/{model}"
    )
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{shape.__name__}"}}}
    path = {"post": {"requestBody": {"required": True, "content": content}, "responses": {"200": {"description": ""}}}}
    info = {"title": "envelopes", "version": "1"}
    return {
        "openapi": "3.1.0",
        "info": info,
        "paths": {f"/{step}": path},
        "components": {"schemas": definitions["$defs"]},
    }


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.name.lower())
@pytest.mark.parametrize("step", ENVELOPES)
def test_every_envelope(service: Running, step: str, mode: GenerationMode) -> None:
    """Signed with the right key, so that what is inside is looked at."""
    live, wanted = Live(service), operation(envelope_schema(step), f"/{step}")
    image, answers = PORTRAIT.read_bytes(), []

    @fixed
    @given(wanted.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        person, content = live.person(), None if isinstance(case.body, bytes | NotSet) else case.body
        if isinstance(content, dict):
            content = {**content, "nonce": person.take.nonce}
            if mode is GenerationMode.POSITIVE and step == "frames":
                content["frames"] = frames_content(person.take, [image])["frames"]
        if step == "frames":
            other: dict[str, Any] = {"frames": [as_base64(image)]}
        else:
            told = content.get("digest") if isinstance(content, dict) else None
            other = {"digest": told if isinstance(told, str) else "0" * 64}
        answer = person.ask(step, {**signed(person.take.key, content), **other})
        live.is_sound(answer)
        answers.append(answer.json().get("code", answer.status_code))

    ask()
    live.nothing_was_accepted()
    if mode is GenerationMode.POSITIVE:
        assert set(answers) & ({200} if step == "frames" else {"badFrames", "evidenceReplayed"}), answers
    else:
        assert "badRequest" in answers


def test_the_generator_reaches_what_is_inside(service: Running) -> None:
    """The schema of an envelope names every fact, so that none is left out of the above."""
    named = json.dumps(envelope_schema("frames")) + json.dumps(envelope_schema("submit"))
    for fact in ("label", "frameRate_max", "pixel_format", "shown_ms", "webdriver", "fingerprint", "untrusted_events"):
        assert f'"{fact}"' in named
