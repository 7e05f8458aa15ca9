"""`/api/webhooks` of the real application, whose own relay carries to a real receiver."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook

from engine.store.outbox import EVENTS, Outbox
from tests.harness.receiver import Receiver, in_turn, receiving, says
from tests.service.conftest import PRODUCTION_KEY, Running, running

ENDPOINTS = "/api/webhooks/endpoints"
DELIVERIES = "/api/webhooks/deliveries"
PRODUCTION = {"Authorization": f"Bearer {PRODUCTION_KEY}"}
NOBODY = "00000000-0000-0000-0000-000000000000"


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The application, which may call this machine."""
    with running(tmp_path_factory.mktemp("service"), private_hosts="127.0.0.1") as made:
        yield made


@pytest.fixture
def service(started: Running) -> Iterator[Running]:
    """The same, without what another test left."""
    yield started
    started.clock.ahead = timedelta()
    for endpoint in started.client.get(ENDPOINTS).json()["items"]:
        started.client.delete(f"{ENDPOINTS}/{endpoint['id']}")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Takes everything."""
    with receiving(says(204)) as server:
        yield server


def added(service: Running, url: str, **more: Any) -> Any:
    """A new endpoint."""
    answer = service.client.post(ENDPOINTS, json={"url": url, **more})
    assert answer.status_code == 201, answer.text
    return answer.json()


def put(service: Running, number: int = 0) -> str:
    """An event of a fresh evaluation, beside those that the service itself tells."""
    eval_id = str(service.post("selfie_features", {"features": {}}).json()["eval_id"])
    with service.services.database.writing() as connection:
        event_id = Outbox().put(
            connection,
            environment="Sandbox",
            eval_id=eval_id,
            event_type="fraud_confirming",
            at=service.clock.now(),
            data=lambda: {"number": number},
        )
    assert event_id
    return event_id


def deliveries(service: Running, **asked: Any) -> list[Any]:
    """A part of the list."""
    answer = service.client.get(DELIVERIES, params=asked)
    assert answer.status_code == 200, answer.text
    items: list[Any] = answer.json()["items"]
    return items


def settled(service: Running, event_id: str, state: str = "delivered") -> Any:
    """The delivery of an event, once it is in this state."""
    deadline = time.monotonic() + 10
    while True:
        found = next(each for each in deliveries(service) if each["event_id"] == event_id)
        if found["state"] == state:
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.05)


def test_an_endpoint_is_added_told_and_removed(service: Running, receiver: Receiver) -> None:
    made = added(service, receiver.url, events=["fraud_confirming"], description="the shop")
    secret = made.pop("secret")
    assert secret.startswith("whsec_")
    assert service.client.get(ENDPOINTS).json() == {"items": [made]}
    assert (made["events"], made["description"], made["waiting"]) == (["fraud_confirming"], "the shop", 0)
    event_id = put(service)
    told = settled(service, event_id)
    assert (told["endpoint_id"], told["status_code"], told["attempts"]) == (made["id"], 204, 1)
    assert told["event_type"] == "fraud_confirming"
    heard = receiver.heard[0]
    assert Webhook(secret).verify(heard.body, heard.headers)["event_id"] == event_id
    assert service.client.delete(f"{ENDPOINTS}/{made['id']}").status_code == 204
    assert service.client.get(ENDPOINTS).json() == {"items": []}
    assert deliveries(service) == []
    assert service.client.delete(f"{ENDPOINTS}/{made['id']}").json()["code"] == "webhookUnknown"


def heard(receiver: Receiver, number: int) -> list[Any]:
    """So many events, once they came."""
    deadline = time.monotonic() + 10
    while len(receiver.heard) < number:
        assert time.monotonic() < deadline, receiver.heard
        time.sleep(0.05)
    return [json.loads(body) for body in receiver.bodies()]


def test_a_decision_is_told_as_the_api_gives_it(service: Running, receiver: Receiver) -> None:
    added(service, receiver.url, events=["evaluation_completed"])
    answer = service.post("selfie_features", {"features": {"face.count": 0}}).json()
    (told,) = heard(receiver, 1)
    assert told["event_type"] == "evaluation_completed"
    assert told["data"] == answer
    assert told["data"]["decision"] == "REJECT"


def test_who_waits_for_a_person_is_told_without_the_persons_link(service: Running, receiver: Receiver) -> None:
    added(service, receiver.url, events=["evaluation_paused"])
    eval_id, token = service.new_capture()
    (told,) = heard(receiver, 1)
    assert (told["event_type"], told["data"]["eval_id"]) == ("evaluation_paused", eval_id)
    body = receiver.bodies()[0].decode()
    assert token not in body
    assert "/capture/#" not in body
    assert "data:image" not in body


def test_no_answer_and_no_column_holds_a_secret(service: Running, receiver: Receiver) -> None:
    made = added(service, receiver.url)
    new = service.client.post(f"{ENDPOINTS}/{made['id']}/rotate", json={}).json()["secret"]
    listed = service.client.get(ENDPOINTS).text
    stored = (service.data / "selfie.sqlite3").read_bytes() + (service.data / "selfie.sqlite3-wal").read_bytes()
    for secret in (made["secret"], new):
        assert secret not in listed
        assert secret.removeprefix("whsec_").encode() not in stored


def test_while_a_secret_is_rotated_both_sign_and_then_the_new_one_alone(service: Running, receiver: Receiver) -> None:
    made = added(service, receiver.url)
    address = f"{ENDPOINTS}/{made['id']}"
    rotated = service.client.post(f"{address}/rotate", json={"keep_hours": 2}).json()
    assert rotated["old_secret_until"] is not None
    assert service.client.post(f"{address}/test").json() == {"delivered": True, "status_code": 204, "error": None}
    heard = receiver.heard[-1]
    new, old = heard.headers["webhook-signature"].split(" ")
    for secret, signature in ((rotated["secret"], new), (made["secret"], old)):
        alone = {**heard.headers, "webhook-signature": signature}
        assert Webhook(secret).verify(heard.body, alone)["event_type"] == "test"
        assert Webhook(secret).verify(heard.body, heard.headers)
    at_once = service.client.post(f"{address}/rotate", json={"keep_hours": 0}).json()["secret"]
    service.client.post(f"{address}/test")
    heard = receiver.heard[-1]
    assert len(heard.headers["webhook-signature"].split(" ")) == 1
    assert Webhook(at_once).verify(heard.body, heard.headers)


def test_the_old_secret_ends_by_itself(service: Running, receiver: Receiver) -> None:
    made = added(service, receiver.url)
    service.client.post(f"{ENDPOINTS}/{made['id']}/rotate")
    endpoints = service.services.webhooks.endpoints
    assert len(endpoints.secrets(made["id"], service.clock.now())) == 2
    service.clock.wind(23.9 * 3_600_000)
    assert len(endpoints.secrets(made["id"], service.clock.now())) == 2
    service.clock.wind(0.2 * 3_600_000)
    assert len(endpoints.secrets(made["id"], service.clock.now())) == 1


def test_what_is_not_delivered_is_sent_again_when_asked(service: Running) -> None:
    with receiving(in_turn(says(410), says(204))) as receiver:
        made = added(service, receiver.url, events=["fraud_confirming"])
        address = f"{ENDPOINTS}/{made['id']}"
        event_id = put(service)
        dead = settled(service, event_id, "dead")
        assert dead["error"] == "the receiver wants no more webhooks"
        shown = service.client.get(ENDPOINTS).json()["items"][0]
        assert (shown["dead"], shown["disabled_at"] is not None) == (1, True)
        assert service.client.post(f"{address}/replay").json()["code"] == "webhookDisabled"
        assert service.client.post(f"{DELIVERIES}/{event_id}/replay").json() == {"replayed": 0}
        assert service.client.post(f"{address}/enable").json()["disabled_at"] is None
        assert service.client.post(f"{address}/replay").json() == {"replayed": 1}
        settled(service, event_id)
        assert service.client.post(f"{DELIVERIES}/{event_id}/replay", json={"endpoint_id": NOBODY}).json() == {
            "replayed": 0
        }
        assert service.client.post(f"{DELIVERIES}/{event_id}/replay").json() == {"replayed": 1}
        deadline = time.monotonic() + 10
        while len(receiver.heard) < 3:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert len({(each.headers["webhook-id"], each.body) for each in receiver.heard}) == 1


def test_the_list_is_filtered_and_goes_on_where_it_ended(service: Running, receiver: Receiver) -> None:
    first = added(service, receiver.url, events=["fraud_confirming"])
    second = added(service, receiver.url, events=["fraud_confirming"])
    put_ids = [put(service, number) for number in range(3)]
    for event_id in put_ids:
        settled(service, event_id)
    found, cursor = [], None
    while True:
        params = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = service.client.get(DELIVERIES, params=params).json()
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert [(each["event_id"], each["endpoint_id"]) for each in found] == [
        (event_id, endpoint) for event_id in put_ids[::-1] for endpoint in sorted([first["id"], second["id"]])
    ]
    assert len(deliveries(service, endpoint_id=first["id"])) == 3
    assert len(deliveries(service, eval_id=found[0]["eval_id"])) == 2
    assert deliveries(service, state="dead") == []
    for cursor in ("x", "bnVsbA", "WzEsMl0", "W3RydWUsIngiXQ"):
        assert service.client.get(DELIVERIES, params={"cursor": cursor}).json()["code"] == "badCursor"


def test_an_environment_sees_only_its_own(service: Running, receiver: Receiver) -> None:
    made = added(service, receiver.url, events=["fraud_confirming"])
    event_id = put(service)
    ask = service.client
    assert ask.get(ENDPOINTS, headers=PRODUCTION).json() == {"items": []}
    assert ask.get(DELIVERIES, headers=PRODUCTION).json()["items"] == []
    address = f"{ENDPOINTS}/{made['id']}"
    for each in ("rotate", "enable", "test", "replay"):
        assert ask.post(f"{address}/{each}", headers=PRODUCTION).json()["code"] == "webhookUnknown"
    assert ask.delete(address, headers=PRODUCTION).status_code == 404
    assert ask.post(f"{DELIVERIES}/{event_id}/replay", headers=PRODUCTION).json()["code"] == "deliveryUnknown"
    settled(service, event_id)


def test_only_keys_that_may_edit(service: Running, receiver: Receiver) -> None:
    made = added(service, receiver.url)
    service.services.keys.add(
        "sk_sandbox_reads", name="reads", environment="Sandbox", edits_policies=False, at=service.clock.now()
    )
    reads = {"Authorization": "Bearer sk_sandbox_reads"}
    address = f"{ENDPOINTS}/{made['id']}"
    answers = [
        service.client.get(ENDPOINTS, headers=reads),
        service.client.post(ENDPOINTS, headers=reads, json={"url": receiver.url}),
        service.client.delete(address, headers=reads),
        service.client.get(DELIVERIES, headers=reads),
        service.client.post(f"{DELIVERIES}/{NOBODY}/replay", headers=reads),
        *(service.client.post(f"{address}/{each}", headers=reads) for each in ("rotate", "enable", "test", "replay")),
    ]
    assert {answer.status_code for answer in answers} == {403}
    assert receiver.heard == []


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/hook",
        "https://127.0.0.2/hook",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://user:pass@shop.example/",
        "javascript:alert(1)",
        "https://0/",
    ],
)
def test_where_webhooks_may_not_go_no_endpoint_is_made(service: Running, url: str) -> None:
    answer = service.client.post(ENDPOINTS, json={"url": url})
    assert (answer.status_code, answer.json()["code"]) == (422, "webhookRefused")
    assert answer.headers["content-type"] == "application/problem+json"
    assert service.client.get(ENDPOINTS).json() == {"items": []}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"url": 1},
        {"url": "https://shop.example/", "events": ["everything"]},
        {"url": "https://shop.example/", "secret": "mine"},
        {"url": "https://shop.example/", "description": "a" * 257},
        {"url": "https://shop.example/\u0000"},
    ],
)
def test_a_request_that_is_not_as_the_contract_says(service: Running, body: Any) -> None:
    answer = service.client.post(ENDPOINTS, json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "badRequest")


def test_the_schema_names_every_type_of_event(service: Running) -> None:
    schema = service.client.get("/api/openapi.json").json()["components"]["schemas"]["EndpointRequest"]
    assert tuple(schema["properties"]["events"]["items"]["enum"]) == EVENTS
    assert json.dumps(schema)


def test_there_are_so_many_endpoints_and_no_more(service: Running, receiver: Receiver) -> None:
    for _ in range(50):
        added(service, receiver.url, events=["fraud_confirming"])
    answer = service.client.post(ENDPOINTS, json={"url": receiver.url})
    assert (answer.status_code, answer.json()["code"]) == (409, "tooManyWebhooks")
