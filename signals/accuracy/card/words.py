"""How figures read in text and tables."""

from __future__ import annotations

import re
from collections.abc import Sequence

from signals.accuracy.bootstrap import Figure

NOTHING = "–"


def share(figure: Figure) -> str:
    """A share in per cent with its interval: `11.5 % (8.2 to 15.0)`."""
    return _with_interval(figure, 100, 1, " %")


def years(figure: Figure) -> str:
    """Years with the interval: `6.6 (6.1 to 7.0)`."""
    return _with_interval(figure, 1, 1, "")


def ratio(figure: Figure) -> str:
    """A plain number of four decimals with its interval."""
    return _with_interval(figure, 1, 4, "")


def short_share(figure: Figure) -> str:
    """A share in per cent alone."""
    return NOTHING if figure.value is None else f"{figure.value * 100:.1f} %"


def short_years(figure: Figure) -> str:
    """Years alone."""
    return NOTHING if figure.value is None else f"{figure.value:.1f}"


def behind(figure: Figure) -> str:
    """What a figure rests on: `n = 120, 7 people`."""
    return f"n = {figure.n}, {figure.subjects} {'person' if figure.subjects == 1 else 'people'}"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; columns of figures are to the right."""
    rule = ["--:" if all(_is_figure(row[i]) for row in rows) else "---" for i in range(len(header))]
    lines = [header, rule, *rows]
    return "\n".join(f"| {' | '.join(_plain(cell) for cell in line)} |" for line in lines) + "\n"


def _plain(cell: str) -> str:
    """A cell that stays in its place, whatever the labels call their groups."""
    return " ".join(cell.replace("|", "/").replace("<", "&lt;").split())


def _is_figure(cell: str) -> bool:
    return cell[:1] in "0123456789–+-" or cell.startswith("not ")


def slug(name: str) -> str:
    """A name as part of a file name."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "set"


def named(name: str) -> str:
    """A species, band or column as a person reads it: `replay_phone` is `replay phone`."""
    return name.replace("_", " ")


def count(number: int, one: str, many: str = "") -> str:
    """`1 clip`, `3 clips`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def _with_interval(figure: Figure, factor: float, decimals: int, unit: str) -> str:
    if figure.value is None:
        return NOTHING
    text = f"{figure.value * factor:.{decimals}f}{unit}"
    if figure.low is None or figure.high is None:
        return text
    return f"{text} ({figure.low * factor:.{decimals}f} to {figure.high * factor:.{decimals}f})"
