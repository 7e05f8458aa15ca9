"""The networks of data centres, from hosting.yaml."""

from __future__ import annotations

from importlib import resources

import yaml


def read_hosting() -> frozenset[int]:
    """Numbers of their autonomous systems."""
    text = resources.files("signals.network").joinpath("hosting.yaml").read_text("utf-8")
    return frozenset(int(number) for number in yaml.safe_load(text)["networks"])
