"""`selfie evaluate`: images to decisions, without a service and without a database."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from engine.commands.replay import print_replay
from engine.contracts import Evidence
from engine.diagnostics import Refused
from engine.frames import MAX_FRAME_BYTES, BadFrame, Frame
from engine.policy import CompiledPolicy, installed_vocabulary, read_policy
from engine.policy.registers import shelf_of
from engine.service.runs.pipeline import BoundWorkflow, NoHistory, Pipeline, build_pipeline, strategy_for
from engine.service.settings import selfie_environment
from engine.service.telemetry.logs import log_aside
from engine.service.wire.answers import selfie_intelligence
from engine.service.wire.problems import Problem
from engine.service.wiring import open_model_store
from engine.store.evaluations import ended_by
from engine.workflow.library import read_library
from engine.workflow.providers import installed_factories
from engine.workflow.run import PinnedPolicy, Verdict

FINDINGS, USAGE = 1, 2
WORKFLOW = "selfie_image"
_COLOURS = {"accept": "green", "review": "yellow", "reject": "red"}


@dataclass(frozen=True, slots=True)
class Line:
    """What is said of one image: a verdict or an error."""

    image: str
    verdict: Verdict | None
    error: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The object of the contract."""
        if self.verdict is None:
            return {"image": self.image, "selfieIntelligence": None, "features": None, "error": self.error}
        ended = ended_by(self.verdict, datetime.now(UTC), sub_status=None, digest=None, device=None)
        said = selfie_intelligence(ended, self.verdict.strategy)
        return {
            "image": self.image,
            "selfieIntelligence": said,
            "features": dict(self.verdict.features),
            "error": self.error,
        }


NOBODY = "selfie evaluate"
"""Whose image it is: of nobody who was ever counted, since nothing is stored here."""


def evaluate(
    images: Annotated[list[Path] | None, typer.Argument(metavar="IMAGE…", help="JPEG, PNG or WebP files.")] = None,
    workflow: Annotated[str, typer.Option("--workflow", help="A workflow that reads a still.")] = WORKFLOW,
    strategy: Annotated[str | None, typer.Option("--strategy", help="A strategy of its policies.")] = None,
    replay: Annotated[
        str | None, typer.Option("--replay", metavar="EVAL_ID", help="Instead of images: a stored evaluation again.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line, in the order given.")] = False,
) -> None:
    """Decide each image. Exit code 1 where one of them could not be read, 2 for a wrong workflow or strategy.

    With --replay the exit code is 0 where every byte of outcome and answer comes out as it was stored, and 1 where not.
    """
    log_aside()
    if replay is not None:
        raise typer.Exit(print_replay(replay, as_json=as_json))
    if not images:
        typer.echo("give images, or --replay with the id of an evaluation", err=True)
        raise typer.Exit(USAGE)
    try:
        pipeline, policies = _open(progress=not as_json)
        bound = pipeline.workflow(workflow)
        if bound.workflow.evidence != "still":
            raise Problem(422, "selfieNotAccepted", f"Workflow `{workflow}` does not read stills.")
        if not bound.workflow.is_plain:
            raise Problem(422, "stepsNotWalked", f"Workflow `{workflow}` has steps; `selfie workflow test` walks them.")
        pinned = [policies[name] for name in bound.workflow.policies]
        chosen = strategy_for(bound.workflow, strategy, pinned)
    except (Problem, Refused) as wrong:
        typer.echo(wrong.detail if isinstance(wrong, Problem) else str(wrong), err=True)
        raise typer.Exit(USAGE) from wrong
    lines = []
    for image in images:
        line = _evaluate(image, pipeline, bound, pinned, chosen)
        lines.append(line)
        if as_json:
            sys.stdout.write(json.dumps(line.to_json(), ensure_ascii=False, allow_nan=False) + "\n")
            sys.stdout.flush()
    if not as_json:
        Console().print(_table(lines))
    raise typer.Exit(FINDINGS if any(line.verdict is None for line in lines) else 0)


def _open(*, progress: bool) -> tuple[Pipeline, Mapping[str, PinnedPolicy]]:
    """The policies and workflows, none from a database, and the models, fetched where they are missing."""
    environment = selfie_environment()
    own = environment.get("SELFIE_POLICIES")
    library = read_library(Path(own) if own else None)
    models = open_model_store(environment)
    for name, reason in models.ensure(progress=progress and sys.stderr.isatty()).items():
        typer.echo(f"model `{name}` is not there: {reason}", err=True)
    known = installed_vocabulary()
    for name, why in known.refused.items():
        typer.echo(f"provider `{name}` is refused:\n{why}", err=True)
    shelf = shelf_of(known.catalogue, Path(own) if own else None)
    shelf.own_are_good()
    policies: dict[str, CompiledPolicy] = {
        name: read_policy(
            text, source=library.source(name), catalogue=known.catalogue, reasons=known.reasons, shelf=shelf
        )
        for name, text in library.policies.items()
    }
    pipeline = build_pipeline(
        installed_factories(),
        {name: policy.strategies for name, policy in policies.items()},
        library.workflows,
        known.catalogue,
        history=NoHistory(),
        models=models,
        settings=environment,
    )
    return pipeline, {name: PinnedPolicy(policy, 1) for name, policy in policies.items()}


def _evaluate(
    image: Path, pipeline: Pipeline, bound: BoundWorkflow, policies: list[PinnedPolicy], strategy: str
) -> Line:
    try:
        frame = Frame(_bytes(image))
        frame.pixels()  # a file that says it is an image but cannot be decoded is an error, not a decision
    except BadFrame as bad:
        return Line(str(image), None, str(bad))
    except OSError as broken:
        return Line(str(image), None, (broken.strerror or "cannot be read").lower())
    verdict = pipeline.run(bound, policies, Evidence(kind="still", frames=(frame,), customer=NOBODY), strategy)
    broken_providers = [f"{each.provider}: {each.reason}" for each in verdict.failures if each.cause == "provider"]
    return Line(str(image), verdict, "; ".join(broken_providers) or None)


def _bytes(image: Path) -> bytes:
    """The file, read no further than an image may be long."""
    with image.open("rb") as file:
        return file.read(MAX_FRAME_BYTES + 1)


def _table(lines: list[Line]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold dim")
    for title in ("image", "decision", "codes", "age", "liveness", "faces"):
        table.add_column(title, justify="right" if title in {"age", "liveness", "faces"} else "left")
    for line in lines:
        table.add_row(*_cells(line))
    return table


def _cells(line: Line) -> list[str]:
    if line.verdict is None:
        return [line.image, "[red]error[/]", line.error or "", "", "", ""]
    said = line.to_json()["selfieIntelligence"]
    features, colour = line.verdict.features, _COLOURS[line.verdict.outcome]
    return [
        line.image,
        f"[{colour}]{line.verdict.outcome}[/]",
        " ".join(said["reasonCodes"]),
        _number(features.get("age.predicted"), "{:.0f}"),
        _number(features.get("liveness.passive_score"), "{:.2f}"),
        _number(features.get("face.count"), "{:d}"),
    ]


def _number(value: object, form: str) -> str:
    return form.format(value) if isinstance(value, int | float) else "–"


def mount(app: typer.Typer) -> None:
    """Add the command."""
    app.command("evaluate")(evaluate)
