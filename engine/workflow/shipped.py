"""The workflow files of the package."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from importlib import resources

from engine.workflow.model import Workflow
from engine.workflow.read import read_workflow


def shipped_texts() -> dict[str, str]:
    """File name to text of every workflow in `policies/workflows/`, in the order of the names."""
    folder = resources.files("policies") / "workflows"
    files = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".yaml")), key=lambda entry: entry.name)
    return {entry.name: entry.read_text(encoding="utf-8") for entry in files}


def shipped_workflows(providers: Collection[str], policies: Mapping[str, Collection[str]]) -> dict[str, Workflow]:
    """Every shipped workflow by its name; raises `Refused` with the first broken file."""
    found = {}
    for file, text in shipped_texts().items():
        workflow = read_workflow(text, source=f"policies/workflows/{file}", providers=providers, policies=policies)
        found[workflow.name] = workflow
    return found
