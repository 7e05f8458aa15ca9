"""One workflow by its name, drawn for the console; and the shipped ones from the first request to the last."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.policy.files import read_text
from tests.service.conftest import Running, running, telling
from tests.service.providers import GOOD
from tests.workflow.test_cases import FOLDER


def test_a_workflow_with_its_drawing(service: Running) -> None:
    answer = service.client.get("/api/workflows/age_gate")
    assert answer.status_code == 200
    told = answer.json()
    assert told["text"] == read_text(FOLDER / "age_gate.yaml")
    assert told["graph"]["nodes"][0] == {"id": "selfie", "step": "capture", "title": "the person's selfie"}
    assert {"from": "route", "edge": "case 2", "title": "review", "to": "again"} in told["graph"]["edges"]
    assert told["svg"].startswith("<svg ")


def test_every_workflow_is_drawn(service: Running) -> None:
    """Also one without steps of its own."""
    for item in service.client.get("/api/workflows").json()["items"]:
        told = service.client.get(f"/api/workflows/{item['workflow']}").json()
        assert len(told["graph"]["nodes"]) >= 3


def test_a_workflow_that_is_not_there(service: Running) -> None:
    answer = service.client.get("/api/workflows/nobody")
    assert (answer.status_code, answer.json()["code"]) == (404, "workflowUnknown")


NEAR = 21.0
"""An age in doubt under every strategy."""
ENDED = ("evaluation_completed", "REVIEW", "declined")
DOCUMENT = {"document.age": 21, "document.verified": True, "document.holder_present": True}


@pytest.mark.parametrize(
    ("answered", "decision", "queues"),
    [
        (DOCUMENT, "ACCEPT", []),
        ({**DOCUMENT, "document.holder_present": False}, "REJECT", []),
        ({"document.age": 21, "document.verified": True}, "REVIEW", ["age"]),
    ],
)
def test_the_shipped_age_gate(tmp_path: Path, answered: dict[str, object], decision: str, queues: list[str]) -> None:
    """Two selfies near the bound, then the check of a document: by the real API, from the first request to the last."""
    ages = {**GOOD, "age": {"age.predicted": NEAR, "age.lower": NEAR, "age.upper": NEAR}}
    with running(tmp_path, telling(ages)) as service:
        began = service.post("age_gate", {}).json()
        eval_id = began["eval_id"]
        person = service.browser(began["data_enrichments"][0]["response"]["data"]["docvTransactionToken"])
        assert person.submit(person.captured()).json()["again"] is True
        assert person.ask("open", {}).json()["capture"]["challenge"] == "turn"
        person.submit(person.frames().json()["digest"])
        waiting = service.evaluation(eval_id)
        assert (waiting["sub_status"], waiting["decision"]) == ("awaiting_outside", "REVIEW")
        body = {"timestamp": "2026-05-01T10:00:00Z", "data": {"features": answered}}
        done = service.client.patch(f"/api/evaluation/{eval_id}", json=body).json()
        assert (done["decision"], done["review_queues"]) == (decision, queues), done


def test_who_declines_is_for_a_person(service: Running) -> None:
    """And the codes say that nothing was known."""
    for workflow in ("age_gate", "selfie_onboarding", "account_recovery", "high_risk_action"):
        began = service.post(workflow, {}).json()
        person = service.browser(began["data_enrichments"][0]["response"]["data"]["docvTransactionToken"])
        person.ask("open", {})
        assert person.ask("decline", {}).status_code == 200
        done = service.evaluation(began["eval_id"])
        assert (done["eval_status"], done["decision"], done["sub_status"]) == ENDED
        assert done["selfieIntelligence"]["reasonCodes"] == ["R1001"]
