"""The workflow files of the package."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from importlib import resources

from engine.diagnostics import Diagnostic, Location, Refused
from engine.workflow.model import Workflow
from engine.workflow.read import read_workflow


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
    texts: Mapping[str, str], providers: Collection[str], policies: Mapping[str, Collection[str]]
) -> dict[str, Workflow]:
    """Every workflow of these files by its name; raises `Refused` with the first broken file.

    Args:
        texts: what mistakes call each file, to its text.
    """
    found: dict[str, Workflow] = {}
    for source, text in texts.items():
        workflow = read_workflow(text, source=source, providers=providers, policies=policies)
        if workflow.name in found:
            message = f"there is another workflow `{workflow.name}`"
            raise Refused([Diagnostic("taken-name", message, Location(source))], text)
        found[workflow.name] = workflow
    return found
