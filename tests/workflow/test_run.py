"""One evaluation: the most severe outcome wins, and what is unknown never passes."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from engine.contracts import Decision, Evidence, Outcome, Value
from engine.policy import read_policy, shipped_catalogue, shipped_policies, shipped_reasons
from engine.workflow.model import Workflow, plain_steps
from engine.workflow.run import PinnedPolicy, Verdict, evaluate, evaluate_nothing
from engine.workflow.signals import ProviderFailure
from tests.service.providers import GOOD, Failing, NothingToRead, Telling

CATALOGUE = shipped_catalogue()


@dataclass(frozen=True)
class Fixed:
    """A policy that always says the same."""

    name: str
    outcome: Outcome
    reads: frozenset[str] = frozenset()
    raises: bool = False
    sha256: str = "0" * 64
    registers: Mapping[str, str] = field(default_factory=dict)
    strategies: tuple[str, ...] = ("standard",)
    scored: bool = False

    def decide(self, record: Mapping[str, Value | None], strategy: str) -> Decision:
        """Always the same."""
        if self.raises:
            raise ZeroDivisionError
        return Decision(self.outcome, strategy, (f"code of {self.name}",))

    def parameters(self, strategy: str) -> dict[str, Value]:
        """None."""
        return {}


def workflow(**changes: Any) -> Workflow:
    """A workflow for tests."""
    given = {
        "name": "w",
        "title": "W",
        "evidence": "still",
        "steps": plain_steps("still", (), ()),
        "strategy": "standard",
    }
    return Workflow(**{**given, "accepts_features": False, "text": "", "sha256": "1" * 64, **changes})


def run(policies: list[Fixed], providers: list[Telling], evidence: Evidence | None = None, **changes: Any) -> Verdict:
    """Evaluate with fixed policies."""
    pinned = [PinnedPolicy(policy, 1) for policy in policies]
    evidence = evidence or Evidence(kind="still")
    return evaluate(workflow(**changes), providers, pinned, evidence, CATALOGUE, strategy="standard")


OUTCOMES: tuple[Outcome, ...] = ("accept", "review", "reject")


@pytest.mark.parametrize(("first", "second"), list(itertools.product(OUTCOMES, OUTCOMES)))
def test_the_most_severe_outcome_wins(first: Outcome, second: Outcome) -> None:
    verdict = run([Fixed("a", first), Fixed("b", second)], [])
    assert OUTCOMES.index(verdict.outcome) == max(OUTCOMES.index(first), OUTCOMES.index(second))
    assert [result.decision.outcome for result in verdict.results] == [first, second]


def test_without_policies_a_person_decides() -> None:
    assert run([], []).outcome == "review"


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_a_policy_that_reads_what_a_broken_provider_gives(outcome: Outcome) -> None:
    verdict = run([Fixed("a", outcome, frozenset({"age.predicted"}))], [Failing("age", GOOD["age"])])
    assert verdict.outcome == ("reject" if outcome == "reject" else "review")
    assert verdict.results[0].decision.reasons == ("code of a", "R1002")
    assert verdict.results[0].decision.outcome == verdict.outcome


def test_a_broken_provider_that_no_policy_reads_still_costs_the_accept() -> None:
    verdict = run([Fixed("a", "accept", frozenset({"face.count"}))], [Failing("age", GOOD["age"])])
    assert verdict.outcome == "review"
    assert verdict.results[0].decision.outcome == "accept"


def test_a_provider_without_evidence_leaves_the_policy_its_decision() -> None:
    verdict = run([Fixed("a", "accept", frozenset({"age.predicted"}))], [NothingToRead("age", GOOD["age"])])
    assert (verdict.outcome, verdict.results[0].decision.reasons) == ("accept", ("code of a",))
    assert verdict.failures == (ProviderFailure("age", "evidence", "it did not work"),)


def test_a_policy_that_raises_is_a_review() -> None:
    verdict = run([Fixed("a", "accept", raises=True), Fixed("b", "accept")], [])
    assert verdict.outcome == "review"
    assert verdict.results[0].decision.reasons == ("R1001",)
    assert verdict.failures[0].reason == "raised ZeroDivisionError"


def test_lost_liveness_is_named() -> None:
    verdict = run(
        [Fixed("a", "review", frozenset({"liveness.passive_score"}))], [Failing("liveness", GOOD["liveness"])]
    )
    assert verdict.results[0].decision.reasons == ("code of a", "I856", "R1002")


def test_the_callers_features_only_where_the_workflow_says_so() -> None:
    given = Evidence(kind="features", given={"face.count": 1, "age.predicted": 99.0})
    assert "face.count" not in run([], [], given).features
    verdict = run([], [Telling("age", {"age.predicted": 30.0})], given, accepts_features=True)
    assert (verdict.features["face.count"], verdict.features["age.predicted"]) == (1, 30.0)
    assert verdict.given == ("face.count",)
    hidden = run([], [Telling("age", {"age.predicted": None})], given, accepts_features=True)
    assert hidden.features["age.predicted"] is None
    broken = run([], [Failing("age", {"age.predicted": None})], given, accepts_features=True)
    assert broken.features["age.predicted"] is None


def test_kind_and_context_are_set_by_the_evaluation() -> None:
    evidence = Evidence(kind="features", given={"capture.kind": "capture"}, context={"context.market": "DE"})
    verdict = run([], [], evidence, accepts_features=True)
    assert (verdict.features["capture.kind"], verdict.features["context.market"]) == ("features", "DE")


def test_models_are_named_even_where_the_provider_lied() -> None:
    assert run([], [Telling("age", GOOD["age"])]).models == {"age": "a" * 64}


@pytest.mark.parametrize("policy", sorted(shipped_policies()))
@pytest.mark.parametrize("strategy", ["lenient", "standard", "strict"])
def test_where_nothing_was_delivered_no_shipped_policy_accepts(policy: str, strategy: str) -> None:
    text = shipped_policies()[policy]
    compiled = read_policy(text, source=policy, catalogue=CATALOGUE, reasons=shipped_reasons())
    verdict = evaluate_nothing(
        [Telling(name, features) for name, features in GOOD.items()],
        [PinnedPolicy(compiled, 1)],
        Evidence(kind="capture"),
        CATALOGUE,
        strategy=strategy,
        failure=ProviderFailure("capture", "evidence", "expired"),
    )
    assert verdict.outcome == "review"
    assert "R1001" in verdict.results[0].decision.reasons
    assert all(value is None for name, value in verdict.features.items() if name != "capture.kind")
