"""A mistake with its place, and how it is shown: file:line:column, the line, a caret, a way out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]

MAX_SHOWN = 160
"""Longest source line that is shown whole; longer ones are cut around the caret."""


Texts = str | Mapping[str, str]
"""The text that mistakes are in, or where they are in several the text of each source."""


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A span in a text. Lines and columns count from 1; `end_column` is exclusive."""

    source: str
    line: int = 1
    column: int = 1
    end_column: int = 0

    def __str__(self) -> str:
        return f"{self.source}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One mistake: a stable code, a lower-case phrase with symbols in backticks, and a way out."""

    code: str
    message: str
    location: Location
    hint: str = ""
    severity: Severity = "error"

    def to_json(self) -> dict[str, str | int]:
        """The shape that the API and `--json` give; columns as in `Location`."""
        where = self.location
        return {
            "code": self.code,
            "severity": self.severity,
            "message": self.message,
            "hint": self.hint,
            "source": where.source,
            "line": where.line,
            "column": where.column,
            "end_column": max(where.end_column, where.column + 1),
        }


class Refused(Exception):  # noqa: N818 - the word of the domain: a document was refused
    """A document had errors. Carries every diagnostic found, in the order of the text."""

    def __init__(self, diagnostics: Iterable[Diagnostic], text: Texts = "") -> None:
        self.diagnostics = tuple(sorted(diagnostics, key=lambda d: d.location))
        self.text = text
        super().__init__(self.diagnostics)

    def __str__(self) -> str:
        return render(self.diagnostics, self.text)


def together(refusals: Sequence[Refused]) -> Refused:
    """One refusal with the mistakes of several, each in its own text."""
    texts: dict[str, str] = {}
    for refused in refusals:
        text = refused.text
        texts |= {d.location.source: text for d in refused.diagnostics} if isinstance(text, str) else text
    return Refused([d for refused in refusals for d in refused.diagnostics], texts)


def errors(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Only those that stop a document from being used."""
    return tuple(d for d in diagnostics if d.severity == "error")


def render(diagnostics: Iterable[Diagnostic], text: Texts) -> str:
    """All diagnostics as a person reads them, each with its line where the text is there."""
    found = sorted(diagnostics, key=lambda d: d.location)
    texts = {d.location.source: text for d in found} if isinstance(text, str) else text
    lines = {source: whole.splitlines() for source, whole in texts.items()}
    return "\n".join(_render_one(d, lines.get(d.location.source, [])) for d in found)


def _render_one(diagnostic: Diagnostic, lines: list[str]) -> str:
    where = diagnostic.location
    grade = "" if diagnostic.severity == "error" else f" {diagnostic.severity}:"
    head = f"{where}:{grade} {diagnostic.code}: {diagnostic.message}"
    if not 1 <= where.line <= len(lines):
        return f"{head}\n    {diagnostic.hint}" if diagnostic.hint else head
    shown, column = _excerpt(lines[where.line - 1], where.column)
    number = f"{where.line:>3} | "
    caret = " " * (len(number) + column - 1) + "^"
    return "\n".join([head, number + shown, f"{caret} {diagnostic.hint}".rstrip()])


def _excerpt(line: str, column: int) -> tuple[str, int]:
    """The part of a long line around `column`, and where the column falls in it. Tabs become single spaces."""
    line = "".join(c if c.isprintable() else " " for c in line)
    if len(line) <= MAX_SHOWN:
        return line, column
    start = max(0, min(column - MAX_SHOWN // 2, len(line) - MAX_SHOWN))
    return line[start : start + MAX_SHOWN], column - start
