"""The age gate's own number stands for a figure of its policy, which a condition of a workflow cannot name."""

from __future__ import annotations

from engine.workflow.steps import Branch
from tests.workflow.test_cases import HERE, shipped

SURE = {"face.count": 1, "liveness.passive_score": 0.99}


def test_a_document_is_asked_for_where_the_strict_policy_doubts_the_age() -> None:
    """Whoever changes the age or buffer of `selfie` changes `doubt` too.

    Else some wait for a person who could show a document, or are asked for one that settles nothing.
    """
    step = shipped("age_gate").steps["doubt"]
    assert isinstance(step, Branch)
    ages = [18 + quarter / 4 for quarter in range(60)]
    doubted = {
        age
        for age in ages
        if HERE.policies["selfie"].decide({**SURE, "age.predicted": age}, strategy="strict").outcome == "review"
    }
    asked = {age for age in ages if step.cases[0].when.value({"age.predicted": age})}
    assert step.cases[0].next == "papers"
    assert doubted
    assert asked == doubted
