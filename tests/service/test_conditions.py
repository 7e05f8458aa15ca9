"""An answer from outside under conditions: only to what was read, and a retry is no second answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.service.conftest import Running, running
from tests.service.flows import begun, patched, written

PAPERS = {"document.age": 40, "document.verified": True}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One application with workflows of steps."""
    folder = tmp_path_factory.mktemp("conditions")
    with running(folder, policies=written(folder)) as started:
        yield started


def asked(service: Running) -> tuple[str, str]:
    """An evaluation that waits for papers, and the tag of what was read of it."""
    eval_id = str(begun(service, "papers_needed", 20.0).json()["eval_id"])
    return eval_id, str(service.client.get(f"/api/evaluation/{eval_id}").headers["etag"])


def given(service: Running, eval_id: str, **headers: str) -> Any:
    return patched(service, eval_id, PAPERS, headers={name.replace("_", "-"): each for name, each in headers.items()})


def test_only_what_was_read_is_answered(service: Running) -> None:
    eval_id, tag = asked(service)
    stale = given(service, eval_id, If_Match='"other"')
    assert (stale.status_code, stale.json()["code"]) == (412, "preconditionFailed")
    assert service.evaluation(eval_id)["sub_status"] == "awaiting_outside"
    answer = given(service, eval_id, If_Match=tag)
    assert (answer.status_code, answer.json()["eval_status"]) == (200, "evaluation_completed")
    assert answer.headers["etag"] == service.client.get(f"/api/evaluation/{eval_id}").headers["etag"] != tag


def test_a_retry_need_not_match_what_it_has_changed_itself(service: Running) -> None:
    eval_id, tag = asked(service)
    first = given(service, eval_id, If_Match=tag, Idempotency_Key="p-1")
    again = given(service, eval_id, If_Match=tag, Idempotency_Key="p-1")
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json() == first.json()
    other = patched(service, eval_id, {"document.age": 12}, headers={"Idempotency-Key": "p-1"})
    assert (other.status_code, other.json()["code"]) == (409, "idempotencyConflict")


def test_a_person_answers_what_the_workflow_queued(service: Running) -> None:
    answer = begun(service, "at_once", 20.0).json()
    assert (answer["status"], answer["review_queues"]) == ("OPEN", ["ages"])
    eval_id = answer["eval_id"]
    told = service.client.get(f"/api/evaluation/{eval_id}/history").json()["items"]
    assert [(each["by"], each["changed"]) for each in told] == [("workflow at_once", {"queue": [None, "ages"]})]
    assert service.client.get("/api/evaluation", params={"queue": "ages"}).json()["items"][0] == answer
    said = {"workflow": "at_once", "decision": "ACCEPT", "queue": None}
    present = service.client.put(f"/api/evaluation/{eval_id}/state", json=said).json()
    assert (present["decision"], present["status"], present["review_queues"]) == ("ACCEPT", "CLOSED", [])
    assert present["selfieIntelligence"] == answer["selfieIntelligence"]
    assert service.evaluation(eval_id) == present
