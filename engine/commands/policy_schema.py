"""`selfie policy schema`: the JSON Schema of policy files."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from engine.policy import installed_vocabulary


def schema(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, as it always does.")] = False,  # noqa: ARG001 - every command has --json; this one speaks nothing else
) -> None:
    """Print the JSON Schema of policy files, with the features and reason codes that are installed."""
    from engine.policy.schema import policy_schema  # noqa: PLC0415 - only this command needs it

    known = installed_vocabulary()
    typer.echo(json.dumps(policy_schema(known.catalogue, known.reasons), indent=2, ensure_ascii=False))
