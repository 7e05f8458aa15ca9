"""The evaluation's own day: by the service's clock, in the market's time zone, and never by the person."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from engine.contracts import Evidence
from engine.features import FeatureRecord
from engine.policy import shipped_catalogue, shipped_policies
from engine.policy.markets import countries, zones_of
from engine.workflow.dated import dated, day_in
from tests.packs.registers import DENIED, PACK
from tests.service.conftest import Running, running

LATE = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
EARLY = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("market", "now", "day"),
    [
        (None, LATE, "2026-11-23"),
        ("GB", LATE, "2026-11-23"),
        ("DE", LATE, "2026-11-24"),
        ("JP", LATE, "2026-11-24"),
        ("AU", LATE, "2026-11-24"),
        ("US", LATE, "2026-11-23"),
        ("GB", EARLY, "2026-11-23"),
        ("BR", EARLY, "2026-11-22"),
        ("US", EARLY, "2026-11-22"),
        ("US-HI", EARLY, "2026-11-22"),
        ("US", datetime(2026, 11, 23, 9, 30, tzinfo=UTC), "2026-11-22"),
        ("KI", datetime(2026, 11, 23, 10, 30, tzinfo=UTC), "2026-11-23"),
        ("ZZ", LATE, "2026-11-23"),
        ("", LATE, "2026-11-23"),
    ],
)
def test_the_day_is_the_markets(market: str | None, now: datetime, day: str) -> None:
    """Where a country has several zones it is the earliest of their days; where there is none it is that of UTC."""
    assert day_in(market, now) == date.fromisoformat(day)


def test_every_country_has_its_days() -> None:
    """The zones of every country are known to the machine."""
    assert len(countries()) > 240
    without = {code for code in countries() if not zones_of(code)}
    assert without <= {"BV", "HM"}  # islands without people
    for code in countries():
        assert abs((day_in(code, LATE) - LATE.date()).days) <= 1


def test_evidence_is_dated_by_the_clock() -> None:
    """Whatever it said before; the record holds the day and the time in their one form."""
    given = Evidence(kind="still", context={"context.market": "DE", "context.day": "1999-01-01"})
    context = FeatureRecord(dated(given, LATE).context, shipped_catalogue())
    assert context["context.day"] == "2026-11-24T00:00:00.000000Z"
    assert context["context.time"] == "2026-11-23T23:30:00.000000Z"


WORKFLOW = """
workflow: gate
title: Gate
evidence: features
providers: []
policies: [age_gate, own_gate]
strategy: standard
accepts_features: true
"""
OWN_GATE = (
    shipped_policies()["age_gate"]
    .replace("policy: age_gate", "policy: own_gate")
    .replace("pack: age_of", "pack: our_age_of")
)
ADULT = {
    "face.count": 1,
    "liveness.passive_score": 0.97,
    "age.predicted": 24.0,
    "history.customer_refusals_24h": 0,
}


@pytest.fixture
def gate(tmp_path: Path) -> Running:  # type: ignore[misc]  # a generator
    """A workflow with the age gate, and one over a pack of our own."""
    folder = tmp_path / "own"
    for name in ("workflows", "packs"):
        (folder / name).mkdir(parents=True)
    (folder / "own_gate.yaml").write_text(OWN_GATE)
    (folder / "workflows" / "gate.yaml").write_text(WORKFLOW)
    own = PACK.replace("pack: ages", "pack: our_age_of_access").replace("product: a", "product: social_media")
    (folder / "packs" / "our_age_of_access.yaml").write_text(own)
    with running(tmp_path, policies=folder) as started:
        yield started


def test_the_service_sets_the_day_and_stores_it(gate: Running) -> None:
    """The figure is that of the market and of today, and the trace shows on which day and pack it stood."""
    context = {"market": "AU", "product": "social_media"}
    answer = gate.post("gate", {"features": ADULT, "context": context}).json()
    assert answer["decision"] == "ACCEPT"
    trace = gate.client.get(f"/api/evaluation/{answer['eval_id']}/trace").json()
    today = day_in("AU", gate.services.clock.now()).isoformat()
    assert trace["features"]["context.day"] == f"{today}T00:00:00.000000Z"
    assert [set(policy["registers"]) for policy in trace["policies"]] == [{"age_of_access"}, {"our_age_of_access"}]
    assert all(policy["rules"] for policy in trace["policies"])


@pytest.mark.parametrize(
    "context",
    [{"market": "AU", "product": "alcohol"}, {"product": "social_media"}, {"market": "US-TX", "product": "x"}],
)
def test_without_a_figure_a_person_decides(gate: Running, context: dict[str, str]) -> None:
    """No law known is a review, also for the oldest face."""
    answer = gate.post("gate", {"features": {**ADULT, "age.predicted": 99.0}, "context": context}).json()
    assert (answer["decision"], answer["status"]) == ("REVIEW", "OPEN")
    assert "R1302" in answer["selfieIntelligence"]["reasonCodes"]


def test_nobody_else_sets_the_day(gate: Running) -> None:
    """Neither among the features nor in the context, not even the caller with the key."""
    among = gate.post("gate", {"features": {**ADULT, "context.day": "2019-01-01"}})
    assert (among.status_code, among.json()["errors"][0]["message"]) == (422, "is set by the evaluation itself")
    assert gate.post("gate", {"features": ADULT, "context": {"day": "2019-01-01"}}).status_code == 422
    assert gate.post("gate", {"features": ADULT, "context": {"market": "Australia"}}).status_code == 422


def test_a_decision_is_explained_by_the_pack_that_it_stood_on(gate: Running, tmp_path: Path) -> None:
    """Though another is there now: the figure of the trace is that of the day."""
    answer = gate.post("gate", {"features": ADULT, "context": {"market": "AU", "product": "social_media"}}).json()
    file = tmp_path / "own" / "packs" / "our_age_of_access.yaml"
    file.write_text(file.read_text().replace("value: 16", "value: 17"))
    with running(tmp_path, policies=tmp_path / "own") as again:
        trace = again.client.get(f"/api/evaluation/{answer['eval_id']}/trace").json()
        now = again.post("gate", {"features": ADULT, "context": {"market": "AU", "product": "social_media"}}).json()
    ages = [[rule["tree"] for rule in policy["rules"] if rule["id"] == "under-age"] for policy in trace["policies"]]
    assert [tree["children"][1]["value"] for (tree,) in ages] == [16, 16]
    assert [policy["decision"]["value"] for policy in trace["policies"]] == ["accept", "accept"]
    assert now["decision"] == "ACCEPT"


def test_a_list_that_has_changed_since_explains_nothing(tmp_path: Path) -> None:
    """Lists are not kept, for their values may be personal: what was decided stands, and no rule is shown."""
    folder = tmp_path / "own"
    for name in ("workflows", "lists"):
        (folder / name).mkdir(parents=True)
    listed = "policy: own_gate\notherwise: accept\nlists:\n- {list: denied, then: review, reason: R406}\n"
    (folder / "own_gate.yaml").write_text(
        listed + "rules:\n- {id: a, when: {lookup: denied}, then: review, reason: R406}\n"
    )
    (folder / "workflows" / "gate.yaml").write_text(WORKFLOW.replace("age_gate, own_gate", "own_gate"))
    (folder / "lists" / "denied.yaml").write_text(DENIED)
    with running(tmp_path, policies=folder) as first:
        answer = first.post("gate", {"features": {**ADULT, "device.os": "Plan 9"}}).json()
        shown = first.client.get(f"/api/evaluation/{answer['eval_id']}/trace").json()["policies"][0]
    (folder / "lists" / "denied.yaml").write_text(DENIED.replace("BeOS", "Haiku"))
    with running(tmp_path, policies=folder) as again:
        later = again.client.get(f"/api/evaluation/{answer['eval_id']}/trace").json()["policies"][0]
    assert shown["rules"]
    assert later["rules"] == []
    assert later["registers"] == shown["registers"]
    assert later["decision"] == shown["decision"] == {"value": "review", "reasonCodes": ["R406"]}


def test_a_try_is_as_of_now_unless_it_says(gate: Running) -> None:
    """A record with a day of its own keeps it, and null is unknown."""
    record = {**ADULT, "context.market": "AU", "context.product": "social_media"}
    text = shipped_policies()["age_gate"]

    def tried(**day: str | None) -> str:
        features = {**record, **{f"context.{name}": value for name, value in day.items()}}
        body = {"text": text, "strategy": "standard", "features": features}
        return str(gate.client.post("/api/policies/try", json=body).json()["decision"]["value"])

    assert [tried(), tried(day="2025-12-10"), tried(day="2025-12-09"), tried(day=None)] == [
        "accept",
        "accept",
        "review",
        "review",
    ]


def test_the_check_of_the_console_says_what_is_not_verified(gate: Running) -> None:
    """A warning beside the policy's own text."""
    body = {"text": shipped_policies()["age_gate"], "name": "age_gate"}
    found = gate.client.post("/api/policies/check", json=body).json()["diagnostics"]
    assert [(each["code"], each["severity"]) for each in found] == [("unverified", "warning")]


def test_a_waiting_evaluation_has_the_day_on_which_it_ends(gate: Running) -> None:
    """Also where the person declines and nothing is read."""
    eval_id, token = gate.new_capture()
    person = gate.browser(token)
    person.ask("open", {})
    assert person.ask("decline", {}).status_code == 200
    features = gate.client.get(f"/api/evaluation/{eval_id}/trace").json()["features"]
    assert features["context.day"] == features["context.time"][:10] + "T00:00:00.000000Z"
