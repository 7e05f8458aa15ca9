"""What only the service counts, and what only the page sees."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.contracts import Binding, Evidence, Readings, Signal
from engine.features import FeatureRecord, read_catalogue
from signals.behavior.provider import BehaviorProvider
from tests.conftest import ROOT

CATALOGUE = read_catalogue((ROOT / "policies" / "features.yaml").read_text(), "features.yaml")
BOUND = Binding(
    nonce_valid=True, payload_digest_match=True, nonce_age_ms=4000, session_ms=30_000, takes=3, deliveries=2
)


def read(binding: Binding | None = BOUND, **behavior: Any) -> Signal:
    evidence = Evidence("capture", binding=binding, browser={"behavior": behavior})
    return BehaviorProvider().read(evidence, Readings())


def test_an_ordinary_session() -> None:
    assert read(untrusted_events=0, focus_losses=2).features == {
        "behavior.completion_ms": 30_000,
        "behavior.untrusted_events": 0,
        "behavior.retake_count": 2,
        "behavior.focus_loss_count": 2,
    }


def test_the_page_does_not_change_what_the_service_counts() -> None:
    told = read(completion_ms=1, retakes=0, events=9).features
    assert told == read().features
    assert told["behavior.completion_ms"] == 30_000


def test_what_the_page_leaves_out_is_unknown() -> None:
    features = read().features
    assert features["behavior.untrusted_events"] is None
    assert features["behavior.focus_loss_count"] is None


def test_without_a_binding_time_and_takes_are_unknown() -> None:
    features = read(None, untrusted_events=0, focus_losses=0).features
    assert features["behavior.completion_ms"] is None
    assert features["behavior.retake_count"] is None


@pytest.mark.parametrize(("told", "read_as"), [(-1, None), ("3", None), (True, None), (10**30, 1_000_000), (1.0, None)])
def test_a_count_that_cannot_be_is_unknown_and_a_huge_one_is_the_most(told: object, read_as: int | None) -> None:
    assert read(untrusted_events=told).features["behavior.untrusted_events"] == read_as


@given(
    st.integers(), st.integers(), st.integers(), st.dictionaries(st.sampled_from(["untrusted_events"]), st.integers())
)
def test_no_number_leaves_the_catalogue(session_ms: int, takes: int, deliveries: int, told: dict[str, int]) -> None:
    binding = Binding(
        nonce_valid=True,
        payload_digest_match=True,
        nonce_age_ms=0,
        session_ms=session_ms,
        takes=takes,
        deliveries=deliveries,
    )
    signal = read(binding, **told)
    assert signal.failure is None
    FeatureRecord(signal.features, CATALOGUE)


@pytest.mark.parametrize("kind", ["still", "features"])
def test_without_a_page_there_is_nothing_to_read(kind: Any) -> None:
    signal = BehaviorProvider().read(Evidence(kind), Readings())
    assert signal.failure is not None
    assert signal.failure.cause == "evidence"
