"""Guarantees: proved for every record, refuted with a record that the policy confirms, or undecided with a reason."""

from __future__ import annotations

from typing import Any

import pytest

from engine.diagnostics import Refused
from engine.policy import CompiledPolicy, shipped_policies
from engine.policy.proofs import question
from engine.policy.proofs.finding import Proof
from engine.policy.proofs.guarantees import prove_guarantee
from engine.policy.proofs.report import report
from tests.policy.shipped import NAMES, shipped
from tests.proofs.policies import less, made_of, parts_of, small, without

BROKEN_BY = {
    "no-face": "exactly-one-face",
    "several-faces": "exactly-one-face",
    "liveness-uncertain": "nobody-uncertain-is-accepted",
    "within-buffer": "nobody-in-the-buffer-is-accepted",
}
OF_THE_DESIGN = {*BROKEN_BY.values(), "nobody-under-age-is-accepted", "no-age-no-accept"}


def proofs_of(policy: CompiledPolicy, strategy: str = "standard") -> dict[str, Proof]:
    """The proof of each guarantee under a strategy."""
    return {g.id: prove_guarantee(policy, g, strategy) for g in policy.checked.guarantees}


def proof_of(policy: CompiledPolicy) -> Proof:
    """The proof of the one guarantee of a policy with one strategy."""
    (proof,) = proofs_of(policy).values()
    return proof


@pytest.mark.parametrize("name", NAMES)
def test_shipped_policies_keep_their_promises(name: str) -> None:
    """Every guarantee and the unknown law, under every strategy; and no rule of theirs is idle."""
    found = report(shipped(name))
    assert found.proved, [promise.to_json() for promise in found.promises if not promise.proved]
    assert [proof.why for promise in found.promises for proof in promise.proofs if proof.why] == []
    assert not found.silent
    assert not found.shadowed


def test_selfie_has_the_guarantees_of_the_design() -> None:
    """All of them, by name."""
    assert {g.id for g in shipped("selfie").checked.guarantees} >= OF_THE_DESIGN


def test_every_shipped_policy_promises_something() -> None:
    """Which is what is proved of it."""
    assert [name for name in shipped_policies() if not shipped(name).checked.guarantees] == []


@pytest.mark.parametrize("rule", BROKEN_BY)
@pytest.mark.parametrize("strategy", ["lenient", "standard", "strict"])
def test_a_rule_left_out_breaks_its_guarantee(rule: str, strategy: str) -> None:
    """With a record that the policy accepts when it is asked; the other guarantees hold."""
    policy = without(rule)
    proofs = proofs_of(policy, strategy)
    assert {name for name, proof in proofs.items() if proof.status != "proved"} == {BROKEN_BY[rule]}
    (shown,) = proofs[BROKEN_BY[rule]].examples
    assert proofs[BROKEN_BY[rule]].status == "refuted"
    assert set(shown.record) == policy.reads
    assert None not in shown.record.values()
    assert policy.decide(shown.record, strategy).outcome == shown.outcome == "accept"


def test_always() -> None:
    """The same as never any other outcome."""
    rule = {"id": "young", "when": less("age.predicted", 18), "then": "reject"}
    good = {"id": "g", "given": less("age.predicted", 16), "always": "reject"}
    assert proof_of(small(rule, guarantees=[good])).status == "proved"
    bad = {"id": "g", "given": less("age.predicted", 20), "always": ["reject", "review"]}
    refuted = proof_of(small(rule, guarantees=[bad]))
    assert refuted.examples[0].record["age.predicted"] >= 18


def test_an_unknown_given_says_nothing() -> None:
    """Records whose age is unknown are reviewed, which the guarantee forbids only for known ages."""
    rule = {"id": "young", "when": less("age.predicted", 18), "then": "reject"}
    promise = {"id": "g", "given": less("age.predicted", 200 / 2), "never": "review"}
    assert proof_of(small(rule, guarantees=[promise])).status == "proved"
    missing = {"id": "g", "given": {"missing": ["age.predicted"]}, "never": "review"}
    assert proof_of(small(rule, guarantees=[missing])).examples[0].record == {"age.predicted": None}


def test_a_guarantee_of_no_record_says_so() -> None:
    """Proved, and odd: nobody is both."""
    rule = {"id": "young", "when": less("age.predicted", 18), "then": "reject"}
    both = {"and": [less("age.predicted", 10), {">": [{"var": "age.predicted"}, 20]}]}
    proof = proof_of(small(rule, guarantees=[{"id": "g", "given": both, "never": "accept"}]))
    assert (proof.status, proof.why) == ("proved", "no record meets what is `given`")


def test_a_threshold_is_exact() -> None:
    """0.1 + 0.2 is folded in float64 before the solver sees it; one step of a double beside it is another record."""
    parts = {"parameters": {"a": {"value": 0.1}, "b": {"value": 0.2}}}
    rule = {"id": "r", "when": less("face.score", {"+": [{"param": "a"}, {"param": "b"}]}), "then": "reject"}
    above = {"id": "g", "given": {"and": [less("face.score", 0.30000000000000004)]}, "always": "reject"}
    assert proof_of(small(rule, guarantees=[above], **parts)).status == "proved"
    at = {"id": "g", "given": {"<=": [{"var": "face.score"}, 0.30000000000000004]}, "always": "reject"}
    refuted = proof_of(small(rule, guarantees=[at], **parts))
    assert refuted.examples[0].record == {"face.score": 0.1 + 0.2}


def test_arithmetic_over_features_rounds_as_doubles_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """(x + y) - y is not always x: over real numbers it would be."""
    monkeypatch.setattr(question, "LIMIT_MS", 300)
    x, y = {"var": "face.box_x"}, {"var": "face.box_y"}
    rule = {"id": "r", "when": {"!=": [{"-": [{"+": [x, y]}, y]}, x]}, "then": "reject"}
    promise = {"id": "g", "given": {">": [x, 0]}, "never": "reject"}
    proof = proof_of(small(rule, guarantees=[promise]))
    assert proof.status in {"refuted", "undecided"}
    if proof.status == "refuted":
        record = proof.examples[0].record
        assert (record["face.box_x"] + record["face.box_y"]) - record["face.box_y"] != record["face.box_x"]


def test_a_division_by_zero_is_unknown() -> None:
    """And so never fires; z3 itself would let it be anything."""
    rule = {"id": "r", "when": {">": [{"/": [1, {"var": "face.count"}]}, 5]}, "then": "reject"}
    promise = {"id": "g", "given": {"==": [{"var": "face.count"}, 0]}, "always": "review"}
    assert proof_of(small(rule, guarantees=[promise])).status == "proved"


def test_what_no_formula_says_is_undecided() -> None:
    """Unless a record shows it or it holds whatever the part says; the reason names the part."""
    rule = {"id": "r", "when": {"in": ["bot", {"var": "device.browser"}]}, "then": "reject"}
    never = {"id": "g", "given": {"==": [{"var": "device.browser"}, "a bot"]}, "never": "accept"}
    proof = proof_of(small(rule, guarantees=[never]))
    assert proof.status == "undecided"
    assert "`in` over a string of the record" in proof.why
    certain = {"id": "g", "given": {"==": [{"var": "device.browser"}, None]}, "always": "review"}
    assert proof_of(small(rule, guarantees=[certain])).status == "proved"


def test_out_of_time_is_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    """And undecided is not proved."""
    monkeypatch.setattr(question.Question, "ask", lambda *_: "undecided")
    proof = prove_guarantee(shipped("selfie"), shipped("selfie").checked.guarantees[0], "standard")
    assert (proof.status, proof.why) == ("undecided", question.TOO_LONG)


def test_a_wrong_counterexample_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the policy does not confirm is undecided, whatever the solver said."""
    policy = without("no-face")
    monkeypatch.setattr("engine.policy.proofs.guarantees.is_true", lambda *_: False)
    assert proofs_of(policy)["exactly-one-face"].status == "undecided"


def test_a_pack_stays_open() -> None:
    """Over every market, product and day: the age of access may be any figure of the pack."""
    parts = parts_of("age_gate")
    parts["guarantees"] = [{"id": "g", "given": less("age.predicted", 13), "never": "accept"}]
    assert proof_of_standard(made_of(parts)).status == "proved"
    parts["guarantees"] = [{"id": "g", "given": less("age.predicted", 22), "never": "accept"}]
    refuted = proof_of_standard(made_of(parts))
    assert refuted.status == "refuted"
    assert refuted.examples[0].record["context.market"]


def proof_of_standard(policy: CompiledPolicy) -> Proof:
    """Of the one guarantee, under `standard`."""
    return prove_guarantee(policy, policy.checked.guarantees[0], "standard")


GUARANTEE: dict[str, Any] = {"id": "g", "given": less("age.predicted", 18), "never": "accept"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"given": less("age.predikted", 18)}, "unknown-feature"),
        ({"given": less("age.predicted", "18")}, "type-mismatch"),
        ({"given": less("age.predicted", 1800)}, "out-of-range"),
        ({"given": {"var": "age.predicted"}}, "type-mismatch"),
        ({"given": True}, "constant-condition"),
        ({"never": "accepted"}, "bad-outcome"),
        ({"never": []}, "empty-promise"),
        ({"never": ["accept", "review", "reject"]}, "empty-promise"),
        ({"always": "reject"}, "no-promise"),
        ({"sometimes": "reject"}, "unknown-key"),
        ({"given": None}, "type-mismatch"),
    ],
)
def test_a_guarantee_is_checked_as_rules_are(change: dict[str, Any], code: str) -> None:
    """Shape, names, types and ranges, with the place."""
    parts = parts_of() | {"guarantees": [GUARANTEE | change]}
    with pytest.raises(Refused) as refused:
        made_of(parts)
    assert code in {diagnostic.code for diagnostic in refused.value.diagnostics}


@pytest.mark.parametrize("after", [1, 2, 3, 5, 8])
def test_a_solver_that_runs_out_of_time_on_the_way_to_a_record(after: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it had found possible is refuted by a record that the policy confirms, or left undecided."""
    asked, count = question.Question.ask, iter(range(1000))

    def tired(self: question.Question, *formulas: Any) -> question.Verdict:
        return asked(self, *formulas) if next(count) < after else "undecided"

    monkeypatch.setattr(question.Question, "ask", tired)
    policy = without("no-face")
    guarantee = next(g for g in policy.checked.guarantees if g.id == "exactly-one-face")
    assert prove_guarantee(policy, guarantee, "standard").status in {"refuted", "undecided"}
