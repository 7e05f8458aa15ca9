"""Providers come in the order of what they require, or the workflow is refused."""

from __future__ import annotations

from itertools import permutations

import pytest

from engine.contracts import Evidence, Ports, Readings
from engine.diagnostics import Refused
from engine.policy import shipped_catalogue
from engine.service.runs.pipeline import NoHistory, SystemClock
from engine.service.wiring import NoModels
from engine.workflow.providers import build_providers, in_order, installed_factories
from tests.service.providers import Telling

PORTS = Ports(clock=SystemClock(), history=NoHistory(), settings={}, models=NoModels())


def provider(name: str, gives: str, *requires: str) -> Telling:
    """A provider of one feature."""
    return Telling(name, {gives: None}, frozenset(requires))


def test_each_comes_after_those_it_requires() -> None:
    chain = [
        provider("a", "face.count"),
        provider("b", "age.predicted", "face.count"),
        provider("c", "liveness.passive_score", "age.predicted", "face.count"),
    ]
    for given in permutations(chain):
        assert [each.name for each in in_order(given, "x")] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("providers", "message"),
    [
        ([provider("a", "face.count", "age.predicted")], "which none of the workflow gives"),
        ([provider("a", "face.count"), provider("b", "face.count")], "both give"),
        (
            [provider("a", "face.count", "age.predicted"), provider("b", "age.predicted", "face.count")],
            "require each other",
        ),
    ],
)
def test_providers_that_do_not_fit(providers: list[Telling], message: str) -> None:
    with pytest.raises(Refused, match=message):
        in_order(providers, "x")


def test_a_provider_that_cannot_be_built_always_fails() -> None:
    def broken(_ports: Ports) -> Telling:
        raise OSError("no such file: /home/ada")

    def misnamed(_ports: Ports) -> Telling:
        return provider("face", "age.predicted")

    def uncatalogued(_ports: Ports) -> Telling:
        return provider("liveness", "liveness.beauty")

    built = build_providers({"face": broken, "age": misnamed, "liveness": uncatalogued}, PORTS, shipped_catalogue())
    assert "face.count" in built["face"].provides
    for each in built.values():
        signal = each.read(Evidence(kind="still"), Readings())
        assert signal.failure is not None
        assert signal.failure.cause == "provider"
        assert "ada" not in signal.failure.reason


def test_the_installed_providers_keep_their_contract() -> None:
    catalogue = shipped_catalogue()
    built = build_providers(installed_factories(), PORTS, catalogue)
    assert {"face", "landmarks", "quality", "liveness", "age", "device"} <= set(built)
    for name, each in built.items():
        assert type(each).__name__ != "AbsentProvider", name
        assert {catalogue[feature].provider for feature in each.provides} == {name}
