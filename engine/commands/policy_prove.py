"""`selfie policy prove`: what holds of every record, and what does not, with a record that shows it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from engine.diagnostics import Refused
from engine.logic.mistakes import did_you_mean, quoted
from engine.policy.compiled import CompiledPolicy
from engine.policy.load import load_policy

FINDINGS, USAGE = 1, 2

OneStrategy = Annotated[str, typer.Option("--strategy", help="Only this strategy; all unless given.")]


def prove(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A policy in YAML.")],
    strategy: OneStrategy = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Prove a policy's guarantees for every record, or show a record that breaks one."""
    from engine.policy.proofs.report import report  # noqa: PLC0415 - only this needs the solver
    from engine.policy.proofs.text import rendered  # noqa: PLC0415

    policy = readable_policy(file)
    found = report(policy, strategies_of(policy, strategy))
    if as_json:
        sys.stdout.write(json.dumps(found.to_json(), allow_nan=False) + "\n")
    else:
        typer.echo(rendered(found, str(file)))
    raise typer.Exit(0 if found.proved else FINDINGS)


def readable_policy(file: Path) -> CompiledPolicy:
    """The policy of a file; leaves with its mistakes where it has some."""
    try:
        return load_policy(file)
    except Refused as refused:
        typer.echo(str(refused), err=True)
        raise typer.Exit(FINDINGS) from None
    except OSError as error:
        typer.echo(f"{file}: {(error.strerror or str(error)).lower()}", err=True)
        raise typer.Exit(USAGE) from None


def strategies_of(policy: CompiledPolicy, strategy: str) -> tuple[str, ...]:
    """The strategies that are asked for."""
    if strategy and strategy not in policy.strategies:
        hint = did_you_mean(strategy, policy.strategies)
        typer.echo(f"--strategy: strategy {quoted(strategy)} does not exist; {hint}".rstrip("; "), err=True)
        raise typer.Exit(USAGE)
    return (strategy,) if strategy else tuple(policy.strategies)
