"""The YAML of a workflow with the place of each value, so that a mistake can be shown where it stands."""

from __future__ import annotations

from dataclasses import dataclass, field

import yaml

from engine.diagnostics import Diagnostic, Location

MAX_TEXT = 64 * 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of the top-level mapping: a scalar or a list of scalars."""

    value: object
    where: Location
    items: tuple[Location, ...] = ()
    """The places of a list's members."""


@dataclass(frozen=True, slots=True)
class Document:
    """Key to value of one file, and what was wrong with its form."""

    source: str
    entries: dict[str, Entry] = field(default_factory=dict)
    keys: dict[str, Location] = field(default_factory=dict)
    mistakes: tuple[Diagnostic, ...] = ()


def read_document(text: str, source: str) -> Document:
    """The file's mapping; every mistake of form is in `mistakes`, never raised."""
    if len(text) > MAX_TEXT:
        return _broken(source, f"the file is longer than {MAX_TEXT} characters", Location(source))
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        return _broken(source, *_yaml_problem(error, source))
    except RecursionError:
        return _broken(source, "the file is nested too deeply", Location(source))
    if not isinstance(root, yaml.MappingNode):
        return _broken(source, "a workflow is a mapping of keys to values", Location(source))
    return _read_mapping(root, source)


def _broken(source: str, message: str, where: Location) -> Document:
    return Document(source, mistakes=(Diagnostic("bad-yaml", message, where),))


def _yaml_problem(error: yaml.YAMLError, source: str) -> tuple[str, Location]:
    mark = getattr(error, "problem_mark", None)
    phrase = getattr(error, "problem", None) or "the text is not YAML"
    return str(phrase), Location(source) if mark is None else Location(source, mark.line + 1, mark.column + 1)


def _read_mapping(root: yaml.MappingNode, source: str) -> Document:
    entries: dict[str, Entry] = {}
    keys: dict[str, Location] = {}
    mistakes = []
    for key_node, value_node in root.value:
        where = _place(key_node, source)
        key = key_node.value if isinstance(key_node, yaml.ScalarNode) else ""
        if not key:
            mistakes.append(Diagnostic("bad-key", "a key is a word", where))
        elif key in entries:
            mistakes.append(Diagnostic("duplicate-key", f"`{key}` stands twice", where, "keep one of them"))
        else:
            keys[key] = where
            entries[key] = _entry(value_node, source)
    return Document(source, entries, keys, tuple(mistakes))


def _entry(node: yaml.Node, source: str) -> Entry:
    where = _place(node, source)
    if isinstance(node, yaml.ScalarNode):
        return Entry(_scalar(node), where)
    if isinstance(node, yaml.SequenceNode):
        values = [_scalar(child) if isinstance(child, yaml.ScalarNode) else None for child in node.value]
        return Entry(values, where, tuple(_place(child, source) for child in node.value))
    return Entry({}, where)


def _scalar(node: yaml.ScalarNode) -> object:
    if node.tag == "tag:yaml.org,2002:bool":
        return bool(yaml.SafeLoader.bool_values[node.value.lower()])
    return node.value if node.tag == "tag:yaml.org,2002:str" else None


def _place(node: yaml.Node, source: str) -> Location:
    start, end = node.start_mark, node.end_mark
    width = end.column + 1 if end.line == start.line else 0
    return Location(source, start.line + 1, start.column + 1, width)
