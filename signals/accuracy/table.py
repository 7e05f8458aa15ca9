"""The report on a terminal."""

from __future__ import annotations

from collections import Counter

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from signals.accuracy.age import Age
from signals.accuracy.card.words import behind, ratio, share, short_share, years
from signals.accuracy.liveness import LIVE, Liveness
from signals.accuracy.results import Report, SetReport

SHOWN_THRESHOLDS = frozenset({0.3, 0.5, 0.7, 0.85})
SHOWN_PROBLEMS = 20


def print_report(report: Report, console: Console) -> None:
    """Everything that matters at a glance; the rest is in the JSON and the card."""
    for one in report.sets:
        people = f"{one.people} people" if one.people_named else "people not named"
        console.print(
            f"\n[bold]{escape(one.title)}[/bold]: {one.measured} of {one.listed} images, {people}, {one.clips} clips"
        )
        _print_problems(one, console)
        if one.faces:
            console.print(f"a face is found in {share(one.faces.all.found)} ({behind(one.faces.all.found)})")
        for liveness in one.liveness:
            console.print(liveness_table(liveness, one.name))
        for age in one.age:
            console.print(age_table(age, one.name))
    for liveness in report.together:
        console.print(liveness_table(liveness, "all sets together"))


def _print_problems(one: SetReport, console: Console) -> None:
    whole = [problem for problem in one.problems if not problem.line]
    rows = [problem for problem in one.problems if problem.line]
    for problem in whole:
        console.print(f"  [yellow]{problem.code}[/yellow]: {problem.message}")
    for code, number in sorted(Counter(problem.code for problem in rows).items()):
        console.print(f"  [yellow]{code}[/yellow]: {number}")
    for problem in rows[:SHOWN_PROBLEMS]:
        console.print(f"    line {problem.line}: {problem.file}: {problem.message}", markup=False, highlight=False)
    if len(rows) > SHOWN_PROBLEMS:
        console.print(f"    and {len(rows) - SHOWN_PROBLEMS} more; --json has all")
    for name, number in one.broken.items():
        console.print(f"  [red]provider {name} could not do its work on {number} presentations[/red]")


def liveness_table(one: Liveness, name: str) -> Table:
    """Ranking, error rates at some thresholds, and thresholds for a wanted APCER."""
    grid = Table(title=f"liveness on {escape(name)}, per {one.unit}", title_justify="left")
    for column in ("", "live", *one.auc_by_species):
        grid.add_column(escape(column), justify="left" if not column else "right")
    kinds = [LIVE, *one.auc_by_species]
    grid.add_row("presentations", *(str(one.presentations[kind]) for kind in kinds))
    grid.add_row("no answer", *(short_share(one.no_answer[kind]) for kind in kinds))
    grid.add_row("ROC-AUC", ratio(one.auc), *(ratio(auc) for auc in one.auc_by_species.values()))
    for at in one.at:
        if at.threshold in SHOWN_THRESHOLDS:
            cells = (share(at.apcer[species]) if species in at.apcer else "–" for species in one.auc_by_species)
            grid.add_row(f"at {at.threshold:g}: BPCER | APCER", share(at.bpcer), *cells)
    for wanted in one.wanted if one.auc_by_species else ():
        where = f"APCER {wanted.apcer * 100:g} % from {ratio(wanted.threshold)}: BPCER"
        grid.add_row(where, share(wanted.bpcer), *[""] * len(one.auc_by_species))
    return grid


def age_table(one: Age, name: str) -> Table:
    """Errors, who passes 18, and coverage, by band."""
    grid = Table(
        title=f"age on {escape(name)}, per {one.unit}; no prediction {share(one.no_answer)}", title_justify="left"
    )
    for column in ("age", "n", "mean error", "bias", "90 % within", "looks 18", "looks 23", "in the interval"):
        grid.add_column(column, justify="right")
    coverage = one.refitted or one.shipped or one.fitted
    rows = {"all": one.errors, **one.by_band}
    for band, errors in rows.items():
        passes = one.passes["18"].get(band)
        held = coverage and (coverage.all if band == "all" else coverage.by_band.get(band))
        grid.add_row(
            band,
            str(errors.mae.n),
            years(errors.mae),
            years(errors.bias),
            years(errors.percentiles["90"]),
            short_share(passes.by_buffer[0]) if passes else "",
            short_share(passes.by_buffer[5]) if passes else "",
            share(held) if held else "–",
        )
    return grid
