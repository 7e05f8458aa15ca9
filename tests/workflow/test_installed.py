"""A workflow fits what is installed: its providers find what they need in their own step, and old texts are read on."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from engine.diagnostics import Refused
from engine.policy import shipped_catalogue
from engine.service.runs.pipeline import NoHistory, build_pipeline
from engine.service.wiring import NoModels
from engine.workflow.library import read_library
from engine.workflow.providers import installed_factories
from engine.workflow.read import name_in
from engine.workflow.shipped import read_workflows, taken_names
from engine.workflow.steps import Shadow
from tests.workflow.test_cases import FOLDER, HERE

APART = """\
workflow: apart
title: Face first, age later
evidence: still
steps:
  - {id: faces, step: signals, providers: [face, liveness]}
  - {id: ages, step: signals, providers: [age]}
  - {id: decide, step: policy, policies: [selfie]}
"""
TOGETHER = APART.replace("[age]", "[face, age]")
LOOKED_ON = TOGETHER + "  - {id: candidate, step: shadow, workflow: gone}\n"


def test_a_provider_finds_what_it_needs_in_its_own_step() -> None:
    """What the first step found of the face is not there for the second."""
    assert [each.code for each in HERE.check(APART, "apart.yaml")] == ["providers-do-not-fit"]
    assert "which none of step `ages` gives" in HERE.check(APART, "apart.yaml")[0].message
    assert HERE.check(TOGETHER, "apart.yaml") == ()


def piped(text: str) -> None:
    """A service's start with this workflow."""
    build_pipeline(
        installed_factories(),
        HERE.strategies,
        {"apart.yaml": text},
        shipped_catalogue(),
        history=NoHistory(),
        models=NoModels(),
        settings={},
    )


def test_the_service_does_not_start_with_providers_that_do_not_fit() -> None:
    piped(TOGETHER)
    with pytest.raises(Refused, match="step `ages`"):
        piped(APART)


def test_a_text_of_earlier_is_read_though_what_it_names_is_gone() -> None:
    """A run goes on by the text it began with; a candidate that is gone decides nothing anyway."""
    pipeline = build_pipeline({}, {}, {}, shipped_catalogue(), history=NoHistory(), models=NoModels(), settings={})
    digest = hashlib.sha256(LOOKED_ON.encode()).hexdigest()
    bound = pipeline.as_begun(digest, {digest: LOOKED_ON}.get)
    assert bound is not None
    step = bound.workflow.steps["candidate"]
    assert isinstance(step, Shadow)
    assert step.workflow == "gone"


@pytest.mark.parametrize("known", [None, "workflow: earlier\nsteps: [{id: gone, step: of_another_time}]\n"])
def test_a_text_that_nobody_can_read_any_more_is_none(known: str | None) -> None:
    """Whoever asks for it reviews, or says so; what it began is not stranded by an exception."""
    pipeline = build_pipeline({}, {}, {}, shipped_catalogue(), history=NoHistory(), models=NoModels(), settings={})
    assert pipeline.as_begun("0" * 64, lambda _sha256: known) is None


def test_a_start_tells_the_mistakes_of_every_workflow() -> None:
    texts = {"a.yaml": TOGETHER, "b.yaml": TOGETHER, "c.yaml": LOOKED_ON.replace("apart", "third")}
    with pytest.raises(Refused) as refused:
        read_workflows(texts, tuple(installed_factories()), HERE.strategies)
    assert [(each.location.source, each.code) for each in refused.value.diagnostics] == [
        ("a.yaml", "taken-name"),
        ("b.yaml", "taken-name"),
        ("c.yaml", "unknown-workflow"),
    ]
    assert "workflow: gone" in str(refused.value), "each with its own line"


def test_a_file_of_ones_own_never_stands_in_for_a_shipped_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though its folder is called as the package's own, and mistakes would call both files alike."""
    (tmp_path / "policies" / "workflows").mkdir(parents=True)
    text = (FOLDER / "age_gate.yaml").read_text(encoding="utf-8").replace("reject: done", "reject: manual")
    (tmp_path / "policies" / "workflows" / "age_gate.yaml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    found = read_library(Path("policies")).workflows
    assert [name_in(each) for each in found.values()].count("age_gate") == 2
    assert [each.location.source for each in taken_names(found)] == ["./policies/workflows/age_gate.yaml"]
