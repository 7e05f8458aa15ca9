"""The example lies wholly outside the platform: it knows the contracts only, and nothing knows it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from engine import load_policy
from engine.diagnostics import Refused

ROOT = Path(__file__).parents[2]
CODE = ROOT / "examples" / "provider" / "acme_liveness"
OURS = ("engine", "signals", "ui", "policies")
ALLOWED = {"engine.contracts", "engine.features", "engine.frames"}
"""What a signal provider may import, the shipped ones too."""


def imported(source: str) -> set[str]:
    """Every module that a text imports, with `from a import b` as `a`."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


def of_ours(source: str) -> set[str]:
    """Those of the platform."""
    return {name for name in imported(source) if name.partition(".")[0] in OURS}


def test_it_imports_the_contracts_only() -> None:
    files = sorted(CODE.rglob("*.py"))
    assert len(files) > 5
    used = {name for file in files for name in of_ours(file.read_text(encoding="utf-8"))}
    assert "engine.contracts" in used
    assert used <= ALLOWED


@pytest.mark.parametrize("planted", ["import engine.policy", "from engine import load_policy", "def f():\n import ui"])
def test_a_planted_import_is_found(planted: str) -> None:
    assert not of_ours(planted) <= ALLOWED


def test_no_file_of_the_platform_names_it() -> None:
    kinds = {".py", ".yaml", ".toml", ".html", ".ts"}
    files = [file for folder in OURS for file in (ROOT / folder).rglob("*") if file.suffix in kinds]
    files = [file for file in files if "node_modules" not in file.parts and "dist" not in file.parts]
    assert len(files) > 100
    naming = [file for file in (*files, ROOT / "pyproject.toml") if "acme" in file.read_text(encoding="utf-8").lower()]
    assert naming == []


def test_without_the_package_its_policy_is_refused_where_it_names_the_feature() -> None:
    with pytest.raises(Refused, match=r"unknown-feature: feature `acme.liveness_score` does not exist"):
        load_policy(ROOT / "examples" / "provider" / "policies" / "acme_selfie.yaml")
