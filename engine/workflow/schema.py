"""The JSON Schema of a workflow file, for editors: it completes names, shows what they mean, and marks a wrong shape.

It takes everything that `selfie workflow check` takes. What steps mean together, and the types of conditions, are for
the check.
"""

from __future__ import annotations

from typing import Any

from engine.features import Catalogue
from engine.policy.reasons import Reasons
from engine.policy.schema import DIALECT
from engine.policy.schema.conditions import conditions
from engine.policy.schema.forms import TEXT, Schema, closed, listed, told
from engine.policy.schema.words import words
from engine.workflow.head import MOST_HOURS, NAME
from engine.workflow.reading.forms import FORMS
from engine.workflow.reading.forms.form import Form
from engine.workflow.reading.forms.shapes import TARGET
from engine.workflow.reading.steps import MOST_STEPS
from engine.workflow.words import CHALLENGES, KINDS


def workflow_schema(catalogue: Catalogue) -> dict[str, Any]:
    """The schema, with these features as what conditions and answers may name."""
    definitions = {**words(catalogue, Reasons(())), **conditions()}
    needed = {name: definitions[name] for name in ("feature", "outcome", "name", "condition", "when", "body")}
    return {"$schema": DIALECT, "title": "Workflow of Selfie Intelligence", **_workflow(), "$defs": needed}


def _workflow() -> Schema:
    flag: Schema = {"type": "boolean"}
    keys = {
        "workflow": told({"type": "string", "pattern": f"^{NAME}$"}, "The workflow's name."),
        "title": told({"type": "string", "minLength": 1}, "What people call it."),
        "evidence": told({"enum": list(KINDS)}, "What it decides on."),
        "strategy": told(TEXT, "The strategy unless the caller names one; `standard` unless given."),
        "accepts_features": told(flag, "Whether the caller may send signals of its own."),
        "challenge": told(
            {"type": "object", "additionalProperties": {"enum": list(CHALLENGES)}},
            "What each strategy asks of the person in front of the camera.",
        ),
        "keep_frames": told(
            {"type": "integer", "minimum": 0, "maximum": MOST_HOURS}, "Hours for which frames are kept."
        ),
        "device_binding": told(flag, "Whether the person is offered a passkey."),
        "providers": told(listed(TEXT), "Signal providers, where there are no `steps`."),
        "policies": told(listed(TEXT, 1), "Policies, where there are no `steps`."),
        "steps": told(listed(_step(), 1, MOST_STEPS), "What is done, one after the other; the first is the start."),
    }
    plain = {"required": ["providers", "policies"], "not": {"required": ["steps"]}}
    return closed(keys, ["workflow", "title", "evidence"], anyOf=[{"required": ["steps"]}, plain])


def _step() -> Schema:
    """One of the forms, told apart by `step`, so that an editor tells what is wrong in the one that is meant."""
    return {
        "type": "object",
        "required": ["id", "step"],
        "properties": {"id": TARGET, "step": {"enum": list(FORMS)}},
        "allOf": [
            {"if": {"properties": {"step": {"const": word}}, "required": ["step"]}, "then": _form(form)}
            for word, form in FORMS.items()
        ],
    }


def _form(form: Form) -> Schema:
    return closed({"id": TARGET, "step": {"type": "string"}, **form.keys}, list(form.required))
