"""The page for newcomers names what is there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
BASES = ("", "engine", "engine/service", "engine/workflow", "ui/capture/src")
FILES = sorted(set(re.findall(r"`([a-z_/.]+(?:/|\.py|\.ts|\.yaml))`", PAGE)))


@pytest.mark.parametrize("file", FILES)
def test_what_the_page_names_is_there(file: str) -> None:
    assert any((ROOT / base / file).exists() for base in BASES)


def test_the_page_names_every_layer() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = [layer for contract in contracts[:2] for layer in contract["layers"]]
    names = {name.strip().removeprefix("engine.") for layer in layers for name in layer.split("|")}
    assert {name for name in names if not re.search(rf"`{name}/?`", PAGE)} == set()
