"""The whole API as its own schema describes it, and not: no 500, every answer is as declared, every status is given."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import randoms
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core import NotSet
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks
from starlette.testclient import TestClient

from engine.service.app import create_app
from engine.service.wire.problems import MEDIA_TYPE
from tests.service.conftest import CAPTURE, NOW, PORTRAIT, Person, Running, as_base64, running
from tests.service.flows import written
from tests.service.test_desk import FLOW, UNSURE

# The generator itself draws numbers that hypothesis does not know of; so do threads of the application meanwhile.
pytestmark = pytest.mark.filterwarnings("ignore:Do not use the `random` module")
AS_DECLARED = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
UNREADY = ("GET", "/readyz", 503)
"""Where nothing can be stored: tests/operations has it."""
Json = dict[str, Any]
POLICY = """
policy: mine
title: Mine
strategies: {standard: {}}
unknown: review
otherwise: accept
rules: [{id: young, when: {"<": [{var: age.predicted}, 18]}, then: reject, reason: R845}]
"""


@dataclass
class World:
    """An application in which there is one of everything, and which has room for more."""

    service: Running
    known: dict[str, list[str]]
    """Name of a path's parameter to values that exist."""
    seen: set[tuple[str, str, int]] = field(default_factory=set)
    """Method, path and status of every answer."""

    def person(self) -> Person:
        """Somebody who has agreed."""
        _, token = self.service.new_capture()
        person = self.service.browser(token)
        person.client._transport = self.service.client._transport
        person.consent()
        return person


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A 500 is an answer here, not an exception."""
    folder = tmp_path_factory.mktemp("schema")
    with running(folder, policies=written(folder), private_hosts="127.0.0.1", rate_limit="off") as started:
        app = create_app(started.services, console=False)
        started.client._transport = TestClient(app, raise_server_exceptions=False)._transport
        yield World(started, _one_of_everything(started))


def _one_of_everything(service: Running) -> dict[str, list[str]]:
    endpoint = service.client.post("/api/webhooks/endpoints", json={"url": "http://127.0.0.1:9/hook"})
    assert endpoint.status_code == 201, endpoint.text
    ended = [service.post(FLOW, {"features": UNSURE}).json()["eval_id"] for _ in range(3)]
    beside = service.post("at_once", {"features": {"age.predicted": 20.0}}).json()["eval_id"]
    outside = service.post("papers_needed", {"features": {"age.predicted": 20.0}}).json()["eval_id"]
    waiting, _ = service.new_capture()
    events = service.client.get("/api/webhooks/deliveries").json()["items"]
    return {
        "eval_id": [*ended, beside, outside, waiting],
        "endpoint_id": [endpoint.json()["id"]],
        "event_id": [event["event_id"] for event in events],
        "candidate": ["stricter"],
        "workflow": [FLOW, "at_once", "papers_needed", "selfie_intelligence", "selfie_image"],
        "policy": ["selfie", "age_gate"],
        "name": ["selfie", "age_gate", "at_once", FLOW, "age"],
        "number": ["1"],
    }


def operations(service: Running) -> list[Any]:
    """Every operation of the schema."""
    raw = service.client.get("/api/openapi.json").json()
    found = schemathesis.openapi.from_dict(raw).get_all_operations()
    return [each.ok() for each in found if isinstance(each, Ok)]


def send(world: World, case: Case, client: Any = None) -> Any:
    """Ask as the case says, and hold the answer against the schema."""
    content, headers = _content(case)
    sent = {**{name: str(value) for name, value in (case.headers or {}).items()}, **headers}
    path = case.formatted_path
    query = {name: value for name, value in (case.query or {}).items() if value is not None}
    answer = (client or world.service.client).request(
        case.method, path, content=content, headers=_sendable(sent), params=query, follow_redirects=False
    )
    is_as_declared(world, case, answer)
    return answer


def is_as_declared(world: World, case: Case, answer: Any) -> None:
    """What the schema says of it, and what it cannot say."""
    world.seen.add((case.method.upper(), case.path, answer.status_code))
    case.validate_response(answer, checks=AS_DECLARED)
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == MEDIA_TYPE, answer.text
        assert answer.json()["code"]


def _content(case: Case) -> tuple[bytes, dict[str, str]]:
    body = case.body
    if isinstance(body, NotSet):
        return b"", {}
    media = case.media_type or "application/json"
    if isinstance(body, bytes):
        return body, {"Content-Type": media}
    if media == "text/csv":
        return str(body).encode(errors="replace"), {"Content-Type": media}
    return json.dumps(body).encode(), {"Content-Type": media}


def _sendable(headers: dict[str, str]) -> dict[str, str]:
    """Headers that can be sent at all; the key is always ours."""
    safe = {name: value for name, value in headers.items() if name.lower() not in {"authorization", "content-length"}}
    return {name: value.encode("latin-1", "replace").decode("latin-1") for name, value in safe.items() if _fits(value)}


def _fits(value: str) -> bool:
    return not any(ord(letter) < 32 or ord(letter) == 127 for letter in value)


# ---- what succeeds, once for each declared status --------------------------------------------------------------------


def _features(workflow: str = FLOW, **features: Any) -> Json:
    return {"id": "ada", "timestamp": NOW, "workflow": workflow, "data": {"features": features or UNSURE}}


def _labels(_world: World) -> Json:
    return {"body": f"id,workflow,fraud_label\nada,{FLOW},fraud\n".encode(), "media_type": "text/csv"}


def _outside(world: World) -> Json:
    begun = world.service.client.post("/api/evaluation", json=_features("papers_needed", **{"age.predicted": 20.0}))
    data = {"features": {"document.age": 40, "document.verified": True}}
    return {"path_parameters": {"eval_id": begun.json()["eval_id"]}, "body": {"timestamp": NOW, "data": data}}


def _ended(world: World, **more: Any) -> Json:
    return {"path_parameters": {"eval_id": world.known["eval_id"][0]}, **more}


def _endpoint(world: World, **more: Any) -> Json:
    return {"path_parameters": {"endpoint_id": world.known["endpoint_id"][0]}, **more}


def _removed(world: World) -> Json:
    made = world.service.client.post("/api/webhooks/endpoints", json={"url": "http://127.0.0.1:9/other"})
    return {"path_parameters": {"endpoint_id": made.json()["id"]}}


def _named(name: str, **more: Any) -> Any:
    return lambda _world: {"path_parameters": {"name": name, **more}}


def _nothing(_world: World) -> Json:
    return {}


GOOD: dict[tuple[str, str, int], Any] = {
    ("POST", "/api/evaluation", 200): lambda _: {"body": _features()},
    ("POST", "/api/evaluation", 201): lambda _: {
        "body": {"id": "ada", "timestamp": NOW, "workflow": "selfie_intelligence", "data": {}}
    },
    ("GET", "/api/evaluation", 200): _nothing,
    ("GET", "/api/evaluation/{eval_id}", 200): _ended,
    ("PATCH", "/api/evaluation/{eval_id}", 200): _outside,
    ("GET", "/api/evaluation/{eval_id}/trace", 200): _ended,
    ("PUT", "/api/evaluation/{eval_id}/state", 200): lambda world: _ended(
        world, body={"workflow": FLOW, "decision": "ACCEPT", "notes": "x"}
    ),
    ("GET", "/api/evaluation/{eval_id}/history", 200): _ended,
    ("GET", "/api/evaluation/{eval_id}/documents", 200): _ended,
    ("PUT", "/api/feedback", 200): lambda _: {"body": {"id": "ada", "workflow": FLOW, "fraud_label": "scam"}},
    ("GET", "/api/feedback", 200): _nothing,
    ("POST", "/api/feedback/import", 200): _labels,
    ("GET", "/api/feedback/export", 200): _nothing,
    ("GET", "/api/waiting", 200): _nothing,
    ("GET", "/api/workflows/{name}/counts", 200): _named("at_once"),
    ("GET", "/api/shadows", 200): _nothing,
    ("GET", "/api/shadows/{candidate}", 200): lambda _: {"path_parameters": {"candidate": "stricter"}},
    ("GET", "/api/policies", 200): _nothing,
    ("POST", "/api/policies/check", 200): lambda _: {"body": {"text": "policy: mine"}},
    ("POST", "/api/policies/try", 200): lambda _: {
        "body": {"text": POLICY, "strategy": "standard", "features": {"age.predicted": 20.5}}
    },
    ("GET", "/api/policies/{name}", 200): _named("selfie"),
    ("GET", "/api/policies/{name}/versions/{number}", 200): _named("selfie", number=1),
    ("POST", "/api/policies/{name}/versions", 201): lambda _: {
        "path_parameters": {"name": "mine"},
        "body": {"text": POLICY, "base_version": 0},
    },
    ("GET", "/api/workflows", 200): _nothing,
    ("GET", "/api/workflows/{name}", 200): _named("at_once"),
    ("GET", "/api/features", 200): _nothing,
    ("GET", "/api/reasons", 200): _nothing,
    ("GET", "/api/models", 200): _nothing,
    ("GET", "/api/models/{name}/card", 200): _named("age"),
    ("GET", "/api/webhooks/endpoints", 200): _nothing,
    ("POST", "/api/webhooks/endpoints", 201): lambda _: {"body": {"url": "http://127.0.0.1:9/new"}},
    ("DELETE", "/api/webhooks/endpoints/{endpoint_id}", 204): _removed,
    ("POST", "/api/webhooks/endpoints/{endpoint_id}/rotate", 200): _endpoint,
    ("POST", "/api/webhooks/endpoints/{endpoint_id}/enable", 200): _endpoint,
    ("POST", "/api/webhooks/endpoints/{endpoint_id}/test", 200): _endpoint,
    ("POST", "/api/webhooks/endpoints/{endpoint_id}/replay", 200): _endpoint,
    ("GET", "/api/webhooks/deliveries", 200): _nothing,
    ("POST", "/api/webhooks/deliveries/{event_id}/replay", 200): lambda world: {
        "path_parameters": {"event_id": world.known["event_id"][0]}
    },
    ("GET", "/healthz", 200): _nothing,
    ("GET", "/readyz", 200): _nothing,
}
BY_A_PERSON = CAPTURE.rstrip("/")
"""What the person's page asks is held by a whole session, below."""


def test_every_declared_answer_is_given_as_it_is_declared(world: World) -> None:
    asked = {(each.method.upper(), each.path): each for each in operations(world.service)}
    declared = {
        (method, path, int(status))
        for (method, path), each in asked.items()
        for status in each.definition.raw["responses"]
        if status != "default" and not path.startswith(BY_A_PERSON)
    }
    assert declared == {*GOOD, UNREADY}
    for (method, path, status), made in GOOD.items():
        answer = send(world, asked[method, path].Case(**made(world)))
        assert answer.status_code == status, f"{method} {path}: {answer.text}"


def test_every_answer_to_a_person_is_as_it_is_declared(world: World) -> None:
    asked = {each.path: each for each in operations(world.service) if each.path.startswith(BY_A_PERSON)}
    person, told = world.person(), {}
    _, declining = world.service.new_capture()
    other = world.service.browser(declining)
    told["state"], told["challenge"] = person.ask("state"), person.draw()
    told["frames"] = person.ask("frames", person.burst())
    told["submit"] = person.submit(told["frames"].json()["digest"])
    told["open"] = other.ask("open", {})
    version = told["open"].json()["consent"]["version"]
    told["consent"] = other.ask("consent", {"version": version, "agreed": True})
    told["decline"] = other.ask("decline", {})
    for step, answer in told.items():
        assert answer.status_code == 200, answer.text
        is_as_declared(world, asked[CAPTURE + step].Case(), answer)
    left = {"passkey", "passkey/options"}  # these need an authenticator: test_passkeys.py
    assert {CAPTURE + step for step in (*told, *left)} == set(asked)


# ---- everything else ------------------------------------------------------------------------------------------------


def _is_fuzzed(operation: Any) -> bool:
    """Steps of a capture session have their own test, and metrics and health take nothing."""
    return not operation.path.startswith((BY_A_PERSON, "/healthz", "/readyz"))


def _brought_home(world: World, case: Case, chance: random.Random) -> Case:
    """Mostly of what there is, so that more than *not found* is answered."""
    for name in case.path_parameters or {}:
        if name in world.known and case.method.upper() != "DELETE" and chance.random() < 0.7:
            case.path_parameters[name] = chance.choice(world.known[name])
    if case.media_type == "text/csv" and chance.random() < 0.7:
        case.body = f"id,workflow,fraud_label\nada,{FLOW},fraud\n".encode() + _bytes(case.body)
    if isinstance(case.body, dict) and chance.random() < 0.7:
        if "text" in case.body:
            case.body |= {"text": POLICY, "strategy": "standard"} if "strategy" in case.body else {"text": POLICY}
        if isinstance(case.body.get("data"), dict) and chance.random() < 0.7:
            case.body["data"] |= {"features": chance.choice([UNSURE, {"document.age": 40}])}
        for name, values in (
            ("workflow", world.known["workflow"]),
            ("id", ["ada"]),
            ("eval_id", world.known["eval_id"]),
        ):
            if name in case.body:
                case.body[name] = chance.choice(values)
    return case


def _bytes(body: Any) -> bytes:
    return body if isinstance(body, bytes) else str(body).encode(errors="replace")


def fuzz(world: World, examples: int, mode: GenerationMode) -> None:
    """So many requests to every operation."""
    quiet = settings(
        max_examples=examples, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
    )
    for operation in filter(_is_fuzzed, operations(world.service)):
        if mode is GenerationMode.NEGATIVE and not (list(operation.iter_parameters()) or operation.body):
            continue  # there is nothing that could be wrong

        @quiet
        @given(operation.as_strategy(generation_mode=mode), randoms(use_true_random=False))
        def ask(case: Case, chance: random.Random) -> None:
            send(world, _brought_home(world, case, chance))

        ask()


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.name.lower())
def test_whatever_is_asked_the_answer_is_as_declared(world: World, mode: GenerationMode) -> None:
    fuzz(world, 4 if mode is GenerationMode.POSITIVE else 3, mode)


@pytest.mark.soak
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.name.lower())
def test_whatever_is_asked_for_long_the_answer_is_as_declared(world: World, mode: GenerationMode) -> None:
    fuzz(world, 10, mode)


def test_a_picture_is_no_part_of_any_answer(world: World) -> None:
    data = {"selfie": {"image": as_base64(PORTRAIT.read_bytes())}}
    answer = world.service.post("selfie_image", data)
    assert answer.status_code == 200
    assert as_base64(PORTRAIT.read_bytes())[100:200] not in answer.text
