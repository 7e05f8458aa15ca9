"""`selfie models`: which models there are, getting them, checking them."""

from __future__ import annotations

import json
import os
from typing import Annotated, Any

import typer

from signals.accuracy.command import evaluate
from signals.model_store import CachedModels, open_store

app = typer.Typer(help="The model files: list, pull, verify, evaluate.", no_args_is_help=True)
app.command("evaluate")(evaluate)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Names = Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Only these models.")]


@app.command("list")
def list_models(*, as_json: AsJson = False) -> None:
    """Every model with its licence, what it does, and whether it is here."""
    store = open_store(os.environ)
    rows = [_row(store, name) for name in store.records]
    if as_json:
        typer.echo(json.dumps({"models": rows}, ensure_ascii=False))
        return
    for row in rows:
        typer.echo(f"{row['name']:<16} {row['state']:<8} {row['licence']:<11} {row['title']}")


@app.command("pull")
def pull_models(names: Names = None, *, as_json: AsJson = False) -> None:
    """Get what is missing, convert and verify it. Exit code 1 where a model could not be had.

    The store itself warns, with the reason and the way out, on standard error.
    """
    store = open_store(os.environ)
    chosen = _chosen(store, names)
    reasons = store.ensure(progress=not as_json, names=chosen)
    if as_json:
        ready = [name for name in chosen if name not in reasons]
        typer.echo(json.dumps({"ready": ready, "missing": dict(reasons)}, ensure_ascii=False))
    else:
        for name in chosen:
            typer.echo(f"{name:<16} {'missing' if name in reasons else 'ready'}")
    raise typer.Exit(1 if reasons else 0)


@app.command("verify")
def verify_models(names: Names = None, *, as_json: AsJson = False) -> None:
    """Check the graph and weights of every model here. Exit code 1 where one is absent or changed."""
    store = open_store(os.environ)
    states = {name: store.state(name) for name in _chosen(store, names)}
    if as_json:
        typer.echo(json.dumps({"models": states}))
    else:
        for name, state in states.items():
            typer.echo(f"{name:<16} {state}")
    raise typer.Exit(0 if set(states.values()) <= {"ready"} else 1)


def _chosen(store: CachedModels, names: list[str] | None) -> list[str]:
    unknown = sorted(set(names or ()) - set(store.records))
    if unknown:
        raise typer.BadParameter(f"there is no model {', '.join(unknown)}; there are {', '.join(store.records)}")
    return list(names or store.records)


def _row(store: CachedModels, name: str) -> dict[str, Any]:
    record = store.records[name]
    return {
        "name": name,
        "title": record.title,
        "state": store.state(name),
        "path": str(store.path(name)),
        "sha256": record.digest,
        "licence": record.licence.name,
        "licence_holder": record.licence.holder,
        "licence_url": record.licence.url,
        "input": record.input,
        "output": record.output,
        "known_error": record.known_error,
        "files": [{"name": file.name, "sha256": file.sha256, "size": file.size} for file in record.files],
    }
