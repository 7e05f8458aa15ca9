"""A part of a card: its text, and the pictures that it shows."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Part:
    """One section of a card. `pictures` are SVG documents by file name."""

    text: str
    pictures: dict[str, str] = field(default_factory=dict)


def shown(name: str, svg: str, caption: str) -> Part:
    """One picture with its caption, which is also its text for those who cannot see it."""
    return Part(f"![{caption}]({name})\n", {name: svg})


def joined(*parts: Part | str | None) -> Part:
    """Parts and texts below each other."""
    there = [Part(part) if isinstance(part, str) else part for part in parts if part]
    text = "\n".join(part.text for part in there if part.text)
    return Part(text, {name: svg for part in there for name, svg in part.pictures.items()})
