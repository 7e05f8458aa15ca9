"""The workflow files of the package."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from importlib import resources

from engine.diagnostics import Diagnostic, Location, Refused
from engine.features import Catalogue
from engine.workflow.model import Workflow
from engine.workflow.read import name_in, read_workflow


def shipped_texts() -> dict[str, str]:
    """File name to text of every workflow in `policies/workflows/`, in the order of the names."""
    folder = resources.files("policies") / "workflows"
    files = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".yaml")), key=lambda entry: entry.name)
    return {entry.name: entry.read_text(encoding="utf-8") for entry in files}


def shipped_workflows(providers: Collection[str], policies: Mapping[str, Collection[str]]) -> dict[str, Workflow]:
    """Every shipped workflow by its name; raises `Refused` with the first broken file."""
    texts = {f"policies/workflows/{file}": text for file, text in shipped_texts().items()}
    return read_workflows(texts, providers, policies)


def read_workflows(
    texts: Mapping[str, str],
    providers: Collection[str],
    policies: Mapping[str, Collection[str]],
    catalogue: Catalogue | None = None,
) -> dict[str, Workflow]:
    """Every workflow of these files by its name; raises `Refused` with the first broken file.

    Args:
        texts: what mistakes call each file, to its text.
        catalogue: what their conditions may read; that which is installed unless given.
    """
    found: dict[str, Workflow] = {}
    names = frozenset(map(name_in, texts.values()))
    for source, text in texts.items():
        workflow = read_workflow(
            text, source=source, providers=providers, policies=policies, catalogue=catalogue, workflows=names
        )
        if workflow.name in found:
            message = f"there is another workflow `{workflow.name}`"
            raise Refused([Diagnostic("taken-name", message, Location(source))], text)
        found[workflow.name] = workflow
    return found
