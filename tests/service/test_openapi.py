"""The schema is one that generators of clients take: names that OpenAPI allows, and that a person would write."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest

from engine.store.outbox import Event
from tests.service.conftest import Running, running

ALLOWED = re.compile(r"[a-zA-Z0-9._-]+")
"""A key of `components`, by OpenAPI 3.1."""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One application for all."""
    with running(tmp_path_factory.mktemp("openapi")) as started:
        yield started


@pytest.fixture
def schema(service: Running) -> Any:
    return service.client.get("/api/openapi.json").json()


def test_names_are_allowed_and_every_operation_has_its_own(schema: Any) -> None:
    names = [name for part in schema["components"].values() for name in part]
    assert [name for name in names if not ALLOWED.fullmatch(name)] == []
    operations = [operation for path in schema["paths"].values() for operation in path.values()]
    called = [operation["operationId"] for operation in operations]
    assert len({*called}) == len(called)
    assert [name for name in called if not re.fullmatch(r"[a-z]+(_[a-z]+)+", name) or "_api_" in name] == []
    schemes = {name for operation in operations for one in operation.get("security", []) for name in one}
    assert schemes == {*schema["components"]["securitySchemes"]}


def test_types_of_events_are_listed(schema: Any) -> None:
    shapes = schema["components"]["schemas"]
    assert shapes["EndpointItem"]["properties"]["events"]["items"]["enum"] == [*get_args(Event)]
    assert shapes["DeliveryItem"]["properties"]["event_type"]["enum"] == [*get_args(Event)]


def test_the_example_is_answered_with_the_tag_that_is_declared(service: Running, schema: Any) -> None:
    (example,) = schema["components"]["schemas"]["EvaluationRequest"]["examples"]
    made = service.client.post(
        "/api/evaluation", content=json.dumps(example), headers={"Content-Type": "application/json"}
    )
    assert made.status_code == 200, made.text
    path = f"/api/evaluation/{made.json()['eval_id']}"
    change = {"workflow": example["workflow"], "notes": "read"}
    changed = service.client.put(f"{path}/state", json=change)
    for method, of, answer in (("get", "", service.client.get(path)), ("put", "/state", changed)):
        declared = schema["paths"]["/api/evaluation/{eval_id}" + of][method]["responses"]["200"]["headers"]
        assert "ETag" in declared
        assert "ETag" in answer.headers
    assert "ETag" in schema["paths"]["/api/evaluation/{eval_id}"]["patch"]["responses"]["200"]["headers"]
