"""All mistakes of one document, gathered so that they can be told at once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

from engine.diagnostics import Diagnostic, Location, Severity

MAX_MISTAKES = 100
"""More than this in one document are counted no further: the file is of another kind."""

MAX_QUOTED = 60


class Mistakes:
    """Collects diagnostics while a document is read to its end."""

    def __init__(self) -> None:
        self.found: list[Diagnostic] = []

    def add(self, code: str, message: str, at: Location, hint: str = "", severity: Severity = "error") -> None:
        """Note one mistake; the same one at the same place only once."""
        diagnostic = Diagnostic(code, message, at, hint, severity)
        if len(self.found) < MAX_MISTAKES and diagnostic not in self.found:
            self.found.append(diagnostic)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A way out for a name that does not exist: the nearest one, else those that there are, if they are few.

    Of near names one that has a whole word of it goes before one that only looks alike.
    """
    names, words = sorted(known), _words(name[:MAX_QUOTED])
    near = get_close_matches(name[:MAX_QUOTED], names, n=5, cutoff=0.6)
    if near:
        nearest = max(near, key=lambda one: len(words & _words(one)))
        return f"did you mean `{nearest}`?"
    return f"there is {', '.join(f'`{n}`' for n in names)}" if 0 < len(names) <= 10 else ""


def _words(name: str) -> set[str]:
    return set(re.split(r"[^0-9A-Za-z]+", name)) - {""}


def quoted(value: object) -> str:
    """A name or value from a document in backticks, on one line and not too long."""
    text = value if isinstance(value, str) else repr(value)
    text = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return f"`{text if len(text) <= MAX_QUOTED else text[: MAX_QUOTED - 1] + '…'}`"
