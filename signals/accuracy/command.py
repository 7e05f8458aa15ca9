"""`selfie models evaluate FOLDER…`: figures of the signals on labelled images."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import platformdirs
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from signals.accuracy.card import has, render_card
from signals.accuracy.journal import Journal
from signals.accuracy.labels import NO_SUBJECTS, BadLabels, LabelSet, read_labels
from signals.accuracy.pipeline import PipelineSpec, fingerprint, installed, needed, open_models
from signals.accuracy.results import FEATURES, Report, build_report, can_tell, from_json, to_json
from signals.accuracy.run import Measured, RunBroken, amount_of_work, measure, readers
from signals.accuracy.sets import BadDescription
from signals.accuracy.table import print_report
from signals.settings import ONNX_THREADS, thread_count

MAX_JOBS = 64
PIPE_WIDTH = 140
_errors = Console(stderr=True)

Folders = Annotated[list[Path], typer.Argument(help="Folders with a labels.csv.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print the whole report as JSON.")]
CardFile = Annotated[
    Path | None,
    typer.Option("--card", help="Write a model card, with JSON and pictures; in a folder, one card each."),
]
Only = Annotated[list[str] | None, typer.Option("--only", help="face, liveness or age; all where left out.")]
Jobs = Annotated[
    int | None, typer.Option(min=1, max=MAX_JOBS, help="Processes; cores over threads of a net where left out.")
]
JournalFolder = Annotated[
    Path | None, typer.Option("--journal", help="Where readings are kept, so that a run can go on.")
]


def evaluate(
    folders: Folders,
    *,
    as_json: AsJson = False,
    card: CardFile = None,
    only: Only = None,
    jobs: Jobs = None,
    journal: JournalFolder = None,
) -> None:
    """Measure face, liveness and age on labelled images. Exit code 1 where something was left out or not read."""
    measures = frozenset(only or FEATURES)
    if unknown := sorted(measures - set(FEATURES)):
        raise typer.BadParameter(f"`{unknown[0]}` is none of {', '.join(FEATURES)}", param_hint="--only")
    try:
        measurement = measure_folders(
            folders, measures, dict(os.environ), jobs=jobs, journal=journal, progress=not as_json
        )
    except (BadLabels, BadDescription) as bad:
        _errors.print(f"selfie models evaluate: {bad}", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(2) from bad
    except RunBroken as broken:
        _errors.print(f"selfie models evaluate: {broken}", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(1) from broken
    report = measurement.report(measures)
    if card and (card.is_dir() or not card.suffix):
        for what in sorted(measures):
            write_card(measurement.about(what), card / f"{what}.md")
    elif card:
        write_card(report, card)
    if as_json:
        typer.echo(to_json(report), nl=False)
    else:
        print_report(report, Console(width=None if sys.stdout.isatty() else PIPE_WIDTH))
    raise typer.Exit(1 if _has_findings(report) else 0)


@dataclass(frozen=True, slots=True)
class Measurement:
    """Everything that was read from some folders, before it is counted."""

    sets: Sequence[Measured]
    providers: Mapping[str, frozenset[str]]
    """By `face`, `liveness` and `age`, the providers that it rests on."""

    def report(self, measures: frozenset[str]) -> Report:
        """The figures of all sets."""
        return self._count(self.sets, measures)

    def about(self, what: str) -> Report:
        """The figures of one of `face`, `liveness` and `age`, of the sets that tell something about it."""
        return self._count([measured for measured in self.sets if can_tell(measured, what)], frozenset({what}))

    def _count(self, sets: Sequence[Measured], measures: frozenset[str]) -> Report:
        providers = frozenset(name for what in measures for name in self.providers[what])
        date = time.strftime("%Y-%m-%d", time.gmtime())
        return build_report(sets, measures, providers, version("selfie-intelligence"), date)


def measure_folders(
    folders: Sequence[Path],
    measures: frozenset[str],
    settings: Mapping[str, str],
    *,
    jobs: int | None = None,
    journal: Path | None = None,
    progress: bool = False,
) -> Measurement:
    """Read the folders with the installed providers.

    Raises:
        BadLabels, BadDescription: a folder that cannot be measured.
        RunBroken: a worker process died; what was read is kept.
    """
    sets = _distinct([read_labels(folder) for folder in folders])
    spec = installed(settings)
    models = open_models(spec)
    absent = models.ensure(progress=progress)
    for name, reason in absent.items():
        _errors.print(f"model `{name}` could not be had: {reason}", markup=False, highlight=False, soft_wrap=True)
    features = frozenset(feature for what in measures for feature in FEATURES[what])
    kept = Journal(
        journal or platformdirs.user_cache_path("selfie-intelligence") / "accuracy",
        fingerprint(spec, features, absent),
        lambda name: models.get(name).sha256,
    )
    measured = []
    with _bar(shown=progress) as bar, readers(spec, features, _jobs(jobs, settings)) as reader:
        for labels in sets:
            task = bar.add_task(labels.name, total=amount_of_work(labels))
            measured.append(measure(labels, reader, kept, partial(bar.advance, task)))
            bar.update(task, completed=amount_of_work(labels))
    return Measurement(measured, {what: _chain(spec, what) for what in measures})


def write_card(report: Report, file: Path) -> None:
    """The card as Markdown, its JSON and its pictures, in one folder."""
    told = from_json(to_json(report))  # the card says what the JSON says, to the same decimals
    part = render_card(told, file.stem)
    file.parent.mkdir(parents=True, exist_ok=True)
    for name, svg in part.pictures.items():
        (file.parent / name).write_text(svg, encoding="utf-8")
    file.with_suffix(".json").write_text(to_json(report), encoding="utf-8")
    file.write_text(part.text, encoding="utf-8")


def _chain(spec: PipelineSpec, what: str) -> frozenset[str]:
    return frozenset(provider.name for provider in needed(spec, FEATURES[what]))


def _distinct(sets: Sequence[LabelSet]) -> list[LabelSet]:
    names = [labels.name for labels in sets]
    for name in names:
        if names.count(name) > 1:
            raise BadLabels(f"two folders are called {name}; a card needs a name for each")
    return list(sets)


def _jobs(asked: int | None, settings: Mapping[str, str]) -> int:
    """As many processes as there are cores for their nets' threads."""
    return asked or max(1, min(MAX_JOBS, (os.cpu_count() or 1) // thread_count(settings, ONNX_THREADS)))


def _has_findings(report: Report) -> bool:
    problems = [problem for one in report.sets for problem in one.problems if problem.code != NO_SUBJECTS]
    return bool(problems) or any(one.broken for one in report.sets) or not any(has(report, what) for what in FEATURES)


def _bar(*, shown: bool) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=_errors, transient=True, disable=not (shown and _errors.is_terminal))
