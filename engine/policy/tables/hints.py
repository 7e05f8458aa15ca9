"""Ways out for cells that people write as they speak: `18-25`, `18+`, `under 18`, `70%`, `all`."""

from __future__ import annotations

import re

from engine.logic.hints import number_meant

_N = r"([0-9]+(?:\.[0-9]+)?)"
_FORMS = (
    (re.compile(rf"{_N}\s*(?:-|\u2013|to)\s*{_N}"), "`{0}..{1}` for both ends, `[{0}, {1})` without the upper one"),
    (re.compile(rf"{_N}\s*(?:\+|and (?:over|older|more))"), "write `>= {0}`"),
    (re.compile(rf"(?:≥|=>|at least|from)\s*{_N}"), "write `>= {0}`"),
    (re.compile(rf"(?:≤|=<|at most|up to)\s*{_N}"), "write `<= {0}`"),
    (re.compile(rf"(?:under|below|less than)\s*{_N}"), "write `< {0}`"),
    (re.compile(rf"(?:over|above|more than)\s*{_N}"), "write `> {0}`"),
    (
        re.compile(rf"{_N}\s*(?:and|&|,)\s*<\s*{_N}"),
        "`({0}, {1})`, or `[{0}, {1})` with its lower end",
    ),
    (re.compile(r"all|every|n/?a|\*"), "write `any` where every value will do"),
)


def number_cell_meant(text: str) -> str:
    """What to write in a cell of numbers in place of a text; empty where nothing is known better."""
    plain = text.strip().lower()
    found = ((form.fullmatch(plain), hint) for form, hint in _FORMS)
    return next((hint.format(*match.groups()) for match, hint in found if match), "") or number_meant(text)
