"""What `set` steps compute: names that conditions of the same workflow may read, each with one type."""

from __future__ import annotations

from collections.abc import Sequence

from engine.diagnostics import Location
from engine.logic.mistakes import Mistakes, quoted
from engine.logic.syntax import Entries, Node
from engine.logic.types import Type, phrase
from engine.workflow.conditions import Names, read_value
from engine.workflow.reading.written import Written, word_of
from engine.workflow.steps import COMPUTED

MOST_VALUES = 100


def with_computed(written: Sequence[Written], mistakes: Mistakes) -> Names:
    """The names of the steps, with what they compute. A value may be made of others, wherever those stand."""
    values = [(name, node) for one in written for name, node in _values(one)]
    names = written[0].names
    if len(values) > MOST_VALUES:
        message = f"a workflow computes at most {MOST_VALUES} values"
        mistakes.add("too-long", message, values[MOST_VALUES][1].location)
        return names
    types: dict[str, tuple[Type, Location]] = {}
    wanted = list(values)
    found = True
    while found and wanted:
        known = names.with_computed({name: type_ for name, (type_, _) in types.items()})
        typed = [(name, node, made.type) for name, node in wanted if (made := read_value(node, known, Mistakes()))]
        for name, node, type_ in typed:
            _one_type(name, node, type_, types, mistakes)
        done = {node.location for _, node, _ in typed}
        wanted = [(name, node) for name, node in wanted if node.location not in done]
        found = bool(typed)
    return names.with_computed({name: type_ for name, (type_, _) in types.items()})


def _values(written: Written) -> list[tuple[str, Node]]:
    computed = written.node.get("computed")
    if word_of(written.node.get("step")) != "set" or not isinstance(computed, Entries):
        return []
    return [(f"{COMPUTED}{key.value}", node) for key, node in computed.pairs]


def _one_type(name: str, node: Node, type_: Type, types: dict[str, tuple[Type, Location]], mistakes: Mistakes) -> None:
    first, at = types.setdefault(name, (type_, node.location))
    if first != type_:
        message = f"{quoted(name)} is {phrase(type_)} here and {phrase(first)} in line {at.line}"
        mistakes.add("type-mismatch", message, node.location, "a computed value has one type")
