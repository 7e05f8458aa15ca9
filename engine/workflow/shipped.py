"""The workflow files of the package."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cache
from importlib import resources

from engine.diagnostics import Diagnostic, Location, Refused, together
from engine.features import Catalogue
from engine.logic.mistakes import quoted
from engine.workflow.model import Workflow
from engine.workflow.read import name_in, named_in, read_workflow


def shipped_texts() -> dict[str, str]:
    """File name to text of every workflow in `policies/workflows/`, in the order of the names."""
    folder = resources.files("policies") / "workflows"
    files = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".yaml")), key=lambda entry: entry.name)
    return {entry.name: entry.read_text(encoding="utf-8") for entry in files}


def shipped_sources() -> dict[str, str]:
    """The same by what mistakes call each file."""
    return {f"policies/workflows/{file}": text for file, text in shipped_texts().items()}


def shipped_workflows(providers: Collection[str], policies: Mapping[str, Collection[str]]) -> dict[str, Workflow]:
    """Every shipped workflow by its name; raises `Refused` with every mistake in them."""
    return read_workflows(shipped_sources(), providers, policies)


def read_workflows(
    texts: Mapping[str, str],
    providers: Collection[str],
    policies: Mapping[str, Collection[str]],
    catalogue: Catalogue | None = None,
) -> dict[str, Workflow]:
    """Every workflow of these files by its name; raises `Refused` with every mistake in them.

    Args:
        texts: what mistakes call each file, to its text.
        catalogue: what their conditions may read; that which is installed unless given.
    """
    found: dict[str, Workflow] = {}
    taken = taken_names(texts)
    refusals = [Refused(taken, texts)] if taken else []
    names = frozenset(map(name_in, texts.values()))
    for source, text in texts.items():
        try:
            workflow = read_workflow(
                text, source=source, providers=providers, policies=policies, catalogue=catalogue, workflows=names
            )
        except Refused as refused:
            refusals.append(refused)
        else:
            found[workflow.name] = workflow
    if refusals:
        raise together(refusals)
    return found


def taken_names(texts: Mapping[str, str]) -> tuple[Diagnostic, ...]:
    """A mistake for each file whose workflow has another's name. Of a shipped one and one's own, it is one's own."""
    by_name: dict[str, list[Location]] = {}
    for source, text in texts.items():
        name, at = named_in(text, source)
        by_name.setdefault(name, []).append(at)
    found = []
    for name, places in by_name.items():
        for at in places if name else ():
            others = [other.source for other in places if other is not at]
            if others and at.source not in _shipped_sources():
                message = f"there is another workflow {quoted(name)}"
                found.append(Diagnostic("taken-name", message, at, f"call it otherwise: `{others[0]}` has it"))
    return tuple(found)


@cache
def _shipped_sources() -> frozenset[str]:
    return frozenset(shipped_sources())
