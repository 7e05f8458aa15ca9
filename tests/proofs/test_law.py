"""The unknown law: proved of what the checks let through, and refuted where a check is taken away."""

from __future__ import annotations

from typing import Any

import pytest

from engine.policy.proofs.law import prove_law
from tests.proofs.policies import less, small

BREAKS: list[Any] = [
    {"!=": [{"var": "age.predicted"}, None]},
    {"!": {"missing": ["age.predicted"]}},
    {"!": {"==": [{"var": "age.predicted"}, None]}},
    {"and": [{"var": "device.seen_before"}, {"!=": [{"var": "age.predicted"}, None]}]},
    {"<": [{"var": ["age.predicted", 50]}, 18]},
    {"var": ["device.seen_before", False]},
    {"if": [{"missing": ["age.predicted"]}, False, {"var": "device.seen_before"}]},
]


@pytest.mark.parametrize("when", BREAKS)
def test_what_breaks_the_law_is_refuted(when: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a record that is accepted, and one that only knows more and is not."""
    monkeypatch.setattr("engine.policy.sections.section.unknown_cannot_pass", lambda *_: None)
    policy = small({"id": "r", "when": when, "then": "reject"})
    proof = prove_law(policy, "standard")
    assert proof.status == "refuted"
    partial, whole = proof.examples
    assert policy.decide(partial.record).outcome == "accept" != policy.decide(whole.record).outcome
    known = {name: value for name, value in partial.record.items() if value is not None}
    assert known.items() <= whole.record.items()
    assert len(known) < len([value for value in whole.record.values() if value is not None])


@pytest.mark.parametrize(
    "when",
    [
        less("age.predicted", 18),
        {"missing": ["age.predicted"]},
        {"==": [{"var": "age.predicted"}, None]},
        {"var": ["device.seen_before", True]},
        {"or": [less("age.predicted", 18), {"var": "device.seen_before"}]},
        {"<": [{"+": [{"var": "face.count"}, {"var": "capture.frame_count"}]}, 5]},
        {"in": [{"var": "context.market"}, ["DE", "AT"]]},
        {"in": ["a", {"var": "device.browser"}]},
    ],
)
def test_what_keeps_the_law_is_proved(when: Any) -> None:
    """Also where a part is beyond the solver: it says the same where the same is known."""
    policy = small({"id": "r", "when": when, "then": "reject"})
    assert prove_law(policy, "standard").status == "proved"
