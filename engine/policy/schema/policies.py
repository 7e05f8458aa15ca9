"""A policy, section by section."""

from __future__ import annotations

from typing import get_args

from engine.policy.include.merge import REPLACES
from engine.policy.include.resolve import INCLUDE, RULESET
from engine.policy.lists import KINDS
from engine.policy.schema.forms import NUMBER, TEXT, VALUE, Schema, closed, listed, named, ref, told
from engine.policy.strategies import INHERITS, RULES
from engine.policy.tables.model import Hit

_NAME = "^[a-z][a-z0-9_]{0,63}$"
_ID: Schema = {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"}
_LONG: Schema = {"type": "string", "minLength": 1}
_REPLACES = {REPLACES: told({"const": True}, "This one stands in place of one that is included.")}
_DAY: Schema = {"type": "string"}
_SAYS_SOMETHING = {"anyOf": [{"required": ["then"]}, {"required": ["reason"]}]}
_OUTCOME_WITH_REASON = {"then": ["reason"], "on_unknown": ["then"]}


def policy() -> Schema:
    """The mapping that a file is: a policy, or a rule set that policies include."""
    decides = [{"required": [key]} for key in ("rules", "tables", "scorecards", INCLUDE)]
    return closed(
        {
            "policy": told({"type": "string", "pattern": _NAME}, "The policy's name."),
            RULESET: told(TEXT, "The name of a rule set, in place of `policy`."),
            INCLUDE: told(listed(TEXT, 1), "Rule sets in the policy's folder or below it: `common/faces.yaml`."),
            "title": told(TEXT, "What people call it."),
            "parameters": told(named(_parameter()), "Values that strategies set."),
            "strategies": told(named(_strategy()), "Named settings of the parameters."),
            "requires": told(listed(ref("feature")), "Features without which no rule is asked."),
            "unknown": told(ref("cautious"), "What holds where a rule cannot be decided."),
            "otherwise": told(ref("outcome"), "What holds where no rule with an outcome fires."),
            "lists": told(listed(_list()), "Values that are denied, or that conditions ask for."),
            "scorecards": told(named(_scorecard(), _NAME), "Points that add up to a total, and bands of it."),
            "tables": told(named(_table(), _NAME), "Decision tables."),
            "rules": told(listed(_rule(), 1), "Conditions with what follows."),
            "guarantees": told(listed(_guarantee()), "Sentences that are to be proved for every record."),
        },
        oneOf=[{"required": ["policy"], "anyOf": decides}, {"required": [RULESET]}],
    )


def _parameter() -> Schema:
    parameter = closed(
        {
            "title": TEXT,
            "unit": TEXT,
            "range": told(listed(NUMBER, 2, 2), "The lowest and the highest value."),
            "value": told(VALUE, "What holds where a strategy says nothing."),
            "pack": told(TEXT, "The pack that gives the value by market, product and day."),
            **_REPLACES,
        }
    )
    return {**parameter, "not": {"required": ["value", "pack"]}}


def _strategy() -> Schema:
    return {
        "type": ["object", "null"],
        "properties": {
            INHERITS: told(TEXT, "The strategy whose values hold where this one says nothing."),
            RULES: closed({"without": told(listed(TEXT), "Ids of rules that are not asked.")}, ["without"]),
        },
        "additionalProperties": VALUE,
    }


def _effect(identity: Schema) -> dict[str, Schema]:
    return {
        "id": identity,
        "title": TEXT,
        "then": told(ref("outcome"), "What follows; without it the rule informs."),
        "reason": ref("reason"),
        "on_unknown": ref("on_unknown"),
    }


def _rule() -> Schema:
    keys = {**_effect(TEXT), "when": ref("when"), **_REPLACES}
    return closed(keys, ["id", "when"], dependentRequired=_OUTCOME_WITH_REASON, **_SAYS_SOMETHING)


def _table() -> Schema:
    cell = {"anyOf": [VALUE, listed(VALUE, 1)]}
    row = closed({**_effect(_ID), "when": listed(cell, 1)}, ["when", "reason"])
    return closed(
        {
            "title": TEXT,
            "hit": told({"enum": list(get_args(Hit))}, "Which of the rows that match count."),
            "inputs": told(listed(TEXT, 1), "Features or totals, one a column."),
            "rows": listed(row, 1),
            "on_unknown": ref("on_unknown"),
            **_REPLACES,
        },
        ["hit", "inputs", "rows"],
    )


def _scorecard() -> Schema:
    whole = {"type": "integer"}
    points = {"id": _ID, "title": TEXT, "when": ref("when"), "reason": ref("reason")}
    points["points"] = {"anyOf": [{**whole, "minimum": -100, "maximum": 100}, closed({"param": TEXT}, ["param"])]}
    band = closed(
        {**_effect(_ID), "from": told(whole, "The lowest total."), "below": told(whole, "The total above all.")},
        ["reason"],
        anyOf=[{"required": ["from"]}, {"required": ["below"]}],
    )
    return closed(
        {
            "title": TEXT,
            "start": told(whole, "The total before any points."),
            "points": listed(closed(points, ["when", "points"]), 1),
            "bands": listed(band, 1),
            "on_unknown": ref("on_unknown"),
            "answer": told({"type": "boolean"}, "Whether the total is the decision's score."),
            **_REPLACES,
        },
        ["points"],
    )


def _list() -> Schema:
    effect = {
        key: schema for key, schema in _effect(TEXT).items() if key in {"then", "reason", "on_unknown"}
    } | _REPLACES
    entry = closed(
        {"value": VALUE, "why": _LONG, "added": _DAY, "expires": _DAY, "by": _LONG}, ["value", "why", "added", "by"]
    )
    own = {
        "id": {"type": "string", "pattern": _NAME},
        "title": _LONG,
        "kind": {"enum": list(KINDS)},
        "feature": ref("feature"),
        "owner": _LONG,
        "why": _LONG,
        "entries": listed(entry),
    }
    in_a_file = closed({"list": {"type": "string", "pattern": _NAME}, **effect}, ["list"])
    return {"anyOf": [in_a_file, closed({**own, **effect}, ["id", "kind", "feature", "owner", "why", "entries"])]}


def _guarantee() -> Schema:
    outcomes = {"anyOf": [ref("outcome"), listed(ref("outcome"), 1, 2)]}
    promise = [{"required": ["never"]}, {"required": ["always"]}]
    keys = {"id": TEXT, "title": TEXT, "given": ref("when"), "never": outcomes, "always": outcomes}
    keys |= _REPLACES
    return closed(keys, ["id", "given"], oneOf=promise)
