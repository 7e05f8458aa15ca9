"""Where the model cards lie: in the package, or in a checkout's `docs/models`."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent


def folder() -> Path | None:
    """The folder with a Markdown file for each card and its plots beside it; None where they were not installed."""
    places = (_HERE / "model_cards", _HERE.parent / "docs" / "models")
    return next((place for place in places if place.is_dir()), None)
