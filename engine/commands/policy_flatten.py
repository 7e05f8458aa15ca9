"""`selfie policy flatten`: a policy with all that it includes as one text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from engine.diagnostics import Refused
from engine.policy.load import load_policy

FINDINGS, USAGE = 1, 2


def flatten(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A policy in YAML.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print a policy with all that it includes, to be stored where nothing can be included."""
    try:
        policy = load_policy(file)
    except Refused as refused:
        typer.echo(str(refused), err=True)
        raise typer.Exit(FINDINGS) from None
    except OSError as error:
        typer.echo(f"{file}: {(error.strerror or str(error)).lower()}", err=True)
        raise typer.Exit(USAGE) from None
    if as_json:
        typer.echo(json.dumps({"policy": policy.name, "sha256": policy.sha256, "text": policy.text}))
    else:
        typer.echo(policy.text, nl=False)
