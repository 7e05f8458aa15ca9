"""Attempts and refusals of a customer, whatever the evidence is."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from engine.contracts import Evidence, EvidenceKind, Readings, Sighting
from signals.history.provider import build
from tests.signals.remembered import Left, remembering, sightings

CUSTOMER = Evidence("still", customer="c-1", scope="Sandbox")


@pytest.mark.parametrize("kind", get_args(EvidenceKind))
def test_a_day_of_the_same_scope_counts_for_every_kind_of_evidence(kind: EvidenceKind) -> None:
    evidence = Evidence(kind, customer="c-1", scope="Sandbox")
    signal = build(remembering(*sightings(evidence, "customer", "c-1"), Left("customer", "c-2"))).read(
        evidence, Readings()
    )
    assert signal.features == {"history.customer_attempts_24h": 3, "history.customer_refusals_24h": 2}
    assert signal.sightings == (Sighting("customer", "c-1"),)


def test_an_evaluation_that_waited_does_not_count_what_it_left_before() -> None:
    goes_on = replace(CUSTOMER, evaluation="own")
    left = [Left("customer", "c-1", "review", scope="Sandbox", evaluation=whose) for whose in ("own", "another")]
    assert set(build(remembering(*left)).read(goes_on, Readings()).features.values()) == {1}


def test_somebody_new_has_none() -> None:
    assert set(build(remembering()).read(CUSTOMER, Readings()).features.values()) == {0}


def test_nobody_is_unknown_and_leaves_nothing() -> None:
    for nobody in (None, ""):
        signal = build(remembering(Left("customer", ""))).read(Evidence("capture", customer=nobody), Readings())
        assert set(signal.features.values()) == {None}
        assert not signal.sightings


def test_a_history_that_cannot_tell_is_unknown_and_the_attempt_is_left_all_the_same() -> None:
    signal = build(remembering(tells=False)).read(CUSTOMER, Readings())
    assert set(signal.features.values()) == {None}
    assert signal.sightings
