"""Policies and workflows of a folder of one's own, beside the shipped ones: `NAME.yaml` and `workflows/NAME.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine.diagnostics import Diagnostic, Location, Refused, together
from engine.logic.mistakes import Mistakes, quoted
from engine.logic.syntax import Scalar
from engine.policy.document import read_document
from engine.policy.files import read_text
from engine.policy.include import FolderLibrary, whole
from engine.policy.shipped import shipped_policies
from engine.workflow.shipped import shipped_sources


@dataclass(frozen=True, slots=True)
class Library:
    """Texts, none of them checked yet."""

    policies: Mapping[str, str]
    """Name of the policy, which is also its file's, to its text."""
    workflows: Mapping[str, str]
    """Where a workflow lies, for messages, to its text."""
    own: Mapping[str, str] = field(default_factory=dict)
    """Where each policy lies that is not shipped."""

    def source(self, policy: str) -> str:
        """Where a policy lies, for messages."""
        return self.own.get(policy, f"policies/{policy}.yaml")


def read_library(folder: Path | None) -> Library:
    """The shipped texts, with those of a folder where one is given.

    Raises:
        Refused: the folder or files in it cannot be read, or policies have a shipped one's name or not their file's.
    """
    shipped = shipped_sources()
    if folder is None:
        return Library(shipped_policies(), shipped)
    if not folder.is_dir():
        raise Refused([Diagnostic("no-folder", "there is no such folder of policies", Location(str(folder)))])
    texts, refusals = dict[Path, str](), list[Refused]()
    own, flows = _files(folder), _files(folder / "workflows")
    for file in (*own, *flows):
        try:
            texts[file] = _policy_text(file) if file in own else _text(file)
        except Refused as refused:
            refusals.append(refused)
    if refusals:
        raise together(refusals)
    policies = {file.stem: texts[file] for file in own}
    sources = {file: f"./{file}" if str(file) in shipped else str(file) for file in flows}
    workflows = {sources[file]: texts[file] for file in flows}
    return Library({**shipped_policies(), **policies}, shipped | workflows, {file.stem: str(file) for file in own})


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.glob("*.yaml") if file.is_file())


def _text(file: Path) -> str:
    try:
        return read_text(file)
    except OSError as error:
        reason = (error.strerror or "it cannot be read").lower()
        raise Refused([Diagnostic("unreadable", f"the file cannot be read: {reason}", Location(str(file)))]) from error


def _policy_text(file: Path) -> str:
    text, mistakes = _text(file), Mistakes()
    if file.stem in shipped_policies():
        mistakes.add("taken-name", f"policy {quoted(file.stem)} is a shipped one", Location(str(file)), "rename it")
    document = read_document(text, str(file), mistakes)
    named = document.root.get("policy") if document else None
    if isinstance(named, Scalar) and named.value != file.stem:
        hint = f"call it `{file.stem}`, or name the file after the policy"
        mistakes.add("wrong-name", f"the policy is called {quoted(named.value)}", named.location, hint)
    policy = whole(document, FolderLibrary(file.parent), mistakes) if document else None
    if mistakes.found or policy is None:
        raise Refused(mistakes.found, policy.texts if policy else text)
    return policy.text
