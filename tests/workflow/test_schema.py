"""The JSON Schema for editors takes what the check takes, and refuses what is wrong by its shape."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has no types of its own
from typer.testing import CliRunner

from engine.commands.workflow import app
from engine.policy import shipped_catalogue
from engine.workflow import head
from engine.workflow.reading.forms import FORMS
from engine.workflow.schema import workflow_schema
from engine.workflow.shipped import shipped_texts
from engine.workflow.steps import WORDS
from tests.policy.test_schema import value_of
from tests.workflow.test_broken_steps import BROKEN, WARNED
from tests.workflow.test_cases import GATE

SCHEMA = workflow_schema(shipped_catalogue())
GOOD = {**shipped_texts(), "gate": GATE, **{file.name: file.read_text(encoding="utf-8") for file in WARNED}}
BY_SHAPE = {"missing-key", "unknown-key", "wrong-type", "bad-name", "unknown-step", "unknown-event", "bad-outcome"}
"""Codes of mistakes that a schema can see."""
BEYOND = {
    "branch_on_decision_with_otherwise": "which keys go with `on`",
    "cases_of_conditions_is_a_mapping": "which keys go with `on`",
    "no_decision_since_the_step_up": "ways",
    "providers_twice": "that names differ",
    "set_null": "types of conditions",
    "set_nothing": "that one of several keys is there",
    "step_up_by_capture_with_a_link": "which keys go with `by`",
    "step_up_by_link_with_a_challenge": "which keys go with `by`",
    "step_up_by_link_without_link": "which keys go with `by`",
    "within_too_long": "how long a length of time is",
    "http_timeout": "",
}
"""Broken files with such a code in which it may not, and why."""


@cache
def validator() -> Draft202012Validator:
    return Draft202012Validator(SCHEMA)


def problems(text: str) -> list[str]:
    return [f"{error.json_path}: {error.message[:200]}" for error in validator().iter_errors(value_of(text))]


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", GOOD)
def test_what_is_good_is_taken(name: str) -> None:
    assert problems(GOOD[name]) == []


@pytest.mark.parametrize("file", BROKEN, ids=lambda file: file.stem)
def test_what_is_broken_by_its_shape_is_refused(file: Path) -> None:
    told = set(re.findall(r": ([a-z-]+): ", file.with_suffix(".txt").read_text(encoding="utf-8")))
    if told & BY_SHAPE and file.stem not in BEYOND:
        assert problems(file.read_text(encoding="utf-8"))


def test_every_step_and_key_is_in_it() -> None:
    """And nothing else; every step of the model has a form."""
    assert set(FORMS) == set(WORDS)
    forms = SCHEMA["properties"]["steps"]["items"]["allOf"]
    assert [form["if"]["properties"]["step"]["const"] for form in forms] == list(FORMS)
    assert set(SCHEMA["properties"]) == set(head.KEYS)


def test_the_command_prints_it() -> None:
    result = CliRunner().invoke(app, ["schema"])
    assert result.exit_code == 0
    assert set(json.loads(result.stdout)["$defs"]) == set(SCHEMA["$defs"])
