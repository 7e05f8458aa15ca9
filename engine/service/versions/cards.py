"""The model cards: found by entry point, read once when the service starts."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import cast

GROUP = "selfie.cards"
_PICTURE = re.compile(r"!\[[^\]]*\]\(([\w-]+\.svg)\)")
_TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
_OVERVIEW = "README"


@dataclass(frozen=True, slots=True)
class Card:
    """One card. `pictures`: the name of each plot that the text shows, to its SVG."""

    name: str
    title: str
    markdown: str
    pictures: Mapping[str, str]


def installed_cards() -> dict[str, Card]:
    """Every card that an installed package brings, by name, in the order of the names."""
    loaders = (cast("Callable[[], Path | None]", entry.load()) for entry in entry_points(group=GROUP))
    folders = [place for load in loaders if (place := load()) is not None]
    cards = (read_card(path) for place in folders for path in place.glob("*.md") if path.stem != _OVERVIEW)
    return {card.name: card for card in sorted(cards, key=lambda card: card.name)}


def read_card(path: Path) -> Card:
    """A card with the plots beside it; a plot that is not there is left out."""
    text = path.read_text(encoding="utf-8")
    title = _TITLE.search(text)
    plots = (path.parent / name for name in dict.fromkeys(_PICTURE.findall(text)))
    pictures = {plot.name: plot.read_text(encoding="utf-8") for plot in plots if plot.is_file()}
    return Card(path.stem, title[1] if title else path.stem, text, pictures)
