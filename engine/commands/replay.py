"""`selfie evaluate --replay`: an evaluation once more, from what is stored of it."""

from __future__ import annotations

import json

import typer

from engine.diagnostics import Refused
from engine.service.runs.replaying import Replaying
from engine.service.settings import read_settings
from engine.service.wiring import open_services
from engine.workflow.replay import Unreplayable

FINDINGS, USAGE = 1, 2


def print_replay(eval_id: str, *, as_json: bool) -> int:
    """Print what came of it; answers the exit code: 0 where every byte is the same, 1 where not or not to be told."""
    try:
        services = open_services(read_settings())
    except Refused as wrong:
        typer.echo(str(wrong), err=True)
        return USAGE
    try:
        evaluation = services.stores.evaluations.find(eval_id)
        if evaluation is None:
            typer.echo("there is no such evaluation", err=True)
            return USAGE
        found = Replaying(services.runs.walking, services.policies).replayed(evaluation)
    except Unreplayable as why:
        typer.echo(json.dumps({"eval_id": eval_id, "error": str(why)}) if as_json else str(why))
        return FINDINGS
    finally:
        services.close()
    if as_json:
        said = {"eval_id": eval_id, "differing": list(found.differing), "answer": found.answer}
        typer.echo(json.dumps(said, ensure_ascii=False, allow_nan=False))
    elif found.differing:
        typer.echo(f"differs in {', '.join(found.differing)}")
    else:
        typer.echo("the same, every byte")
    return FINDINGS if found.differing else 0
