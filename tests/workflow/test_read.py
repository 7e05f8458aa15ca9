"""A workflow file is checked like a policy: every mistake at once, each with its place and a way out."""

from __future__ import annotations

import pytest

from engine.diagnostics import Refused, render
from engine.policy import shipped_policies
from engine.workflow.read import read_workflow
from engine.workflow.shipped import shipped_texts, shipped_workflows

PROVIDERS = {"face", "landmarks", "quality", "liveness", "age", "device"}
POLICIES = dict.fromkeys(
    ("selfie", "selfie_image", "selfie_quality", "digital_intelligence"), ("lenient", "standard", "strict")
)
EVERY_PROVIDER = PROVIDERS | {"challenge", "injection", "behavior", "network", "history"}
EVERY_POLICY = dict.fromkeys(shipped_policies(), POLICIES["selfie"])
GOOD = """\
workflow: gate
title: Age gate
evidence: still
providers: [face, age]
policies: [selfie]
strategy: strict
"""


def mistakes(text: str) -> list[tuple[str, int, int]]:
    """Code, line and column of everything that is wrong."""
    with pytest.raises(Refused) as refused:
        read_workflow(text, source="gate.yaml", providers=PROVIDERS, policies=POLICIES)
    return [(each.code, each.location.line, each.location.column) for each in refused.value.diagnostics]


def test_a_workflow_is_read() -> None:
    workflow = read_workflow(GOOD, source="gate.yaml", providers=PROVIDERS, policies=POLICIES)
    assert (workflow.name, workflow.title, workflow.evidence) == ("gate", "Age gate", "still")
    assert (workflow.providers, workflow.policies) == (("face", "age"), ("selfie",))
    assert (workflow.strategy, workflow.accepts_features) == ("strict", False)
    assert workflow.sha256.startswith(workflow.version)


def test_the_default_strategy_is_standard() -> None:
    text = GOOD.replace("strategy: strict\n", "")
    assert read_workflow(text, source="x", providers=PROVIDERS, policies=POLICIES).strategy == "standard"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("title: Age gate\n", "", ("missing-key", 1, 1)),
        ("strategy:", "stratgy:", ("unknown-key", 6, 1)),
        ("strategy: strict", "title: again", ("duplicate-key", 6, 1)),
        ("[face, age]", "[face, ages]", ("unknown-provider", 4, 19)),
        ("[face, age]", "face", ("wrong-type", 4, 12)),
        ("[face, age]", "[face, face]", ("wrong-type", 4, 12)),
        ("[face, age]", "[face, [age]]", ("wrong-type", 4, 12)),
        ("[selfie]", "[selfy]", ("unknown-policy", 5, 12)),
        ("[selfie]", "[]", ("wrong-type", 5, 11)),
        ("strict", "stricter", ("unknown-strategy", 6, 11)),
        ("still", "stil", ("unknown-evidence", 3, 11)),
        ("still", "features", ("features-not-accepted", 3, 11)),
        ("strategy: strict", "accepts_features: maybe", ("wrong-type", 6, 19)),
        ("workflow: gate", "workflow: The Gate", ("wrong-type", 1, 11)),
        ("title: Age gate", "title: 7", ("wrong-type", 2, 8)),
        ("title: Age gate", "title: ''", ("wrong-type", 2, 8)),
    ],
)
def test_a_mistake_is_told_with_its_place(old: str, new: str, expected: tuple[str, int, int]) -> None:
    assert expected in mistakes(GOOD.replace(old, new))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty-file"),
        ("[]", "bad-document"),
        ("just a text", "bad-document"),
        ("\t", "tab"),
        ("a: " + "[" * 5000, "too-deep"),
        ("x" * 2_000_000, "too-large"),
        ("a: &b [*b]", "anchor"),
        ("a: [", "bad-yaml"),
    ],
)
def test_a_file_that_is_no_workflow(text: str, code: str) -> None:
    assert [found for found, _, _ in mistakes(text)] == [code]


def test_all_mistakes_are_told_at_once() -> None:
    text = GOOD.replace("[face, age]", "[fase, age, agee]").replace("strict", "strickt").replace("still", "stil")
    assert [code for code, _, _ in mistakes(text)] == [
        "unknown-evidence",
        "unknown-provider",
        "unknown-provider",
        "unknown-strategy",
    ]


def test_a_mistake_reads_well() -> None:
    with pytest.raises(Refused) as refused:
        read_workflow(GOOD.replace("age]", "aeg]"), source="gate.yaml", providers=PROVIDERS, policies=POLICIES)
    assert render(refused.value.diagnostics, refused.value.text) == (
        "gate.yaml:4:19: unknown-provider: provider `aeg` does not exist\n"
        "  4 | providers: [face, aeg]\n"
        "                        ^ did you mean `age`?"
    )


def test_the_shipped_workflows_are_those_of_the_contract() -> None:
    shipped = shipped_workflows(EVERY_PROVIDER, EVERY_POLICY)
    assert {name: workflow.evidence for name, workflow in shipped.items() if workflow.is_plain} == {
        "selfie_intelligence": "capture",
        "selfie_image": "still",
        "selfie_features": "features",
    }
    of_steps = {"age_gate", "selfie_onboarding", "account_recovery", "high_risk_action"}
    assert {name for name, workflow in shipped.items() if not workflow.is_plain} == of_steps
    assert [name for name, workflow in shipped.items() if workflow.accepts_features] == ["selfie_features"]
    assert all(file == f"{name}.yaml" for file, name in zip(shipped_texts(), shipped, strict=True))
    assert "digital_intelligence" in shipped["selfie_intelligence"].policies
    assert {"selfie", "selfie_quality", "selfie_capture"} <= set(shipped["selfie_intelligence"].policies)


def test_what_a_capture_asks_is_read() -> None:
    text = GOOD.replace("still", "capture")
    plain = read_workflow(text, source="x", providers=PROVIDERS, policies=POLICIES)
    assert (plain.asked("standard"), plain.keep_frames, plain.device_binding) == ("none", 0, False)
    text += "challenge: {standard: flash, strict: turn}\nkeep_frames: 8760\ndevice_binding: true\n"
    asked = read_workflow(text, source="x", providers=PROVIDERS, policies=POLICIES)
    assert [asked.asked(strategy) for strategy in ("lenient", "standard", "strict")] == ["none", "flash", "turn"]
    assert (asked.keep_frames, asked.device_binding) == (8760, True)
    assert asked.sha256 != plain.sha256


def test_the_shipped_capture_asks_a_flash_where_it_is_not_lenient() -> None:
    capture = shipped_workflows(EVERY_PROVIDER, EVERY_POLICY)["selfie_intelligence"]
    assert [capture.asked(strategy) for strategy in ("lenient", "standard", "strict")] == ["none", "flash", "flash"]
    assert (capture.keep_frames, capture.device_binding) == (0, False)


def test_too_many_steps_are_told_with_their_number() -> None:
    steps = "".join(f"  - {{id: s{number}, step: wait, for: 1s}}\n" for number in range(201))
    with pytest.raises(Refused) as refused:
        read_workflow(
            f"workflow: long\ntitle: Long\nevidence: still\nsteps:\n{steps}",
            source="long.yaml",
            providers=PROVIDERS,
            policies=POLICIES,
        )
    assert "1 to 200 steps, and has 201" in refused.value.diagnostics[0].message
