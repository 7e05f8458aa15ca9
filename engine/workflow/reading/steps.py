"""From the list under `steps` to steps, each with the places of what it names."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from engine.diagnostics import Location
from engine.logic.mistakes import Mistakes, did_you_mean, quoted
from engine.logic.syntax import Entries, Items, Node
from engine.workflow.conditions import names_of
from engine.workflow.reading.computed import with_computed
from engine.workflow.reading.forms import FORMS
from engine.workflow.reading.known import Known
from engine.workflow.reading.written import HOW_NAMES_ARE, NAME, Written, word_of
from engine.workflow.steps import Step

MOST_STEPS = 200
_ALWAYS = ("id", "step")


@dataclass(frozen=True, slots=True)
class Draft:
    """A step with what was written. Its targets may not exist yet."""

    step: Step
    written: Written

    @property
    def location(self) -> Location:
        """Where it is named."""
        return self.written.location

    def place(self, edge: str) -> Location:
        """Where a way's target is written; where the step is named if it is left out."""
        return self.written.places.get(edge, self.location)


@dataclass(frozen=True, slots=True)
class Steps:
    """The steps that could be read, in the file's order; and every id that is written, also of those that could not."""

    drafts: tuple[Draft, ...] = ()
    ids: frozenset[str] = frozenset()


def read_steps(node: Node, workflow: str, known: Known, mistakes: Mistakes) -> Steps:
    """What is written under `steps`; what is wrong with it is noted."""
    if not isinstance(node, Items) or not 1 <= len(node.members) <= MOST_STEPS:
        many = f", and has {len(node.members)}" if isinstance(node, Items) and node.members else ""
        message = f"`steps` is a list of 1 to {MOST_STEPS} steps{many}"
        mistakes.add("wrong-type", message, node.location, "`- {id: selfie, step: capture}`")
        return Steps()
    entries = [member for member in node.members if isinstance(member, Entries)]
    for member in node.members:
        _must_be_a_step(member, mistakes)
    if not entries:
        return Steps()
    names = names_of(known.catalogue)
    written = [
        Written(entry, known, names, mistakes, workflow, _id(after))
        for entry, after in zip(entries, [*entries[1:], None], strict=True)
    ]
    _ids_differ(written, mistakes)
    names = with_computed(written, mistakes)
    drafts = (_draft(replace(one, names=names)) for one in written)
    return Steps(tuple(draft for draft in drafts if draft is not None), frozenset(one.id for one in written))


def _draft(written: Written) -> Draft | None:
    """The step; None where its word says none."""
    word = _word(written, written.mistakes)
    if word is None:
        return None
    _keys_fit(written, word)
    return Draft(FORMS[word].read(written), written)


def _must_be_a_step(node: Node, mistakes: Mistakes) -> None:
    if not isinstance(node, Entries):
        mistakes.add("wrong-type", "a step is a mapping: `{id: …, step: …}`", node.location)
        return
    identity = word_of(node.get("id"))
    if node.get("id") is None:
        mistakes.add("missing-key", "a step needs `id`", node.location)
    elif identity is None or not re.fullmatch(NAME, identity):
        at = node.get("id") or node
        shown = quoted(identity) if identity is not None else "this"
        mistakes.add("bad-name", f"{shown} is no id of a step", at.location, HOW_NAMES_ARE)


def _id(after: Entries | None) -> str | None:
    """The id of the step after; a name that no step has where it lacks one, so that nothing follows by accident."""
    return None if after is None else word_of(after.get("id")) or ""


def _ids_differ(written: list[Written], mistakes: Mistakes) -> None:
    first: dict[str, int] = {}
    for one in written:
        if one.id and one.id in first:
            message, hint = f"step {quoted(one.id)} is given twice", f"first in line {first[one.id]}"
            mistakes.add("duplicate-step", message, one.location, hint)
        first.setdefault(one.id, one.location.line)


def _word(written: Written, mistakes: Mistakes) -> str | None:
    node = written.node.get("step")
    word = word_of(node)
    if node is None:
        mistakes.add("missing-key", f"step {quoted(written.id)} needs `step`: what it does", written.location)
    elif word not in FORMS:
        shown = quoted(word) if word is not None else "this"
        hint = did_you_mean(word or "", FORMS) or f"there is {', '.join(f'`{name}`' for name in FORMS)}"
        mistakes.add("unknown-step", f"{shown} is no kind of step", node.location, hint)
    return word if word in FORMS else None


def _keys_fit(written: Written, word: str) -> None:
    form = FORMS[word]
    keys = (*_ALWAYS, *form.keys)
    for key, _ in written.node.pairs:
        if key.value not in keys:
            message = f"a step `{word}` has no key {quoted(key.value)}"
            written.mistakes.add("unknown-key", message, key.location, did_you_mean(str(key.value), keys))
    for name in form.required:
        if not written.has(name):
            message = f"step {quoted(written.id)} needs {quoted(name)}"
            written.mistakes.add("missing-key", message, written.location)
