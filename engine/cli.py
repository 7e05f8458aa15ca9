"""The `selfie` command: our own groups, and those that other packages bring by entry point."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.metadata import entry_points

import typer

from engine.commands import policy

GROUP = "selfie.commands"
SERVICE = ("evaluate", "run", "serve", "keys", "db")
"""Modules of `engine.commands` that need the whole service; imported only where one of their commands may be meant."""

app = typer.Typer(
    name="selfie", help="Selfie Intelligence: from a selfie to a decision.", no_args_is_help=True, add_completion=False
)
app.add_typer(policy.app, name="policy")


@app.callback()
def selfie() -> None:
    """Selfie Intelligence: from a selfie to a decision."""


def main() -> None:
    """Run the command line."""
    if not _ours(sys.argv[1:]):
        for name in SERVICE:
            import_module(f"engine.commands.{name}").mount(app)
    if not _ours(sys.argv[1:]):
        _mount_others()
    app()


def _ours(arguments: list[str]) -> bool:
    """Whether the command is one of the engine's own, so that nothing else need be imported."""
    groups = {group.name for group in app.registered_groups}
    return bool(arguments) and arguments[0] in groups | {command.name for command in app.registered_commands}


def _mount_others() -> None:
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        try:
            app.add_typer(entry.load(), name=entry.name)
        except ImportError as error:
            typer.echo(f"`selfie {entry.name}` cannot be loaded: {error}", err=True)
