"""`guarantees`: sentences about the policy that are to be proved for every record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.contracts import SEVERITY, Outcome
from engine.diagnostics import Location
from engine.logic.hints import truth_meant
from engine.logic.mistakes import Mistakes, quoted
from engine.logic.parse import read_condition
from engine.logic.syntax import Entries, Items, Node
from engine.logic.types import BOOLEAN, UNKNOWN, phrase
from engine.policy.absence import asks_for_names
from engine.policy.checked import Guarantee
from engine.policy.constants import condition_depends_on_the_record
from engine.policy.parts import Parts
from engine.policy.policy import Word
from engine.policy.ranges import constants_are_possible
from engine.policy.sections.section import Contribution, Ground, Section

MAX_GUARANTEES = 500
_KEYS = ("id", "title", "given", "never", "always")
_FORM = "`{id: …, given: …, never: accept}`"


@dataclass(frozen=True, slots=True)
class WrittenGuarantee:
    """A guarantee by its shape: `never` and `always` name outcomes, one of the two is empty."""

    id: Word
    title: str
    given: Node | None
    never: tuple[Outcome, ...]
    always: tuple[Outcome, ...]
    location: Location


def read_guarantees(node: Node, parts: Parts) -> tuple[WrittenGuarantee, ...]:
    """The guarantees as written."""
    if not isinstance(node, Items):
        parts.wrong(node, "`guarantees`", "a list of guarantees")
        return ()
    if len(node.members) > MAX_GUARANTEES:
        parts.mistakes.add("too-long", f"a policy has at most {MAX_GUARANTEES} guarantees", node.location)
        return ()
    read = (_guarantee(member, parts) for member in node.members)
    return tuple(guarantee for guarantee in read if guarantee is not None)


def _guarantee(node: Node, parts: Parts) -> WrittenGuarantee | None:
    if not isinstance(node, Entries):
        parts.wrong(node, "a guarantee", "a mapping", _FORM)
        return None
    parts.keys(node, _KEYS, "a guarantee")
    for key in ("id", "given"):
        if node.get(key) is None:
            parts.mistakes.add("missing-key", f"a guarantee needs {quoted(key)}", node.location)
    if (node.get("never") is None) == (node.get("always") is None):
        message = "a guarantee says what happens `never` or `always`, one of the two"
        parts.mistakes.add("no-promise", message, node.location, _FORM)
    identity = node.get("id") or node
    return WrittenGuarantee(
        id=Word(parts.text(node.get("id"), "id"), identity.location),
        title=parts.text(node.get("title"), "title"),
        given=node.get("given"),
        never=_outcomes(node.get("never"), "never", parts),
        always=_outcomes(node.get("always"), "always", parts),
        location=node.location,
    )


def _outcomes(node: Node | None, key: str, parts: Parts) -> tuple[Outcome, ...]:
    """One outcome, or a list of them."""
    members = node.members if isinstance(node, Items) else (node,) if node is not None else ()
    found = tuple(outcome for outcome in (parts.outcome(member, key) for member in members) if outcome is not None)
    if isinstance(node, Items) and (not found or len(set(found)) == len(SEVERITY)):
        what = "no outcome" if not found else "every outcome"
        parts.mistakes.add("empty-promise", f"{quoted(key)} names {what}", node.location, "name one or two of them")
    return found


def build_guarantees(guarantees: tuple[WrittenGuarantee, ...], ground: Ground) -> Contribution:
    """The guarantees with typed conditions."""
    _ids_differ(guarantees, ground.mistakes)
    made = (_built(guarantee, ground) for guarantee in guarantees if guarantee.given is not None)
    return Contribution(guarantees=tuple(made))


def _built(written: WrittenGuarantee, ground: Ground) -> Guarantee:
    """`given` judges and does not decide: it may ask what is missing, which a rule may not everywhere."""
    assert written.given is not None  # noqa: S101 - others are left out
    before = len(ground.mistakes.found)
    given = read_condition(written.given, ground.scope, ground.mistakes)
    if len(ground.mistakes.found) == before:
        if given.type not in {BOOLEAN, UNKNOWN} and not asks_for_names(given):
            message = f"`given` must be a boolean, not {phrase(given.type)}"
            hint = truth_meant(given)
            ground.mistakes.add("type-mismatch", message, given.location, hint)
        condition_depends_on_the_record(given, ground.mistakes)
        constants_are_possible(given, ground.catalogue, ground.strategies, ground.mistakes)
    allowed = frozenset(written.always) or frozenset(SEVERITY) - frozenset(written.never)
    return Guarantee(written.id.text, written.title, given, allowed, written.location)


def _ids_differ(guarantees: Iterable[WrittenGuarantee], mistakes: Mistakes) -> None:
    first: dict[str, int] = {}
    for guarantee in guarantees:
        name = guarantee.id.text
        if name and name in first:
            message, hint = f"guarantee {quoted(name)} is given twice", f"first in line {first[name]}"
            mistakes.add("duplicate-guarantee", message, guarantee.id.location, hint)
        first.setdefault(name, guarantee.id.location.line)


SECTION = Section("guarantees", read_guarantees, build_guarantees)
