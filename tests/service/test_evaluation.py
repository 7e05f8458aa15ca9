"""`/api/evaluation`: the contract's object, retries, the list, the trace."""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Any

import pytest

from engine.service.wire.answers import workflow_id
from tests.service.conftest import KEY, NOW, PRODUCTION_KEY, Running, as_base64

ADULT = {"face.count": 1, "liveness.passive_score": 0.97, "age.predicted": 34.9}
CHILD = {**ADULT, "age.predicted": 12.99}


def test_the_answer_has_every_field_of_the_contract(service: Running) -> None:
    answer = service.post("selfie_features", {"features": ADULT})
    assert answer.status_code == 200
    body = answer.json()
    assert datetime.fromisoformat(body["decision_at"]).tzinfo is not None
    said = {
        "decision": {"strategy": "standard", "value": "accept"},
        "reasonCodes": ["I834", "I845"],
        "signals": {"selfie": {"predictedAge": 34}},
    }
    bound = service.services.pipeline.workflow("selfie_features")
    assert body == {
        "id": "ada",
        "eval_id": body["eval_id"],
        "workflow": "selfie_features",
        "workflow_id": workflow_id("selfie_features"),
        "workflow_version": bound.workflow.version,
        "eval_source": "API",
        "eval_status": "evaluation_completed",
        "decision": "ACCEPT",
        "decision_at": body["eval_end_time"],
        "score": None,
        "status": "CLOSED",
        "sub_status": None,
        "eval_start_time": body["eval_start_time"],
        "eval_end_time": body["eval_end_time"],
        "tags": [],
        "notes": "",
        "review_queues": [],
        "computed": {},
        "environment_name": "Sandbox",
        "data_enrichments": [
            {
                "enrichment_name": "Selfie Intelligence",
                "enrichment_provider": "selfie-intelligence",
                "enrichment_endpoint": "/api/evaluation",
                "status_code": 200,
                "request": {},
                "response": {"selfieIntelligence": said},
                "is_source_cache": False,
                "total_attempts": 1,
                "error": None,
            }
        ],
        "selfieIntelligence": said,
    }
    assert service.evaluation(body["eval_id"]) == body


@pytest.mark.parametrize(
    ("features", "decision", "status", "age"),
    [
        (ADULT, "ACCEPT", "CLOSED", 34),
        (CHILD, "REJECT", "CLOSED", 12),
        ({**ADULT, "age.predicted": 20.0}, "REVIEW", "OPEN", 20),
        ({**ADULT, "age.predicted": None}, "REVIEW", "OPEN", None),
        ({}, "REVIEW", "OPEN", None),
    ],
)
def test_decision_and_status(service: Running, features: Any, decision: str, status: str, age: int | None) -> None:
    body = service.post("selfie_features", {"features": features}).json()
    assert (body["decision"], body["status"]) == (decision, status)
    assert body["selfieIntelligence"]["signals"]["selfie"]["predictedAge"] == age


def test_every_field_that_integrators_send_is_taken_and_dropped(service: Running) -> None:
    person = {
        "id": "c-1",
        "given_name": "Ada-given",
        "family_name": "Ada-family",
        "suffix": "Ada-suffix",
        "national_id": "Ada-national",
        "date_of_birth": "1815-12-10",
        "gender": "Ada-gender",
        "email": "ada@secret.example",
        "phone_number": "+4915100000000",
        "address": {"line_1": "Ada-street", "country": "GB"},
        "account": {"number": "Ada-account"},
        "otp": "Ada-otp",
        "di_session_token": "Ada-token",
        "docv": {"transaction_token": "Ada-docv", "config": {"a": 1}},
        "additional_context": {"a": "Ada-context"},
        "custom": {"a": "Ada-custom"},
    }
    data = {
        "individual": person,
        "additional_individuals": [person],
        "external_device": {"id": "Ada-device"},
        "event_type": "Ada-event",
        "event_category": "Ada-category",
        "channel": "web",
        "ip_address": "203.0.113.9",
        "line_of_business": "Ada-business",
        "di_session_token": "Ada-session",
        "custom": {"b": "Ada-own"},
        "features": ADULT,
        "context": {"market": "DE", "product": "spirits"},
        "strategy": "strict",
    }
    answer = service.post("selfie_features", data)
    assert answer.status_code == 200, answer.text
    assert answer.json()["selfieIntelligence"]["decision"]["strategy"] == "strict"
    stored = b"".join(path.read_bytes() for path in service.data.rglob("*") if path.is_file())
    for secret in (b"Ada-", b"secret.example", b"1815-12-10", b"203.0.113.9", b"+49151"):
        assert secret not in stored
        assert secret.decode() not in answer.text


def test_the_same_id_again_is_a_run_of_its_own(service: Running) -> None:
    first, second = (service.post("selfie_features", {"features": ADULT}).json() for _ in range(2))
    assert first["id"] == second["id"]
    assert first["eval_id"] != second["eval_id"]


@pytest.mark.parametrize("workflow", ["selfie_features", "selfie_intelligence"])
def test_a_retry_gets_the_first_answer(service: Running, workflow: str) -> None:
    data = {"features": ADULT} if workflow == "selfie_features" else {}
    headers = {"Idempotency-Key": "retry-1"}
    first = service.post(workflow, data, headers=headers)
    again = service.post(workflow, data, headers=headers)
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    other = service.post(workflow, {**data, "channel": "app"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (409, "idempotencyConflict")
    production = {**headers, "Authorization": f"Bearer {PRODUCTION_KEY}"}
    assert service.post(workflow, data, headers=production).json()["eval_id"] != first.json()["eval_id"]
    assert len(service.client.get("/api/evaluation").json()["items"]) == 1


def test_retries_at_once_make_one_evaluation(service: Running) -> None:
    answers: list[Any] = []
    start = threading.Barrier(6)

    def one() -> None:
        start.wait()
        answers.append(service.post("selfie_features", {"features": ADULT}, headers={"Idempotency-Key": "k"}))

    threads = [threading.Thread(target=one) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["eval_id"] for answer in answers}) == 1
    assert len(service.client.get("/api/evaluation").json()["items"]) == 1


def test_the_list_is_newest_first_and_pages_without_gaps(service: Running) -> None:
    made = [service.post("selfie_features", {"features": ADULT}).json()["eval_id"] for _ in range(7)]
    seen, cursor = [], None
    while True:
        query = f"?limit=3&cursor={cursor}" if cursor else "?limit=3"
        page = service.client.get(f"/api/evaluation{query}").json()
        seen += [item["eval_id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
        assert len(page["items"]) == 3
    assert seen == made[::-1]


def test_the_list_is_filtered(service: Running) -> None:
    adult = service.post("selfie_features", {"features": ADULT}).json()["eval_id"]
    child = service.post("selfie_features", {"features": CHILD}).json()["eval_id"]
    waiting, _ = service.new_capture()

    def found(query: str) -> set[str]:
        return {item["eval_id"] for item in service.client.get(f"/api/evaluation?{query}").json()["items"]}

    assert found("decision=ACCEPT") == {adult}
    assert found("decision=reject") == {child}
    assert found("workflow=selfie_intelligence") == {waiting}
    assert found("status=evaluation_paused") == {waiting}
    assert found("status=evaluation_completed") == {adult, child}
    assert found("q=AD") == {adult, child, waiting}
    assert found("q=%25") == set()
    assert found(f"q={child[:8]}") == {child}


def test_the_trace_tells_rule_value_and_code(service: Running) -> None:
    body = service.post("selfie_features", {"features": CHILD}).json()
    trace = service.client.get(f"/api/evaluation/{body['eval_id']}/trace").json()
    assert trace["features"]["age.predicted"] == 12.99
    assert sorted(trace["given"]) == sorted(CHILD)
    policy, attempts = trace["policies"]
    assert (attempts["policy"], attempts["decision"]["value"]) == ("attempts", "accept")
    assert (policy["policy"], policy["version"], policy["decision"]["value"]) == ("selfie", 1, "reject")
    rule = next(rule for rule in policy["rules"] if rule["id"] == "under-age")
    assert (rule["result"], rule["fired"], rule["outcome"], rule["reason"]) == (True, True, "reject", "R845")
    assert rule["tree"]["children"][0]["value"] == 12.99


def test_the_trace_of_a_waiting_evaluation_is_empty(service: Running) -> None:
    eval_id, _ = service.new_capture()
    trace = service.client.get(f"/api/evaluation/{eval_id}/trace").json()
    assert trace.pop("route")["at"] == "capture"
    assert trace == {"eval_id": eval_id, "features": {}, "failures": [], "models": {}, "policies": []}


def test_a_callers_features_never_replace_a_providers(service: Running, portrait: bytes) -> None:
    data = {"selfie": {"image": as_base64(portrait)}, "features": {"liveness.passive_score": 1.0}}
    assert service.post("selfie_image", data).status_code == 422


def test_models_are_named_in_the_trace(service: Running, portrait: bytes) -> None:
    body = service.post("selfie_image", {"selfie": {"image": as_base64(portrait)}}).json()
    trace = service.client.get(f"/api/evaluation/{body['eval_id']}/trace").json()
    assert trace["models"]["liveness"] == "a" * 64


def test_the_openapi_says_what_errors_are(service: Running) -> None:
    schema = service.client.get("/api/openapi.json").json()
    assert "ValidationError" not in str(schema)
    for path in schema["paths"].values():
        for operation in path.values():
            assert list(operation["responses"]["default"]["content"]) == ["application/problem+json"]
            assert "422" not in operation["responses"]


@pytest.mark.parametrize("path", ["/api/workflows", "/api/features", "/api/reasons"])
def test_what_there_is(service: Running, path: str) -> None:
    items = service.client.get(path).json()["items"]
    assert items
    assert all(item.get("title") for item in items)


def test_health_and_readiness(service: Running) -> None:
    assert service.client.get("/healthz").json() == {"status": "ok"}
    ready = service.client.get("/readyz")
    assert (ready.status_code, ready.json()["status"]) == (200, "ready")


def test_times_of_every_zone_are_taken(service: Running) -> None:
    for time in (NOW, "2026-05-01T12:00:00+02:00", "2026-05-01T10:00:00.123456789Z", "2026-05-01t10:00:00z"):
        body = {"id": "a", "timestamp": time, "workflow": "selfie_features", "data": {"features": ADULT}}
        answer = service.client.post("/api/evaluation", json=body, headers={"Authorization": f"Bearer {KEY}"})
        assert answer.status_code == 200, answer.text
