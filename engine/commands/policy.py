"""`selfie policy`: check, decide, explain, eval and test policies."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer

from engine.commands.policy_diff import diff
from engine.commands.policy_flatten import flatten
from engine.commands.policy_prove import prove
from engine.commands.policy_schema import schema
from engine.commands.policy_table import app as table
from engine.diagnostics import Refused, errors, render
from engine.features import BadRecord
from engine.logic.answer import answer_line
from engine.logic.strict_json import MAX_BYTES, BadJson, read_json
from engine.policy import (
    DEFAULT_STRATEGY,
    CompiledPolicy,
    UnknownStrategy,
    Vocabulary,
    check_policy,
    installed_vocabulary,
)
from engine.policy.cases import Case, CaseResult, read_cases, run_case
from engine.policy.coverage import Item, coverage
from engine.policy.currency import check_register
from engine.policy.files import read_text
from engine.policy.include import FolderLibrary
from engine.policy.load import load_policy
from engine.policy.registers import kind_of, shelf_of

FINDINGS, USAGE = 1, 2
T = TypeVar("T")

app = typer.Typer(name="policy", help="Check, decide, explain and test policies.", no_args_is_help=True)
app.command()(prove)
app.command()(diff)
app.command()(schema)
app.command()(flatten)
app.add_typer(table)

PolicyFile = Annotated[Path, typer.Argument(metavar="FILE", help="A policy in YAML.")]
Features = Annotated[str, typer.Option("--features", metavar="JSON|-", help="A flat record, or - for stdin.")]
Strategy = Annotated[str, typer.Option("--strategy", help="A strategy of the policy.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Policies, packs or lists in YAML.")],
    as_json: AsJson = False,
) -> None:
    """Tell every mistake of policies, packs and lists, with its place and a way out."""
    reports = [_report(file) for file in files]
    if as_json:
        _print_json({"files": [report for report, _ in reports]})
    else:
        for report, shown in reports:
            typer.echo("\n".join(filter(None, [shown, _verdict(report)])))
    raise typer.Exit(0 if all(report["ok"] for report, _ in reports) else FINDINGS)


def _verdict(report: dict[str, Any]) -> str:
    """The last line of a file's report; none where its mistakes have said it."""
    if not report["ok"]:
        return ""
    count = len(report["diagnostics"])
    told = f", {count} warning{'s' if count > 1 else ''}" if count else ""
    return f"{report['file']}: good{told}"


def _report(file: Path) -> tuple[dict[str, Any], str]:
    """What `check --json` says of a file, and its diagnostics as a person reads them."""
    library, text = FolderLibrary(file.parent), ""
    try:
        text, known = _text(file), _vocabulary()
        shelf, today = shelf_of(known.catalogue, file.parent), datetime.now(UTC).date().isoformat()
        kind = kind_of(text)
        if kind == "policy":
            found = check_policy(
                text,
                source=str(file),
                catalogue=known.catalogue,
                reasons=known.reasons,
                shelf=shelf,
                library=library,
                today=today,
            )
        else:
            found = check_register(kind, text, str(file), known.catalogue, today)
    except Refused as refused:
        text, kind, found = "", "policy", refused.diagnostics
    report = {"file": str(file), "ok": not errors(found), "diagnostics": [d.to_json() for d in found]}
    shown = {} if kind == "list" else {str(file): text, **library.texts}  # a list's lines may hold personal data
    return report, render(found, shown)


@app.command()
def decide(
    file: PolicyFile, features: Features, strategy: Strategy = DEFAULT_STRATEGY, as_json: AsJson = False
) -> None:
    """Decide one record."""
    policy, record = _policy(file), _record(features)
    decided = _asked(lambda: policy.decide(record, strategy))
    if as_json:
        codes, rules, unknown = list(decided.reasons), list(decided.rules), list(decided.unknown)
        answer = {"decision": decided.outcome, "strategy": decided.strategy, "reasonCodes": codes}
        _print_json(answer | {"rules": rules, "unknown": unknown} | ({"score": decided.score} if policy.scored else {}))
        return
    typer.echo(f"{decided.outcome}  {' '.join(decided.reasons)}".rstrip())
    if policy.scored:
        typer.echo(f"score: {'unknown' if decided.score is None else decided.score}")
    for label, names in (("rules", decided.rules), ("unknown", decided.unknown)):
        if names:
            typer.echo(f"{label}: {', '.join(names)}")


@app.command()
def explain(
    file: PolicyFile, features: Features, strategy: Strategy = DEFAULT_STRATEGY, as_json: AsJson = False
) -> None:
    """Show why a decision falls: every rule with the value of every part."""
    policy, record = _policy(file), _record(features)
    trace = _asked(lambda: policy.explain(record, strategy))
    if as_json:
        _print_json(trace.to_json())
    else:
        typer.echo(trace.render())


@app.command(name="eval")
def evaluate(as_json: AsJson = False) -> None:  # noqa: ARG001 - every command has --json; this one speaks nothing else
    """Evaluate JSONLogic: a line {"rule", "data"} in, a line with result, unknown or error out."""
    for line in _lines():
        _print_json(line if isinstance(line, dict) else answer_line(line))


def _lines() -> Iterator[str | dict[str, Any]]:
    """The lines of stdin; in place of one that cannot be read, its error."""
    stdin = sys.stdin.buffer
    while line := stdin.readline(MAX_BYTES + 2):
        whole = line.endswith(b"\n")
        if len(line) > MAX_BYTES + 1:
            while not whole and (rest := stdin.readline(MAX_BYTES)):
                whole = rest.endswith(b"\n")
            yield {"error": {"code": "too-large", "message": f"a line has at most {MAX_BYTES} bytes"}}
            continue
        try:
            yield line.decode("utf-8")
        except UnicodeDecodeError:
            yield {"error": {"code": "bad-text", "message": "the line is not UTF-8"}}


@app.command(name="test")
def run_cases(
    file: PolicyFile,
    cases: Annotated[Path | None, typer.Option("--cases", help="Default: cases/NAME beside the policy.")] = None,
    cover: Annotated[bool, typer.Option("--cover", help="Tell also what no case has seen.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run the test cases of a policy."""
    policy = _policy(file)
    read = _cases(cases or file.parent / "cases" / file.name)
    results = [run_case(case, policy) for case in read]
    items = coverage(policy, read) if cover else ()
    if as_json:
        _print_json(_cases_json(policy, results) | (_coverage_json(items) if cover else {}))
    else:
        for line in (*_case_lines(results), *_coverage_lines(file, items)):
            typer.echo(line)
    bad = any(result.problems for result in results) or any(item.lacks for item in items)
    raise typer.Exit(FINDINGS if bad else 0)


def _cases(file: Path) -> tuple[Case, ...]:
    if not file.is_file():
        typer.echo(f"{file}: no-cases: a policy needs test cases", err=True)
        raise typer.Exit(FINDINGS)
    try:
        return read_cases(_text(file), str(file))
    except Refused as refused:
        _show(refused)


def _cases_json(policy: CompiledPolicy, results: Sequence[CaseResult]) -> dict[str, Any]:
    failed = sum(bool(result.problems) for result in results)
    counts = {"policy": policy.name, "passed": len(results) - failed, "failed": failed}
    return counts | {"cases": [result.to_json() for result in results]}


def _case_lines(results: Sequence[CaseResult]) -> Iterator[str]:
    failed = [result for result in results if result.problems]
    for result in failed:
        yield f"{result.case.location}: {result.case.id}: {'; '.join(result.problems)}"
    yield f"{len(results) - len(failed)} of {len(results)} cases pass"


def _coverage_json(items: Sequence[Item]) -> dict[str, Any]:
    missing = [item for item in items if item.lacks]
    counts = {"covered": len(items) - len(missing), "of": len(items)}
    return {"coverage": counts | {"missing": [item.to_json() for item in missing]}}


def _coverage_lines(file: Path, items: Sequence[Item]) -> Iterator[str]:
    missing = [item for item in items if item.lacks]
    for item in missing:
        yield f"{f'{item.at.source}:{item.at.line}' if item.at else file}: {item}"
    if items:
        yield f"{len(items) - len(missing)} of {len(items)} covered"


def _policy(file: Path) -> CompiledPolicy:
    try:
        _vocabulary()
        return load_policy(file)
    except OSError as error:
        _unreadable(file, error)
    except Refused as refused:
        _show(refused)


def _vocabulary() -> Vocabulary:
    """What is installed; what was refused of it is said, since a policy may name it."""
    known = installed_vocabulary()
    for name, why in known.refused.items():
        typer.echo(f"provider `{name}` is refused:\n{why}", err=True)
    return known


def _show(refused: Refused) -> NoReturn:
    typer.echo(str(refused), err=True)
    raise typer.Exit(FINDINGS)


def _text(file: Path) -> str:
    try:
        return read_text(file)
    except OSError as error:
        _unreadable(file, error)


def _unreadable(file: Path, error: OSError) -> NoReturn:
    _usage(f"{file}: {(error.strerror or str(error)).lower()}")


def _record(features: str) -> dict[str, Any]:
    """The record that `--features` gives."""
    text = sys.stdin.read(MAX_BYTES + 1) if features == "-" else features
    try:
        record = read_json(text)
    except BadJson as error:
        _usage(f"--features: {error.message}")
    if not isinstance(record, dict):
        _usage('--features: a record is an object: {"face.count": 1}')
    return record


def _asked(answer: Callable[[], T]) -> T:
    try:
        return answer()
    except BadRecord as error:
        _usage(f"--features: {error}")
    except UnknownStrategy as error:
        _usage(f"--strategy: {error}")


def _usage(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(USAGE)


def _print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, allow_nan=False) + "\n")
    sys.stdout.flush()
