"""`lists`: values that are denied, each list with what follows, and values that conditions may ask for.

A deny list with an outcome is a rule. A list without one, and every allow list, is only a name that conditions may look
up: no list can turn a more severe outcome into a milder one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.contracts import Outcome
from engine.diagnostics import Location
from engine.logic.mistakes import Mistakes, quoted
from engine.logic.syntax import Entries, Items, Node, Scalar
from engine.policy.checked import CheckedRule
from engine.policy.lists import LIST_KEYS, EntryList, list_name, list_of
from engine.policy.parts import Parts
from engine.policy.policy import OnUnknown, Word
from engine.policy.sections.section import Contribution, Ground, Section

MAX_LISTS = 100
_EFFECT_KEYS = ("then", "reason", "on_unknown")


@dataclass(frozen=True, slots=True)
class Listed:
    """A list that stands in the policy (`node` has its keys), or that is named there (`node` is None)."""

    name: Word
    node: Entries | None
    then: Outcome | None
    reason: Word | None
    on_unknown: OnUnknown | None
    location: Location


def read_lists(node: Node, parts: Parts) -> tuple[Listed, ...]:
    """The lists as written."""
    if not isinstance(node, Items):
        parts.wrong(node, "`lists`", "a list of lists")
        return ()
    if len(node.members) > MAX_LISTS:
        parts.mistakes.add("too-long", f"a policy has at most {MAX_LISTS} lists", node.location)
        return ()
    found = (_listed(member, parts) for member in node.members)
    return tuple(listed for listed in found if listed is not None)


def _listed(node: Node, parts: Parts) -> Listed | None:
    if not isinstance(node, Entries):
        parts.wrong(node, "a list", "a mapping", "`{list: name, then: reject, reason: R…}`")
        return None
    named = node.get("list")
    key = "id" if named is None else "list"
    known = LIST_KEYS if node.get("id") is not None else ("list", *LIST_KEYS) if named is None else ()
    parts.keys(node, (key, *known, *_EFFECT_KEYS), "a list")
    given = node.get(key)
    if given is None:
        hint = "`list` names one in a file; `id` names one that stands here"
        parts.mistakes.add("missing-key", "a list needs `list` or `id`", node.location, hint)
        return None
    return Listed(
        name=Word(list_name(given, key, parts), given.location),
        node=node if named is None else None,
        then=parts.outcome(node.get("then"), "then"),
        reason=parts.reason(node.get("reason")),
        on_unknown=parts.on_unknown(node.get("on_unknown")),
        location=node.location,
    )


def build_lists(lists: tuple[Listed, ...], ground: Ground) -> Contribution:
    """The rules of those that have one; the others are names. All are there before the first condition is read."""
    _names_differ(lists, ground.mistakes)
    found = [(listed, _found(listed, ground)) for listed in lists if listed.name.text]
    rules = [_rule(listed, held, ground) for listed, held in found if held is not None]
    return Contribution(rules=tuple(rule for rule in rules if rule is not None))


def _found(listed: Listed, ground: Ground) -> EntryList | None:
    name, at = listed.name.text, listed.name.location
    if listed.node is None:
        held = ground.registers.get(name, at, ground.mistakes)
        if held is not None and not isinstance(held, EntryList):
            ground.mistakes.add("not-a-list", f"{quoted(name)} is a pack, not a list", at)
        return held if isinstance(held, EntryList) else None
    if name in ground.registers.shelf.files:
        message = f"there is another pack or list {quoted(name)}"
        ground.mistakes.add("taken-name", message, at, "name this one otherwise")
        return None
    held = list_of(listed.node, name, ground.catalogue, Parts(ground.mistakes))
    if held is not None:
        ground.registers.own[name] = held.register
        ground.registers.used[name] = (held, at)
    return held


def _rule(listed: Listed, held: EntryList, ground: Ground) -> CheckedRule | None:
    _says_what_it_may(listed, held, ground.mistakes)
    ground.codes_exist(listed.reason, listed.on_unknown.reason if listed.on_unknown else None)
    if listed.then is None and listed.reason is None:
        return None
    at = listed.name.location
    lookup = Entries(((Scalar("lookup", at), Scalar(held.name, at)),), at)
    condition = ground.condition(lookup, listed.then, listed.location)
    then, line = listed.then, listed.location.line
    return ground.rule(held.name, condition, then, listed.reason, listed.on_unknown, line, held.title)


def _says_what_it_may(listed: Listed, held: EntryList, mistakes: Mistakes) -> None:
    name = quoted(held.name)
    if held.kind == "allow" and listed.then is not None:
        hint = f"ask for it in a condition: {{lookup: {held.name}}}"
        mistakes.add("allow-decides", f"allow list {name} cannot decide by itself", listed.location, hint)
    elif listed.then == "accept":
        mistakes.add("deny-accepts", f"deny list {name} cannot accept", listed.location, "`review` or `reject`")
    if listed.then is not None and listed.reason is None:
        mistakes.add("no-reason", f"list {name} has an outcome without a reason", listed.location, "add `reason: R…`")
    if listed.then is None and listed.on_unknown is not None:
        hint = "leave `on_unknown` out, or add `then`"
        mistakes.add("no-effect", f"list {name} has no outcome and ignores unknown", listed.location, hint)


def _names_differ(lists: Iterable[Listed], mistakes: Mistakes) -> None:
    first: dict[str, int] = {}
    for listed in lists:
        name, at = listed.name.text, listed.name.location
        if name and name in first:
            mistakes.add("duplicate-list", f"list {quoted(name)} is given twice", at, f"first in line {first[name]}")
        first.setdefault(name, at.line)


SECTION = Section("lists", read_lists, build_lists)
