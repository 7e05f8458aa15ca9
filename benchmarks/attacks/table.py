"""The table of a run, what of it must not be, and its place in docs/accuracy.md."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.attacks.readings import readings
from benchmarks.attacks.species import SPECIES, Species
from benchmarks.attacks.tally import ENDINGS, Result, Tally, tally

PAGE = Path(__file__).parents[2] / "docs" / "accuracy.md"
BEGIN, END = "<!-- attacks: begin, written by `python -m benchmarks.attacks --write` -->", "<!-- attacks: end -->"
STRATEGIES = ("lenient", "standard", "strict")
_COLUMNS = ("species", "strategy", "sessions, clips, recordings", *ENDINGS, "accepted, 95 %", "reasons")


def table(results: Sequence[Result]) -> str:
    """Three tables in Markdown: masked, as the harness comes, and what the signals read."""
    parts = []
    for masked, title in ((True, "Tells masked"), (False, "As the harness comes")):
        rows = [row for one in SPECIES for row in _rows(one, [r for r in results if r.masked == masked])]
        head = [_line(_COLUMNS), _line(["---"] * len(_COLUMNS))]
        parts.append("\n".join([f"**{title}.**", "", *head, *rows]))
    return "\n\n".join([*parts, _read(results)])


def _read(results: Sequence[Result]) -> str:
    names, *rows = readings(results)
    lines = [_line(names), _line(["---"] * len(names)), *(_line(row) for row in rows)]
    return "\n".join(["**What was read** in the masked sessions, from the least to the most.", "", *lines])


def _rows(species: Species, results: Sequence[Result]) -> list[str]:
    rows = []
    for strategy in STRATEGIES:
        cell = [one for one in results if one.species == species.name and one.strategy == strategy]
        if cell:
            rows.append(_row(species.title, strategy, tally(cell)))
    return rows


def _row(title: str, strategy: str, found: Tally) -> str:
    low, high = found.accepted
    counts = " | ".join(str(found.endings.get(ending, 0)) for ending in ENDINGS)
    often = sorted(found.reasons.items(), key=lambda item: (-item[1], item[0]))
    reasons = ", ".join(f"{code} {count}" for code, count in often)
    size = f"{found.sessions}, {found.clips}, {found.recordings}"
    return f"| {title} | {strategy} | {size} | {counts} | {low:.0%} to {high:.0%} | {reasons} |"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def missed(results: Sequence[Result]) -> list[str]:
    """What must not be: an attack that passed and must not, and nobody bona fide who passed."""
    stopped = {one.name for one in SPECIES if one.expected in {"never", "challenge"}}
    asking = [one for one in results if one.masked and one.strategy != "lenient"]
    passed = [one for one in asking if one.species in stopped and one.ending == "accept"]
    complaints = [f"accepted: {one.species}, {one.strategy}, {one.clip}, seed {one.seed}" for one in passed]
    for strategy in STRATEGIES:
        people = [r for r in results if r.masked and r.species == "bona-fide" and r.strategy == strategy]
        if people and all(one.ending != "accept" for one in people):
            complaints.append(f"nobody bona fide was accepted under {strategy}")
    return complaints


def write(results: Sequence[Result]) -> None:
    """Put the tables between their marks in docs/accuracy.md."""
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    PAGE.write_text(f"{before}{BEGIN}\n\n{table(results)}\n\n{END}{after}", encoding="utf-8")
