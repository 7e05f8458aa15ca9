"""The `selfie` command: our own groups, and those that other packages bring by entry point."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.metadata import entry_points

import typer

from engine.commands import policy, workflow

GROUP = "selfie.commands"
SERVICE = {
    "evaluate": "evaluate",
    "run": "run",
    "serve": "serve",
    "console": "serve",
    "keys": "keys",
    "db": "db",
    "webhooks": "webhooks",
    "worker": "worker",
}
"""Commands of the service to their modules: each takes a second to import, so only the one that is meant is."""

app = typer.Typer(
    name="selfie", help="Selfie Intelligence: from a selfie to a decision.", no_args_is_help=True, add_completion=False
)
app.add_typer(policy.app, name="policy")
app.add_typer(workflow.app, name="workflow")


@app.callback()
def selfie() -> None:
    """Selfie Intelligence: from a selfie to a decision."""


def main() -> None:
    """Run the command line."""
    arguments = sys.argv[1:]
    if not _ours(arguments):
        for name in _modules(arguments):
            import_module(f"engine.commands.{name}").mount(app)
    if not _ours(arguments):
        _mount_others()
    app()


def _modules(arguments: list[str]) -> list[str]:
    """The service's modules that these arguments may mean: one, or all where help or an unknown command is."""
    meant = SERVICE.get(arguments[0]) if arguments else None
    return [meant] if meant else sorted(set(SERVICE.values()))


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
