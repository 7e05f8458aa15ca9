"""Unknown never passes: a provider that fails, raises, hangs, lies or is absent costs an accept, never gives one."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any

import pytest

from engine.contracts import Failure, Ports, Signal, SignalProvider
from engine.workflow.providers import Factory
from tests.service.conftest import as_base64, running, telling
from tests.service.providers import (
    GOOD,
    Absent,
    Failing,
    Hanging,
    Lying,
    NothingToRead,
    Raising,
    Telling,
)

IMAGE_PROVIDERS = ("face", "landmarks", "quality", "liveness", "age")
MISBEHAVING: dict[str, Any] = {
    "fails": lambda name: Failing(name, GOOD[name]),
    "raises": lambda name: Raising(name, GOOD[name]),
    "lacks its model": lambda name: Absent(name, GOOD[name]),
    "cannot be built": None,
    "says NaN": lambda name: Lying(name, GOOD[name], Signal(features=dict.fromkeys(GOOD[name], math.nan))),
    "out of range": lambda name: Lying(name, GOOD[name], Signal(features=dict.fromkeys(GOOD[name], 1e12))),
    "another's feature": lambda name: Lying(name, GOOD[name], Signal(features={**GOOD[name], "device.os": "x"})),
    "no catalogued one": lambda name: Lying(name, GOOD[name], Signal(features={**GOOD[name], "face.beauty": 1.0})),
    "None": lambda name: Lying(name, GOOD[name], None),
    "a string": lambda name: Lying(name, GOOD[name], "live"),
    "features that are none": lambda name: Lying(name, GOOD[name], Signal(features=[1])),  # type: ignore[arg-type]
    "an odd failure": lambda name: Lying(
        name,
        GOOD[name],
        Signal(features=GOOD[name], failure=Failure("mood", "x")),  # type: ignore[arg-type]
    ),
    "an odd model": lambda name: Lying(
        name,
        GOOD[name],
        Signal(features=GOOD[name], models={"x": 7}),  # type: ignore[dict-item]
    ),
}


def factory(make: Any, name: str) -> Factory:
    """The factory of one misbehaving provider."""

    def build(_ports: Ports) -> SignalProvider:
        provider: SignalProvider = make(name)
        return provider

    def broken(_ports: Ports) -> SignalProvider:
        raise ImportError("no such library")

    return broken if make is None else build


def test_well_behaved_providers_are_accepted(tmp_path: Path, portrait: bytes) -> None:
    with running(tmp_path) as service:
        answer = service.post("selfie_image", {"selfie": {"image": as_base64(portrait)}}).json()
    assert answer["decision"] == "ACCEPT"
    assert "R1002" not in answer["selfieIntelligence"]["reasonCodes"]


@pytest.mark.parametrize("name", IMAGE_PROVIDERS)
@pytest.mark.parametrize("kind", MISBEHAVING)
def test_a_misbehaving_provider_is_reviewed_with_r1002(tmp_path: Path, portrait: bytes, kind: str, name: str) -> None:
    factories = {**telling(GOOD), name: factory(MISBEHAVING[kind], name)}
    with running(tmp_path, factories) as service:
        answer = service.post("selfie_image", {"selfie": {"image": as_base64(portrait)}}).json()
        trace = service.client.get(f"/api/evaluation/{answer['eval_id']}/trace").json()
    assert answer["decision"] == "REVIEW"
    codes = answer["selfieIntelligence"]["reasonCodes"]
    assert "R1002" in codes
    assert ("I856" in codes) == (name == "liveness")
    assert all(value is None for feature, value in trace["features"].items() if feature in GOOD[name])
    (failure,) = trace["failures"]
    assert (failure["provider"], failure["cause"]) == (name, "provider")
    assert "lovelace" not in str(trace)


def test_a_provider_without_evidence_to_read_is_no_r1002(tmp_path: Path, portrait: bytes) -> None:
    factories = {**telling(GOOD), "age": lambda _ports: NothingToRead("age", GOOD["age"])}
    with running(tmp_path, factories) as service:
        answer = service.post("selfie_image", {"selfie": {"image": as_base64(portrait)}}).json()
    assert answer["decision"] == "REVIEW"
    assert "R1001" in answer["selfieIntelligence"]["reasonCodes"]
    assert "R1002" not in answer["selfieIntelligence"]["reasonCodes"]


def test_a_hanging_provider_costs_its_time_and_no_more(tmp_path: Path, portrait: bytes) -> None:
    hanging = Hanging("age", GOOD["age"])
    factories = {**telling(GOOD), "age": lambda _ports: hanging}
    with running(tmp_path, factories, evaluation_seconds=2, workers_threads=1) as service:
        try:
            body = {"selfie": {"image": as_base64(portrait)}}
            started = time.monotonic()
            answer = service.post("selfie_image", body).json()
            assert time.monotonic() - started < 30
            service.services.inference._seconds = 60  # enough on the slowest machine: nothing hangs any more but `age`
            assert (answer["decision"], answer["eval_status"]) == ("REVIEW", "evaluation_completed")
            assert "R1002" in answer["selfieIntelligence"]["reasonCodes"]
            again = service.post("selfie_image", body).json()
            reasons = [each["reason"] for each in trace_failures(service, again["eval_id"])]
            assert reasons == ["earlier reads of it still hang"]
            hanging.let_go.set()
            deadline = time.monotonic() + 60
            while service.services.inference._hanging["age"] and time.monotonic() < deadline:
                time.sleep(0.01)
            assert service.post("selfie_image", body).json()["decision"] == "ACCEPT"
        finally:
            hanging.let_go.set()


def trace_failures(service: Any, eval_id: str) -> list[dict[str, str]]:
    """What failed in one evaluation."""
    failures: list[dict[str, str]] = service.client.get(f"/api/evaluation/{eval_id}/trace").json()["failures"]
    return failures


def test_a_dependant_of_a_failed_provider_is_not_asked(tmp_path: Path, portrait: bytes) -> None:
    age = Telling("age", GOOD["age"], requires=frozenset({"face.count"}))
    factories = {
        **telling(GOOD),
        "age": lambda _ports: age,
        "face": lambda _ports: Failing("face", GOOD["face"]),
    }
    with running(tmp_path, factories) as service:
        answer = service.post("selfie_image", {"selfie": {"image": as_base64(portrait)}}).json()
        failures = trace_failures(service, answer["eval_id"])
    assert not age.shown
    assert {failure["provider"]: failure["cause"] for failure in failures} == {"face": "provider", "age": "provider"}


def test_beyond_the_bound_the_answer_is_503(tmp_path: Path, portrait: bytes) -> None:
    with running(tmp_path, workers_threads=1, workers_queue=0) as service:
        with service.services.inference.admit():
            answer = service.post("selfie_image", {"selfie": {"image": as_base64(portrait)}})
            assert (answer.status_code, answer.json()["code"]) == (503, "busy")
            assert int(answer.headers["retry-after"]) > 0
            assert service.post("selfie_features", {"features": {"face.count": 0}}).status_code == 200
        assert service.post("selfie_image", {"selfie": {"image": as_base64(portrait)}}).status_code == 200
