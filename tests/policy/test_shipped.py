"""What holds of every shipped policy: its readings agree, unknown never passes, and known records are accepted."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from functools import cache
from itertools import combinations, product
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.contracts import Decision
from engine.features import BadRecord, FeatureRecord
from engine.policy import CompiledPolicy, shipped_catalogue
from tests.policy.records import Record, known_records, records
from tests.policy.shipped import NAMES, cases_of, policy_of, shipped

MOST_WHOLE = 12
"""Features of which every choice is tried."""
CHECKS = (HealthCheck.too_slow, HealthCheck.data_too_large)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60, deadline=None, suppress_health_check=CHECKS)
@given(data=st.data())
def test_generated_code_agrees_with_the_explanation(name: str, data: st.DataObject) -> None:
    """Outcome, codes, rules and unknown names are the same, under every strategy."""
    agree(shipped(name), data.draw(records(shipped(name))))


@pytest.mark.soak
@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=500, deadline=None, suppress_health_check=CHECKS)
@given(data=st.data())
def test_generated_code_agrees_for_long(name: str, data: st.DataObject) -> None:
    """The same, many times."""
    agree(shipped(name), data.draw(records(shipped(name))))


def agree(policy: CompiledPolicy, record: Record) -> None:
    """Both readings decide alike."""
    for strategy in policy.strategies:
        assert policy.decide(record, strategy) == policy.explain(record, strategy).decision


@pytest.mark.parametrize("name", NAMES)
def test_every_strategy_accepts_a_known_record(name: str) -> None:
    """A policy that accepts nobody would keep every law."""
    policy = shipped(name)
    for strategy in policy.strategies:
        accepted = [case for case in cases_of(name) if policy.decide(case.given, strategy).outcome == "accept"]
        assert any(all(case.given.get(n) is not None for n in policy.reads) for case in accepted), strategy


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=12, deadline=None, suppress_health_check=CHECKS)
@given(data=st.data())
def test_unknown_never_passes(name: str, data: st.DataObject) -> None:
    """Over every choice of unknown features: what is accepted stays accepted, whatever the unknown turns out to be."""
    policy = shipped(name)
    full, other = data.draw(mostly_good(name)), data.draw(known_records(policy))
    for strategy in policy.strategies:
        assert violations(policy.decide, full, other, strategy) == []


def mostly_good(name: str) -> st.SearchStrategy[Record]:
    """Known records near one that is accepted, so that the law is not kept by refusing everything."""
    policy = shipped(name)
    good = next(c.given for c in cases_of(name) if all(c.given.get(n) is not None for n in policy.reads))
    changed = st.sets(st.sampled_from(sorted(policy.reads)), max_size=2)
    return st.tuples(known_records(policy), changed).map(
        lambda drawn: {n: drawn[0][n] if n in drawn[1] else good[n] for n in policy.reads}
    )


@cache
def choices(features: int) -> list[tuple[bool, ...]]:
    """Which features are known: every choice where they are few; else all but two, only two, and some at random."""
    if features <= MOST_WHOLE:
        return list(product((True, False), repeat=features))
    few = [set(pair) for count in (0, 1, 2) for pair in combinations(range(features), count)]
    random = Random(1)
    some = [
        {n for n in range(features) if random.random() < share} for share in (0.1, 0.3, 0.5, 0.8) for _ in range(50)
    ]
    unknown = [*few, *({*range(features)} - each for each in few), *some]
    return [tuple(n not in each for n in range(features)) for each in unknown]


def violations(decide: Callable[..., Decision], full: Record, other: Record, strategy: str) -> list[Any]:
    """Every accepted partial record of `full` with a completion, from `full` or `other`, that is not accepted."""
    names = sorted(full)
    found = []
    for known in choices(len(names)):
        partial = {n: full[n] if k else None for n, k in zip(names, known, strict=True)}
        if decide(partial, strategy).outcome != "accept":
            continue
        completions = (full, {n: other[n] if partial[n] is None else partial[n] for n in names})
        found += [(partial, whole) for whole in completions if decide(whole, strategy).outcome != "accept"]
    return found


@pytest.mark.parametrize("name", NAMES)
def test_the_search_for_violations_finds_them(name: str) -> None:
    """With a policy whose unknown is made to accept, behind the back of every check, the law is seen broken."""
    policy = shipped(name)
    checked = policy._checked
    rules = tuple(dataclasses.replace(rule, unknown_then=rule.then and "accept") for rule in checked.rules)
    broken = CompiledPolicy(
        dataclasses.replace(checked, rules=rules, unknown="accept"), policy.text, shipped_catalogue()
    )
    bad = next(
        c.given
        for c in cases_of(name)
        if policy.decide(c.given).outcome != "accept" and all(c.given.get(n) is not None for n in policy.reads)
    )
    assert violations(broken.decide, {n: bad[n] for n in policy.reads}, {n: bad[n] for n in policy.reads}, "standard")


def test_no_single_device_signal_rejects() -> None:
    """Everything that a browser tells can be told falsely."""
    policy = shipped("digital_intelligence")
    for case in cases_of("digital_intelligence"):
        for strategy in policy.strategies:
            assert policy.decide(case.given, strategy).outcome != "reject"


def test_the_example_of_the_interface() -> None:
    """A caller with three signals of its own is accepted by `selfie`."""
    decision = shipped("selfie").decide({"face.count": 1, "liveness.passive_score": 0.93, "age.predicted": 31.0})
    assert decision == Decision("accept", "standard", ("I834", "I845"), ("live", "of-age"), ())


@pytest.mark.parametrize("name", NAMES)
def test_without_a_model_nothing_is_accepted(name: str) -> None:
    """Every feature of a provider unknown: no strategy accepts a face policy."""
    policy, catalogue = shipped(name), shipped_catalogue()
    good = next(c.given for c in cases_of(name) if policy.decide(c.given).outcome == "accept")
    for provider in {"face", "landmarks", "quality", "liveness", "age"} & {catalogue[n].provider for n in policy.reads}:
        without = {n: None if catalogue[n].provider == provider else v for n, v in good.items()}
        for strategy in policy.strategies:
            assert policy.decide(without, strategy).outcome != "accept"


def test_the_image_policy_is_the_two_others_together() -> None:
    """`selfie_image` says of a record what `selfie` and `selfie_quality` say, for its thresholds are theirs."""
    image = shipped("selfie_image")
    for strategy in image.strategies:
        together = shipped("selfie").parameters(strategy) | shipped("selfie_quality").parameters(strategy)
        assert image.parameters(strategy) == together


JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.floats(-1.5, 1.5), st.sampled_from([float("nan"), float("inf")]),
    st.sampled_from(["", "mobile", "valid", "x" * 2000, "\ud800", "ü"]), st.sampled_from([10**400, 2**53 + 1, [1]]),
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=50, deadline=None, suppress_health_check=CHECKS)
@given(data=st.data())
def test_a_plain_record_is_checked_as_the_catalogue_does(name: str, data: st.DataObject) -> None:
    """What the generated guard lets through is what the catalogue takes, and the rest is refused in its words."""
    policy = shipped(name)
    good = data.draw(mostly_good(name))
    names = st.sampled_from([*sorted(policy.reads), "capture.frame_count", "no.such.feature"])
    plain = good | data.draw(st.dictionaries(names, JUNK, max_size=2))
    problems = shipped_catalogue().problems(plain)
    if problems:
        with pytest.raises(BadRecord) as refused:
            policy.decide(plain)
        assert refused.value.problems == problems
    else:
        assert policy.decide(plain) == policy.decide(FeatureRecord(plain, shipped_catalogue()))


def test_decisions_that_are_kept_do_not_grow_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """With more answers than are kept each is still right."""
    monkeypatch.setattr("engine.policy.ruling.MAX_KEPT", 4)
    rules = (
        f"- {{id: r{n}, when: {{'==': [{{var: face.count}}, {n}]}}, then: review, reason: R835}}" for n in range(9)
    )
    policy = policy_of("\n".join(["policy: p", "otherwise: accept", "rules:", *rules]))
    for count in [*range(9), *range(9)]:
        assert policy.decide({"face.count": count}).rules == (f"r{count}",)
        assert len(policy._rulings["standard"].made) <= 4
