"""Evaluations by workflows with steps of their own: what ends at once, what waits, and that each ends once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from engine.service.runs.storing import Overtaken, Walked
from engine.service.runs.walking import Seen
from engine.workflow.flow import Answered
from tests.service.conftest import PRODUCTION_KEY, Running
from tests.service.flows import FLOWS, answering, begun, events, flowing, outcomes, patched, run_row

MINUTE = 60_000
ENDPOINT = {"url": "https://hooks.example.com/in", "events": [], "description": "all"}


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Running]:
    """The application with workflows of steps."""
    with flowing(tmp_path) as started:
        yield started


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One application for tests that count nothing and let no time go by."""
    with flowing(tmp_path_factory.mktemp("shared")) as started:
        yield started


def with_endpoint(service: Running) -> None:
    """Let somebody want every event; nothing is sent in these tests."""
    parts = service.services
    parts.webhooks.endpoints.add(
        environment="Sandbox", url=ENDPOINT["url"], events=(), description="", at=parts.clock.now()
    )


@pytest.mark.parametrize(
    ("age", "decision", "status", "queues"),
    [(44.0, "ACCEPT", "CLOSED", []), (21.0, "REVIEW", "OPEN", ["ages"]), (15.0, "REJECT", "CLOSED", [])],
)
def test_what_needs_no_waiting_is_decided_at_once(
    shared: Running, age: float, decision: str, status: str, queues: list[str]
) -> None:
    answer = begun(shared, "at_once", age)
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert (said["decision"], said["status"], said["review_queues"]) == (decision, status, queues)
    assert said["eval_status"] == "evaluation_completed"
    assert run_row(shared, said["eval_id"]) is None
    assert shared.evaluation(said["eval_id"]) == said
    case = shared.services.desk.cases.cases.get(said["eval_id"])
    assert (case.queue if case else None) == (queues[0] if queues else None)


def test_a_shadow_is_stored_beside_and_never_returned(service: Running) -> None:
    for age in (44.0, 30.0, 30.0, 21.0, 15.0):
        answer = begun(service, "at_once", age)
        assert "stricter" not in answer.text
    report = service.client.get("/api/shadows/stricter").json()
    assert (report["n"], report["agreements"], report["failed"]) == (5, 3, 0)
    assert report["table"]["accept"] == {"accept": 1, "review": 2, "reject": 0}
    assert report["table"]["review"] == {"accept": 0, "review": 1, "reject": 0}
    assert report["table"]["reject"] == {"accept": 0, "review": 0, "reject": 1}
    assert [each["candidate"] for each in service.client.get("/api/shadows").json()["items"]] == ["stricter"]
    other = {"Authorization": f"Bearer {PRODUCTION_KEY}"}
    assert service.client.get("/api/shadows", headers=other).json() == {"items": []}
    later = service.client.get("/api/shadows/stricter", params={"since": "2100-01-01T00:00:00Z"}).json()
    assert (later["n"], later["first_at"]) == (0, None)


def test_a_candidate_is_reported_for_each_strategy(service: Running) -> None:
    """`near` is strict below 25 under `standard`, below 21 under `strict`: one figure of both says of neither."""
    for age, strategy in ((44.0, "standard"), (30.0, "standard"), (30.0, "strict"), (15.0, "strict")):
        begun(service, "at_once", age, data={"strategy": strategy})
    listed = service.client.get("/api/shadows").json()["items"]
    assert {each["strategy"]: (each["n"], each["agreements"]) for each in listed} == {
        "standard": (2, 1),
        "strict": (2, 1),
    }
    one = service.client.get("/api/shadows/stricter", params={"strategy": "strict"}).json()
    assert (one["strategy"], one["n"], one["table"]["reject"]["reject"]) == ("strict", 2, 1)
    together = service.client.get("/api/shadows/stricter").json()
    assert (together["strategy"], together["n"]) == (None, 4)
    later = {"strategy": "strict", "since": "2100-01-01T00:00:00Z"}
    assert service.client.get("/api/shadows/stricter", params=later).json()["n"] == 0
    assert service.client.get("/api/shadows/stricter", params={"strategy": "lenient"}).status_code == 404


def test_edges_are_counted(service: Running) -> None:
    for age in (44.0, 44.0, 21.0):
        begun(service, "at_once", age)
    found = service.client.get("/api/workflows/at_once/counts").json()
    counts = {(item["step"], item["edge"]): item["n"] for item in found["items"]}
    assert counts[("decide", "next")] == 3
    assert counts[("desk", "next")] == 1
    assert sum(n for (step, _), n in counts.items() if step == "route") == 3
    assert len(found["workflow_version"]) == 12


def test_counts_tell_since_when_and_what_went_by_another_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new text counts anew: else whoever changes a workflow thinks that nobody comes any more."""

    def counts(service: Running, **since: str) -> tuple[str | None, int, bool]:
        found = service.client.get("/api/workflows/at_once/counts", params=since).json()
        return found["in_use_since"], found["others"], bool(found["items"])

    with flowing(tmp_path) as service:
        begun(service, "at_once", 44.0)
        begun(service, "later", 44.0)
        since, *rest = counts(service)
        assert rest == [0, True]
    monkeypatch.setitem(FLOWS, "at_once", FLOWS["at_once"].replace("priority: 2", "priority: 3"))
    with flowing(tmp_path) as service:
        later, *rest = counts(service)
        assert rest == [1, False]
        assert since is not None
        assert later is not None
        assert since < later
        assert counts(service, since="2100-01-01T00:00:00Z")[1:] == (0, False)
        begun(service, "at_once", 44.0)
        assert counts(service)[1:] == (1, True)
        other = {"Authorization": f"Bearer {PRODUCTION_KEY}"}
        assert service.client.get("/api/workflows/at_once/counts", headers=other).json()["others"] == 0


def test_what_waits_for_time_goes_on_when_it_is_over(service: Running) -> None:
    answer = begun(service, "later", 44.0)
    assert answer.status_code == 201, answer.text
    said = answer.json()
    assert (said["eval_status"], said["decision"], said["status"], said["sub_status"]) == (
        "evaluation_paused",
        "REVIEW",
        "ON_HOLD",
        "waiting",
    )
    assert (said["tags"], said["score"], said["computed"]) == (["waited"], 42, {"margin": 26.0})
    assert service.services.sweeping.sweep() == 0
    assert service.evaluation(said["eval_id"]) == said
    service.clock.wind(10 * MINUTE)
    assert service.services.sweeping.sweep() == 1
    done = service.evaluation(said["eval_id"])
    assert (done["decision"], done["status"], done["tags"], done["score"]) == ("ACCEPT", "CLOSED", ["waited"], 42)
    assert done["computed"] == {"margin": 26.0}
    row = run_row(service, said["eval_id"])
    assert (row.waits_for, row.state) == (None, {})
    assert service.services.sweeping.sweep() == 0


def test_what_waits_is_listed(service: Running) -> None:
    first = begun(service, "later", 44.0, customer="first").json()["eval_id"]
    second = begun(service, "papers_needed", 21.0, customer="second").json()["eval_id"]
    begun(service, "at_once", 44.0)
    page = service.client.get("/api/waiting", params={"limit": 1}).json()
    assert [(item["eval_id"], item["for"], item["step"]) for item in page["items"]] == [(first, "time", "pause")]
    rest = service.client.get("/api/waiting", params={"cursor": page["next_cursor"]}).json()
    assert [(item["eval_id"], item["for"], item["id"]) for item in rest["items"]] == [(second, "outside", "second")]
    assert rest["next_cursor"] is None
    of = service.client.get("/api/waiting", params={"for": "outside", "workflow": "papers_needed"}).json()
    assert [item["eval_id"] for item in of["items"]] == [second]
    other = {"Authorization": f"Bearer {PRODUCTION_KEY}"}
    assert service.client.get("/api/waiting", headers=other).json()["items"] == []


def test_an_answer_from_outside_ends_what_waits_for_it(service: Running) -> None:
    with_endpoint(service)
    answer = begun(service, "papers_needed", 21.0)
    said = answer.json()
    eval_id = said["eval_id"]
    assert (answer.status_code, said["sub_status"]) == (201, "awaiting_outside")
    (asked,) = said["data_enrichments"]
    assert asked["enrichment_provider"] == "documents.example.com"
    assert asked["response"]["data"]["url"] == f"https://documents.example.com/check?ref={eval_id}"
    done = patched(service, eval_id, {"document.age": 30, "document.verified": True})
    assert done.status_code == 200, done.text
    assert (done.json()["decision"], done.json()["eval_status"]) == ("ACCEPT", "evaluation_completed")
    assert done.json() == service.evaluation(eval_id)
    assert patched(service, eval_id, {"document.age": 30}).json()["code"] == "evaluationCompleted"
    assert events(service, eval_id) == ["evaluation_paused", "evaluation_completed"]


@pytest.mark.parametrize(("age", "decision"), [(17, "REJECT"), (None, "REVIEW")])
def test_what_was_decided_before_a_step_up_no_longer_stands(shared: Running, age: int | None, decision: str) -> None:
    eval_id = begun(shared, "papers_needed", 21.0).json()["eval_id"]
    assert patched(shared, eval_id, {"document.age": age}).json()["decision"] == decision


def test_nobody_answers_from_outside(service: Running) -> None:
    eval_id = begun(service, "papers_needed", 21.0).json()["eval_id"]
    service.clock.wind(24 * 60 * MINUTE)
    late = patched(service, eval_id, {"document.age": 30})
    assert (late.status_code, late.json()["code"]) == (409, "evaluationChanged")
    done = service.evaluation(eval_id)
    assert (done["decision"], done["review_queues"]) == ("REVIEW", ["documents"])


@pytest.mark.parametrize(
    ("features", "more", "status", "code"),
    [
        ({"risk.score": 3}, {}, 422, "badFeatures"),
        ({"document.age": "old"}, {}, 422, "badFeatures"),
        ({"document.age": 500}, {}, 422, "badFeatures"),
        ({"age.predicted": 44.0}, {}, 422, "badFeatures"),
        ({"document.age": 30}, {"id": "somebody else"}, 422, "wrongId"),
        ({"document.age": 30}, {"workflow": "later"}, 422, "wrongWorkflow"),
        ({"document.age": 30}, {"more": 1}, 422, "badRequest"),
    ],
)
def test_an_answer_that_is_not_taken(
    shared: Running, features: dict[str, Any], more: dict[str, Any], status: int, code: str
) -> None:
    eval_id = begun(shared, "papers_needed", 21.0).json()["eval_id"]
    answer = patched(shared, eval_id, features, more=more)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert shared.evaluation(eval_id)["sub_status"] == "awaiting_outside"


def test_who_waits_for_something_else_takes_no_answer(shared: Running) -> None:
    for workflow, code in (("later", "waitsForTime"), ("twice", "waitsForPerson")):
        features = {} if workflow == "twice" else {"age": 44.0}
        eval_id = begun(shared, workflow, **features).json()["eval_id"]
        answer = patched(shared, eval_id, {"document.age": 30})
        assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert patched(shared, "0" * 8 + "-0000-0000-0000-" + "0" * 12, {}).status_code == 404


def test_an_answer_is_taken_once_however_often_it_comes(shared: Running) -> None:
    eval_id = begun(shared, "papers_needed", 21.0).json()["eval_id"]
    key = {"Idempotency-Key": "again and again"}
    first = patched(shared, eval_id, {"document.age": 30}, headers=key)
    assert patched(shared, eval_id, {"document.age": 30}, headers=key).json() == first.json()
    other = patched(shared, eval_id, {"document.age": 31}, headers=key)
    assert (other.status_code, other.json()["code"]) == (409, "idempotencyConflict")
    assert outcomes(shared, eval_id) == 1


def test_answers_at_once_are_one(shared: Running) -> None:
    eval_id = begun(shared, "papers_needed", 21.0).json()["eval_id"]
    answers: list[Any] = []
    threads = [
        threading.Thread(target=lambda age=age: answers.append(patched(shared, eval_id, {"document.age": age})))
        for age in (17, 30, 40, 50)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert outcomes(shared, eval_id) == 1
    winner = next(answer for answer in answers if answer.status_code == 200)
    assert shared.evaluation(eval_id) == winner.json()


def test_work_that_was_overtaken_is_dropped(shared: Running) -> None:
    eval_id = begun(shared, "papers_needed", 21.0).json()["eval_id"]
    parts = shared.services.runs
    stored = parts.patching.storing.runs.get(eval_id)
    evaluation = shared.services.stores.evaluations.find(eval_id)
    assert stored
    assert evaluation
    subject = parts.advancing._subject(evaluation.started)
    now = shared.clock.now()
    walks = [
        parts.walking.walked(subject, stored.run, Answered({"document.age": age}), Seen(), now) for age in (30.0, 17.0)
    ]
    claimed = parts.patching.storing.runs.claim(stored, now)
    assert claimed
    with pytest.raises(Overtaken):
        parts.patching.storing.store(evaluation.started, Walked(walks[1], now, is_plain=False, before=stored))
    assert outcomes(shared, eval_id) == 0, "it still waits, and yet is not as it was read"
    stored = claimed
    first = parts.patching.storing.store(evaluation.started, Walked(walks[0], now, is_plain=False, before=stored))
    assert first.ended
    with pytest.raises(Overtaken):
        parts.patching.storing.store(evaluation.started, Walked(walks[1], now, is_plain=False, before=stored))
    assert shared.evaluation(eval_id)["decision"] == "ACCEPT"
    assert outcomes(shared, eval_id) == 1


def test_a_run_goes_on_by_the_text_it_began_with(tmp_path: Path) -> None:
    with flowing(tmp_path) as service:
        eval_id = begun(service, "papers_needed", 21.0).json()["eval_id"]
    workflow = tmp_path / "own" / "workflows" / "papers_needed.yaml"
    policy = tmp_path / "own" / "papers.yaml"
    changed = workflow.read_text().replace("policies: [papers]", "policies: [near]")
    from tests.service import flows

    texts, policies = dict(flows.FLOWS), dict(flows.POLICIES)
    try:
        flows.FLOWS["papers_needed"] = changed
        flows.POLICIES["papers"] = policy.read_text().replace("otherwise: accept", "otherwise: reject")
        with flowing(tmp_path) as service:
            done = patched(service, eval_id, {"document.age": 30}).json()
            assert done["decision"] == "ACCEPT", "by the policy and the workflow with which it began"
            trace = service.client.get(f"/api/evaluation/{eval_id}/trace").json()
            assert [(entry["policy"], entry["version"]) for entry in trace["policies"]] == [("papers", 1)]
            assert [step["step"] for step in trace["route"]["trail"]] == [
                "decide",
                "route",
                "document",
                "by_document",
                "done",
            ]
            fresh = begun(service, "papers_needed", 21.0).json()
            assert fresh["workflow_version"] != done["workflow_version"]
    finally:
        flows.FLOWS.update(texts)
        flows.POLICIES.update(policies)


def test_a_workflow_that_nobody_can_read_any_more_ends_with_a_person(
    service: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    eval_id = begun(service, "later", 44.0).json()["eval_id"]
    service.clock.wind(10 * MINUTE)
    walking = service.services.runs.advancing

    def broken(started: Any) -> Any:
        raise LookupError("the workflow's text is gone")

    monkeypatch.setattr(walking, "_subject", broken)
    for _ in range(3):
        assert service.evaluation(eval_id)["eval_status"] == "evaluation_paused"
        service.services.sweeping.sweep()
    done = service.evaluation(eval_id)
    assert (done["decision"], done["sub_status"]) == ("REVIEW", "failed")
    assert "R1002" in done["selfieIntelligence"]["reasonCodes"]


def test_a_customer_who_comes_again_is_told_of(service: Running) -> None:
    with_endpoint(service)
    first = begun(service, "at_once", 44.0, customer="ada").json()["eval_id"]
    again = begun(service, "at_once", 21.0, customer="ada").json()["eval_id"]
    assert events(service, first) == ["evaluation_completed"]
    assert events(service, again) == ["reevaluation", "evaluation_completed", "review_case_assigned"]


def test_the_first_answer_of_what_waited_stays_that_it_waits(shared: Running) -> None:
    key = {"Idempotency-Key": "once"}
    first = begun(shared, "papers_needed", 21.0, headers=key)
    same = begun(shared, "papers_needed", 21.0, headers=key)
    assert (same.status_code, same.json()) == (201, first.json())
    patched(shared, first.json()["eval_id"], {"document.age": 30})
    after = begun(shared, "papers_needed", 21.0, headers=key)
    assert after.status_code == 201
    for said in ("eval_status", "decision", "status", "sub_status", "data_enrichments"):
        assert after.json()[said] == first.json()[said]


def test_a_service_outside_that_does_not_answer_leads_to_a_person(shared: Running) -> None:
    answer = begun(shared, "asking", 44.0).json()
    assert (answer["decision"], answer["review_queues"]) == ("REVIEW", ["risks"])


def test_the_start_says_which_services_outside_cannot_be_asked(tmp_path: Path) -> None:
    with capture_logs() as logged, flowing(tmp_path):
        told = [line for line in logged if line["event"] == "an outside service cannot be asked"]
    assert [(line["workflow"], line["step"], line["log_level"]) for line in told] == [("asking", "ask", "warning")]


def test_what_a_service_outside_says_becomes_a_feature(tmp_path: Path) -> None:
    with answering({"score": 0.25}) as port:
        outside = {"http_hosts": (f"127.0.0.1:{port}",), "private_hosts": ("127.0.0.1",)}
        with flowing(tmp_path, port=port, **outside) as service:
            said = begun(service, "asking", 44.0).json()
            assert said["decision"] == "ACCEPT"
            trace = service.client.get(f"/api/evaluation/{said['eval_id']}/trace").json()
            assert trace["features"]["risk.score"] == 0.25
            assert trace["route"]["told"][0]["features"] == {"risk.score": 0.25}
