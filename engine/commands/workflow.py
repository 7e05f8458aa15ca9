"""`selfie workflow`: check, draw and test workflows."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from engine.diagnostics import Diagnostic, Refused, errors, render
from engine.policy.files import read_text
from engine.workflow.cases import CaseResult, play, read_cases, untaken
from engine.workflow.drawing import graph_of, svg_of, text_of, way_title
from engine.workflow.installed import Installed, installed
from engine.workflow.model import Workflow
from engine.workflow.schema import workflow_schema
from engine.workflow.shipped import taken_names
from engine.workflow.steps import Branch
from engine.workflow.ways import Edge

FINDINGS, USAGE = 1, 2

app = typer.Typer(name="workflow", help="Check, draw and test workflows.", no_args_is_help=True)

WorkflowFile = Annotated[Path, typer.Argument(metavar="FILE", help="A workflow in YAML.")]
Folder = Annotated[
    Path | None,
    typer.Option(
        "--policies", metavar="DIR", help="A folder of own policies, with `workflows/`; else the one the file lies in."
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def check(
    files: Annotated[list[Path] | None, typer.Argument(metavar="FILE…", help="Workflows; all unless given.")] = None,
    folder: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Tell every mistake of workflows, with its place and a way out."""
    if files:
        reports = [_report(_beside(_installed(folder, file), file), _text(file), str(file)) for file in files]
    else:
        there = _installed(folder, None)
        reports = [_report(there, text, source) for source, text in there.library.workflows.items()]
    if as_json:
        _print_json({"files": [report for report, _ in reports]})
    else:
        for report, shown in reports:
            typer.echo("\n".join(filter(None, [shown, _verdict(report)])))
    raise typer.Exit(0 if all(report["ok"] for report, _ in reports) else FINDINGS)


def _report(there: Installed, text: str, source: str) -> tuple[dict[str, Any], str]:
    """What `check --json` says of a file, and its diagnostics as a person reads them."""
    found: Sequence[Diagnostic]
    try:
        taken = taken_names(there.library.workflows)
        found = (*there.check(text, source), *(each for each in taken if each.location.source == source))
    except Refused as refused:  # a policy that the check stands on
        found, text = refused.diagnostics, ""
    return {"file": source, "ok": not errors(found), "diagnostics": [d.to_json() for d in found]}, render(found, text)


def _verdict(report: dict[str, Any]) -> str:
    """The last line of a file's report; none where its mistakes have said it."""
    count = len(report["diagnostics"])
    told = f", {count} warning{'s' if count > 1 else ''}" if count else ""
    return f"{report['file']}: good{told}" if report["ok"] else ""


@app.command()
def draw(
    file: WorkflowFile,
    svg: Annotated[Path | None, typer.Option("--svg", metavar="OUT", help="Write an SVG here.")] = None,
    folder: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Draw a workflow: its steps, and every way that a run can take."""
    workflow = _read(_installed(folder, file), file)
    if svg is not None:
        _write(svg, svg_of(workflow))
    if as_json:
        _print_json({"workflow": workflow.name, "version": workflow.version, **graph_of(workflow)})
    elif svg is None:
        typer.echo(text_of(workflow), nl=False)


@app.command(name="test")
def run_cases(
    file: WorkflowFile,
    cases: Annotated[Path | None, typer.Option("--cases", help="Default: cases/NAME beside the workflow.")] = None,
    cover: Annotated[bool, typer.Option("--cover", help="Tell also which ways no case has taken.")] = False,
    folder: Folder = None,
    as_json: AsJson = False,
) -> None:
    """Run the test cases of a workflow: policies really decide, and nobody outside is asked."""
    there = _installed(folder, file)
    workflow = _read(there, file)
    results = _played(cases or file.parent / "cases" / file.name, workflow, there)
    ways = untaken(workflow, results) if cover else ()
    if as_json:
        _print_json(_results_json(workflow, results) | ({"untaken": [_way_json(way) for way in ways]} if cover else {}))
    else:
        for line in (*_result_lines(results), *(f"no case takes {_way(way, workflow)}" for way in ways)):
            typer.echo(line)
        if cover and not ways:
            typer.echo("every way is taken")
    raise typer.Exit(FINDINGS if ways or any(result.problems for result in results) else 0)


@app.command()
def schema(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, as it always does.")] = False,  # noqa: ARG001 - every command has --json; this one speaks nothing else
) -> None:
    """Print the JSON Schema of workflow files, for editors."""
    typer.echo(json.dumps(workflow_schema(installed().catalogue), indent=2, ensure_ascii=False))


def _played(file: Path, workflow: Workflow, there: Installed) -> list[CaseResult]:
    if not file.is_file():
        typer.echo(f"{file}: no-cases: a workflow needs test cases", err=True)
        raise typer.Exit(FINDINGS)
    try:
        return [play(case, workflow, there) for case in read_cases(_text(file), str(file), workflow, there.catalogue)]
    except Refused as refused:
        _show(refused)


def _result_lines(results: Sequence[CaseResult]) -> Iterator[str]:
    failed = [result for result in results if result.problems]
    for result in failed:
        yield f"{result.case.location}: {result.case.id}: {'; '.join(result.problems)}"
    yield f"{len(results) - len(failed)} of {len(results)} cases pass"


def _results_json(workflow: Workflow, results: Sequence[CaseResult]) -> dict[str, Any]:
    failed = sum(bool(result.problems) for result in results)
    counts = {"workflow": workflow.name, "passed": len(results) - failed, "failed": failed}
    return counts | {"cases": [result.to_json() for result in results]}


def _way(way: Edge, workflow: Workflow) -> str:
    """As `draw` calls it: a case of a branch by its outcome or its condition."""
    step = workflow.steps[way.source]
    name = way_title(step, way.name) if isinstance(step, Branch) else way.name
    return f"`{way.source}`, {name}: to {f'`{way.target}`' if way.target else 'the end'}"


def _way_json(way: Edge) -> dict[str, Any]:
    return {"from": way.source, "edge": way.name, "to": way.target}


def _installed(folder: Path | None, file: Path | None) -> Installed:
    """What there is: with the folder that is named, else that of the file, else that of the environment."""
    beside = file.resolve().parent if file else None
    own = beside.parent if beside and beside.name == "workflows" and not _is_shipped(beside.parent) else None
    named = os.environ.get("SELFIE_POLICIES")
    try:
        there = installed(folder or own or (Path(named) if named else None))
        _ = there.strategies
    except Refused as refused:
        _show(refused)
    return there


def _beside(there: Installed, file: Path) -> Installed:
    """The same, with this file called as the person called it."""
    called = {
        source: str(file) if Path(source).resolve() == file.resolve() else source for source in there.library.workflows
    }
    workflows = {called[source]: text for source, text in there.library.workflows.items()}
    return replace(there, library=replace(there.library, workflows=workflows))


def _is_shipped(folder: Path) -> bool:
    """Whether it is the package's own, whose policies are there anyway."""
    return (folder / "features.yaml").is_file() and (folder / "reasons.yaml").is_file()


def _read(there: Installed, file: Path) -> Workflow:
    try:
        return there.read(_text(file), str(file))
    except Refused as refused:
        _show(refused)


def _text(file: Path) -> str:
    try:
        return read_text(file)
    except Refused as refused:
        _show(refused)
    except OSError as error:
        _usage(f"{file}: {(error.strerror or str(error)).lower()}")


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        _usage(f"{file}: {(error.strerror or str(error)).lower()}")


def _show(refused: Refused) -> NoReturn:
    typer.echo(str(refused), err=True)
    raise typer.Exit(FINDINGS)


def _usage(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(USAGE)


def _print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, allow_nan=False) + "\n")
    sys.stdout.flush()
