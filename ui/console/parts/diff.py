"""Two texts compared, line by line, with signs as well as colours."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

from ui.console.markup import Html, div, span, tag

CONTEXT = 3
"""Equal lines that are shown around a change."""

Row = tuple[str, int | None, int | None, str]
"""`added`, `removed`, `same` or `gap`; the line in the old and in the new text; the line."""


def rows(old: str, new: str) -> Iterator[Row]:
    """The changed lines with their context."""
    before, after = old.splitlines(), new.splitlines()
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for index, group in enumerate(matcher.get_grouped_opcodes(CONTEXT)):
        if index:
            yield ("gap", None, None, "")
        for kind, old_from, old_to, new_from, new_to in group:
            if kind == "equal":
                for step in range(old_to - old_from):
                    yield ("same", old_from + step + 1, new_from + step + 1, before[old_from + step])
                continue
            for at in range(old_from, old_to):
                yield ("removed", at + 1, None, before[at])
            for at in range(new_from, new_to):
                yield ("added", None, at + 1, after[at])


def view(old: str, new: str, old_name: str, new_name: str) -> Html:
    """The comparison, or a sentence where there is nothing to compare."""
    found = list(rows(old, new))
    if not found:
        return div("si-diff-same", f"{old_name} and {new_name} are the same text.")
    added = sum(kind == "added" for kind, *_ in found)
    removed = sum(kind == "removed" for kind, *_ in found)
    head = div(
        "si-diff-head",
        f"{old_name} → {new_name}",
        span("si-diff-count", span("si-plus", f"+{added}"), span("si-minus", f"−{removed}")),
    )
    return div("si-diff", head, tag("table", tag("tbody", *(_line(*row) for row in found))))


def _line(kind: str, before: int | None, after: int | None, text: str) -> Html:
    sign = {"added": "+", "removed": "−", "gap": "⋯"}.get(kind, "")
    return tag(
        "tr",
        tag("td", str(before or ""), class_="si-no"),
        tag("td", str(after or ""), class_="si-no"),
        tag("td", sign, class_="si-diff-sign"),
        tag("td", text, class_="si-diff-text"),
        class_=f"si-{kind}",
    )
