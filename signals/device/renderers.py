"""Whether a WebGL renderer is a graphics chip, by the names in renderers.yaml."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import resources

import yaml


def read_renderers() -> tuple[str, ...]:
    """The texts of renderers.yaml, in lower case."""
    entries = yaml.safe_load(resources.files("signals.device").joinpath("renderers.yaml").read_text("utf-8"))
    texts = tuple(str(entry["text"]) for entry in entries)
    if not all(text and text == text.lower() for text in texts):
        raise ValueError("renderers.yaml: each entry has a `text` in lower case")
    return texts


def is_software(renderer: str | None, known: Iterable[str]) -> bool | None:
    """None where the page told no renderer: a browser without WebGL says nothing of its chip."""
    if renderer is None:
        return None
    text = renderer.lower()
    return any(name in text for name in known)
