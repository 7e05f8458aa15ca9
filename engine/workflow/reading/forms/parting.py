"""`branch`, `split` and `end`: where ways part, and where they end."""

from __future__ import annotations

import re
from math import fsum, isclose

from engine.contracts import Outcome
from engine.diagnostics import Location
from engine.logic.mistakes import did_you_mean, quoted
from engine.logic.syntax import Entries, Items, Node, Scalar
from engine.policy.schema.forms import NUMBER, TEXT, Schema, closed, listed, ref, told
from engine.workflow.conditions import read_when
from engine.workflow.reading.forms.form import Form
from engine.workflow.reading.forms.shapes import TARGET
from engine.workflow.reading.written import HOW_NAMES_ARE, NAME, Written
from engine.workflow.steps import DECISION, Branch, Case, End, Part, Split
from engine.workflow.words import OUTCOMES

MOST_CASES = 100
ON = ("decision",)
_ELSEWHERE = ("then", "to", "goto")
"""What other languages, and the rules of policies, call a case's `next`."""


def _branch(written: Written) -> Branch:
    by_outcome = written.has("on")
    written.choice("on", ON, "subject")
    cases = _by_outcome(written) if by_outcome else _by_condition(written)
    if by_outcome and written.has("otherwise"):
        message = "a branch on the decision has no `otherwise`: its three outcomes are all that there is"
        written.mistakes.add("unknown-key", message, written.at_key("otherwise"), "remove it")
    if not by_outcome and not written.has("otherwise"):
        message = "a branch needs `otherwise`: where it goes when no case is true"
        written.mistakes.add("missing-case", message, written.location)
    return Branch(
        written.id,
        cases=cases,
        otherwise=written.target("otherwise"),
        on_unknown=written.target("on_unknown", "unknown"),
    )


def _by_outcome(written: Written) -> tuple[Case, ...]:
    """A case for each outcome, in the order in which they are written."""
    pairs = written.pairs("cases", "a mapping of outcomes to steps: `{accept: …, review: …, reject: …}`")
    named = {str(key.value): (key.location, node) for key, node in pairs}
    for name, (at, _) in named.items():
        if name not in OUTCOMES:
            hint = did_you_mean(name, OUTCOMES)
            written.mistakes.add("bad-outcome", f"{quoted(name)} is no outcome of a decision", at, hint)
    missing = [outcome for outcome in OUTCOMES if outcome not in named]
    if named and missing:
        message = f"the branch misses {' and '.join(quoted(name) for name in missing)}"
        written.mistakes.add("missing-case", message, written.at("cases"), "name all three outcomes")
    found = [(key.location, name, node) for key, node in pairs if (name := str(key.value)) in OUTCOMES]
    return tuple(
        Case(case, next=written.target_at(node, f"case {number}") or "")
        for number, (at, name, node) in enumerate(found, 1)
        if (case := read_when(_is(name, at), written.names, written.mistakes)) is not None
    )


def _is(outcome: str, at: Location) -> Node:
    """The condition that an outcome stands for."""
    decision = Entries(((Scalar("var", at), Scalar(DECISION, at)),), at)
    return Entries(((Scalar("==", at), Items((decision, Scalar(outcome, at)), at)),), at)


def _by_condition(written: Written) -> tuple[Case, ...]:
    node = written.node.get("cases")
    if node is None:
        return ()
    if not isinstance(node, Items) or not 1 <= len(node.members) <= MOST_CASES:
        hint = "or write `on: decision`" if isinstance(node, Entries) else ""
        message = f"`cases` is a list of 1 to {MOST_CASES} conditions, each with `when` and `next`"
        written.mistakes.add("wrong-type", message, node.location, hint)
        return ()
    found = (_case(written, member, f"case {number}") for number, member in enumerate(node.members, 1))
    return tuple(case for case in found if case is not None)


def _case(written: Written, node: Node, edge: str) -> Case | None:
    if not isinstance(node, Entries):
        written.mistakes.add("wrong-type", "a case is a mapping: `{when: …, next: …}`", node.location)
        return None
    for key, _ in node.pairs:
        if key.value not in {"when", "next"}:
            hint = "a case leads to a step with `next`" if key.value in _ELSEWHERE else ""
            hint = hint or did_you_mean(str(key.value), ("when", "next"))
            written.mistakes.add("unknown-key", f"a case has no key {quoted(key.value)}", key.location, hint)
    for name in ("when", "next"):
        if node.get(name) is None:
            written.mistakes.add("missing-key", f"a case needs {quoted(name)}", node.location)
    when, target = node.get("when"), written.target_at(node.get("next"), edge)
    condition = read_when(when, written.names, written.mistakes) if when else None
    return Case(condition, next=target) if condition and target else None


def _split(written: Written) -> Split:
    pairs = written.pairs("parts", "a mapping of names to parts: `{champion: {percent: 90, next: …}, …}`")
    before = len(written.mistakes.found)
    if len(pairs) == 1:
        written.mistakes.add("wrong-type", "a split has at least two parts", written.at("parts"))
    parts = tuple(part for key, node in pairs if (part := _part(written, key, node)) is not None)
    total = fsum(part.percent for part in parts)
    if parts and len(written.mistakes.found) == before and not isclose(total, 100, abs_tol=1e-9):
        message = f"the parts add up to {total:g} percent, not to 100"
        written.mistakes.add("bad-percent", message, written.at("parts"))
    return Split(written.id, parts=parts, salt=written.text("salt") or f"{written.workflow}/{written.id}")


def _part(written: Written, key: Scalar, node: Node) -> Part | None:
    name, percent = str(key.value), node.get("percent") if isinstance(node, Entries) else None
    if not re.fullmatch(NAME, name):
        written.mistakes.add("bad-name", f"{quoted(name)} is no name of a part", key.location, HOW_NAMES_ARE)
    if not isinstance(node, Entries) or percent is None or node.get("next") is None:
        at = node.location
        written.mistakes.add("wrong-type", f"part {quoted(name)} is a mapping: `{{percent: 10, next: …}}`", at)
        return None
    for inner, _ in node.pairs:
        if inner.value not in {"percent", "next"}:
            hint = did_you_mean(str(inner.value), ("percent", "next"))
            written.mistakes.add("unknown-key", f"a part has no key {quoted(inner.value)}", inner.location, hint)
    target = written.target_at(node.get("next"), name)
    share = percent.value if isinstance(percent, Scalar) else None
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 100:
        message = f"`percent` of {quoted(name)} is a number from 0 to 100"
        written.mistakes.add("bad-percent", message, percent.location)
        return None
    if share == 0:
        hint = "remove it, or leave it as a switch"
        written.mistakes.add("empty-part", f"nobody takes part {quoted(name)}", percent.location, hint, "warning")
    if abs(share * 100 - round(share * 100)) > 1e-9:
        message = f"`percent` of {quoted(name)} has at most two digits after the point"
        written.mistakes.add("bad-percent", message, percent.location)
    return Part(name, float(share), target) if target else None


def _end(written: Written) -> End:
    found = written.choice("at_least", OUTCOMES, "outcome")
    least: Outcome | None = next((outcome for outcome in OUTCOMES if outcome == found), None)
    if least == "accept":
        message, hint = "`at_least: accept` changes nothing: every decision is at least that", "remove it"
        written.mistakes.add("no-effect", message, written.at("at_least"), hint, "warning")
    return End(written.id, at_least=least)


_CASE: Schema = closed({"when": ref("when"), "next": TARGET}, ["when", "next"])
_OUTCOMES: Schema = closed(dict.fromkeys(OUTCOMES, TARGET), list(OUTCOMES))
_PART: Schema = closed({"percent": {**NUMBER, "minimum": 0, "maximum": 100}, "next": TARGET}, ["percent", "next"])
BRANCH = Form(
    {
        "on": told({"enum": list(ON)}, "With `decision` the cases are its outcomes."),
        "cases": {"anyOf": [listed(_CASE, 1, MOST_CASES), _OUTCOMES]},
        "otherwise": told(TARGET, "Where it goes when no case is true."),
        "on_unknown": told(TARGET, "Where it goes when a case is unknown; to a review unless given."),
    },
    ("cases",),
    _branch,
)
SPLIT = Form(
    {
        "parts": told(
            {
                "type": "object",
                "minProperties": 2,
                "propertyNames": {"pattern": f"^{NAME}$"},
                "additionalProperties": _PART,
            },
            "Parts by name; their percents add up to 100.",
        ),
        "salt": told(TEXT, "Whoever shares it shares the drawing: the workflow's name and the step's unless given."),
    },
    ("parts",),
    _split,
)
END = Form({"at_least": told(ref("outcome"), "The decision is at least this severe.")}, (), _end)
