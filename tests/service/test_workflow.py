"""One workflow by its name, drawn for the console."""

from __future__ import annotations

from engine.policy.files import read_text
from tests.service.conftest import Running
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
