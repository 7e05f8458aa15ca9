"""Scorecards are sums of whole numbers, which are exact: guarantees and differences may be about a total."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from engine.policy import CompiledPolicy
from engine.policy.proofs.difference import difference
from engine.policy.proofs.guarantees import prove_guarantee
from engine.policy.proofs.law import prove_law
from tests.proofs.policies import less, small


def scored(seen_before: int, promise: dict[str, Any]) -> CompiledPolicy:
    """Points for a young face, a forged token and a device that was not seen before; review from 50 on."""
    characteristics = [
        {"id": "young", "when": less("age.predicted", 25), "points": 40},
        {"id": "forged", "when": {"==": [{"var": "device.token"}, "invalid"]}, "points": 30},
        {"id": "seen", "when": {"var": "device.seen_before"}, "points": seen_before},
    ]
    rule = {"id": "risky", "when": {">=": [{"var": "score.risk"}, 50]}, "then": "review"}
    return small(rule, scorecards={"risk": {"points": characteristics}}, guarantees=[promise])


YOUNG_AND_FORGED = {"and": [less("age.predicted", 25), {"==": [{"var": "device.token"}, "invalid"]}]}
NEVER = {"id": "young-and-forged", "given": YOUNG_AND_FORGED, "never": "accept"}


def test_a_guarantee_over_a_total() -> None:
    """40 and 30 make 70; with 20 off for a device seen before there are 50, with 21 off only 49."""
    assert status(scored(-20, NEVER)) == "proved"
    assert status(scored(-21, NEVER)) == "refuted"
    assert prove_law(scored(-20, NEVER), "standard").status == "proved"


def status(policy: CompiledPolicy) -> str:
    """Of its one guarantee."""
    proof = prove_guarantee(policy, policy.checked.guarantees[0], "standard")
    for shown in proof.examples:
        assert policy.decide(shown.record).outcome == "accept"
        assert shown.record["device.seen_before"] is True
    return proof.status


def test_a_difference_of_points_is_told_by_features() -> None:
    """Not by the total, which the person at the desk does not see."""
    (change,) = difference(scored(-20, NEVER), scored(-21, NEVER), "standard").outcomes
    assert change.what == "review → accept"
    assert [region.words for region in change.regions] == [
        "age.predicted below 25, device.seen_before true, device.token `invalid`"
    ]


def test_deciding_does_not_load_the_solver() -> None:
    """It takes a third of a second, which only proofs are worth."""
    code = "import engine.cli, engine.policy, sys; engine.policy.shipped_policies(); sys.exit('z3' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603
