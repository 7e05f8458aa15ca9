"""The JSON Schema for editors takes what the reader takes, and refuses what is wrong by its shape."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has no types of its own
from typer.testing import CliRunner

from engine.commands.policy import app
from engine.diagnostics import errors
from engine.logic.forms import FORMS
from engine.logic.mistakes import Mistakes
from engine.logic.operators import TABLE
from engine.logic.reader import ALIASES
from engine.logic.syntax import Entries, Items, Node
from engine.policy import check_policy, scorecards, shape, shipped_catalogue, shipped_policies, shipped_reasons
from engine.policy.document import read_document
from engine.policy.lists import LIST_KEYS
from engine.policy.schema import policy_schema
from engine.policy.sections import guarantees, lists, rules
from engine.policy.tables import read as tables
from tests.policy.test_docs import BLOCKS
from tests.policy.test_warnings import FILES as WARNED

BROKEN = sorted((Path(__file__).parent.parent / "broken").glob("*.yaml"))
SCHEMA: dict[str, Any] = policy_schema(shipped_catalogue(), shipped_reasons())

BY_SHAPE = {
    *("bad-condition", "bad-hit", "bad-length", "bad-outcome", "bad-range", "empty-list", "missing-key", "no-effect"),
    *("no-promise", "no-reason", "no-rules", "operand-count", "unknown-accepts", "unknown-feature", "unknown-key"),
    *("unknown-operator", "unknown-reason", "unsupported-operator", "wrong-kind"),
}
"""Codes of mistakes that a schema can see."""

BEYOND = {
    "bad_range.yaml": "that one number is above the other",
    "iterator_reads_a_feature.yaml": "what the parts of an item are called",
    "replaces_without_include.yaml": "that there is nothing to replace",
    "parameter_as_feature.yaml": "a name without a dot may be a parameter from a pack",
}
"""Broken files with such a code in which it cannot, and why."""


@cache
def validator() -> Draft202012Validator:
    return Draft202012Validator(SCHEMA)


def plain(node: Node) -> Any:
    """The value of a node."""
    if isinstance(node, Entries):
        return {str(key.value): plain(value) for key, value in node.pairs}
    return [plain(member) for member in node.members] if isinstance(node, Items) else node.value


def value_of(text: str) -> Any:
    """What a text holds; None where its YAML cannot be read or says something twice."""
    mistakes = Mistakes()
    document = read_document(text, "p.yaml", mistakes)
    return plain(document.root) if document and not mistakes.found else None


def problems(text: str) -> list[str]:
    """What the schema says of a text."""
    return [f"{error.json_path}: {error.message[:200]}" for error in validator().iter_errors(value_of(text))]


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"].endswith("2020-12/schema")


GOOD = {
    **shipped_policies(),
    **{file.name: file.read_text(encoding="utf-8") for file in WARNED},
    **{f"docs-{n}": block for n, block in enumerate(BLOCKS) if block.startswith("policy:") and "\ncases:" not in block},
}


@pytest.mark.parametrize("name", GOOD)
def test_what_decides_is_taken(name: str) -> None:
    """Shipped policies, those of the docs, and those that are only warned of."""
    assert problems(GOOD[name]) == []


@pytest.mark.parametrize("file", BROKEN, ids=lambda file: file.stem)
def test_what_is_broken_by_its_shape_is_refused(file: Path) -> None:
    """Where the YAML can be read."""
    text = file.read_text(encoding="utf-8")
    found = check_policy(text, source=file.name, catalogue=shipped_catalogue(), reasons=shipped_reasons())
    codes = {each.code for each in errors(found)} & BY_SHAPE
    if codes and value_of(text) is not None:
        assert bool(problems(text)) != (file.name in BEYOND), codes


def test_every_operator_is_in_it() -> None:
    """And nothing else."""
    assert set(SCHEMA["$defs"]["when"]["properties"]) == {*TABLE, *FORMS, *ALIASES}


def keys_at(*path: str | int) -> set[str]:
    """The keys of the mapping at a place of the schema, less the one of all parts that may replace an included one."""
    node: Any = SCHEMA["properties"]
    for step in path:
        node = node[step]
    return set(node["properties"]) - {"replaces"}


def test_its_keys_are_those_of_the_reader() -> None:
    """A key that a section takes is in the schema, and no other."""
    row, card = ("tables", "additionalProperties"), ("scorecards", "additionalProperties")
    assert set(SCHEMA["properties"]) == {*shape._POLICY_KEYS, "include", "ruleset"}
    assert keys_at("parameters", "additionalProperties") == set(shape._PARAMETER_KEYS)
    assert keys_at("rules", "items") == set(rules._RULE_KEYS)
    assert keys_at(*row) == set(tables._TABLE_KEYS)
    assert keys_at(*row, "properties", "rows", "items") == set(tables._ROW_KEYS)
    assert keys_at(*card) == set(scorecards._CARD_KEYS)
    assert keys_at(*card, "properties", "points", "items") == set(scorecards._POINTS_KEYS)
    assert keys_at(*card, "properties", "bands", "items") == set(scorecards._BAND_KEYS)
    assert keys_at("guarantees", "items") == set(guarantees._KEYS)
    assert keys_at("lists", "items", "anyOf", 1) == {"id", *LIST_KEYS, *lists._EFFECT_KEYS}
    assert keys_at("lists", "items", "anyOf", 0) == {"list", *lists._EFFECT_KEYS}


def test_features_and_codes_have_their_meaning() -> None:
    """An editor shows it beside the name."""
    features = {each["const"]: each for each in SCHEMA["$defs"]["feature"]["oneOf"]}
    codes = {each["const"]: each for each in SCHEMA["$defs"]["reason"]["oneOf"]}
    assert set(features) == set(shipped_catalogue())
    assert set(codes) == set(shipped_reasons())
    assert features["age.predicted"]["title"] == shipped_catalogue()["age.predicted"].title
    assert features["age.predicted"]["description"].endswith("A number from 0 to 120, in years.")
    assert codes["I834"]["description"].endswith("It informs.")


def test_the_command_prints_it() -> None:
    """As JSON that can be written to a file."""
    result = CliRunner().invoke(app, ["schema"])
    assert result.exit_code == 0
    printed = json.loads(result.stdout)
    assert set(printed["$defs"]) == set(SCHEMA["$defs"])
    assert not re.search(r"https?://(?!json-schema\.org)", result.stdout)
