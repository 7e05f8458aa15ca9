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
from engine.workflow.conditions import OF_THE_RUN
from engine.workflow.head import ALWAYS, MOST_HOURS, NAME, PLAIN
from engine.workflow.reading.forms import FORMS
from engine.workflow.reading.forms.form import Form
from engine.workflow.reading.forms.shapes import TARGET
from engine.workflow.reading.steps import MOST_STEPS
from engine.workflow.words import CHALLENGES, KINDS


def workflow_schema(catalogue: Catalogue) -> dict[str, Any]:
    """The schema, with these features as what conditions and answers may name."""
    found = words(catalogue, Reasons(()))
    read = {**found["feature"], "oneOf": [*found["feature"]["oneOf"], *_of_the_run()]}
    needed = {"given": found["feature"], "feature": read, "outcome": found["outcome"], **conditions()}
    return {"$schema": DIALECT, "title": "Workflow of Selfie Intelligence", **_workflow(), "$defs": needed}


def _of_the_run() -> list[Schema]:
    """What conditions may read besides features."""
    named: list[Schema] = [{"const": one.name, "title": one.title, "description": one.meaning} for one in OF_THE_RUN]
    return [*named, {"type": "string", "pattern": r"^computed\.", "description": "What a `set` step computed."}]


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
    plain = {"required": list(PLAIN), "not": {"required": ["steps"]}}
    steps = {"required": ["steps"], "not": {"anyOf": [{"required": [name]} for name in PLAIN]}}
    return closed(keys, list(ALWAYS), anyOf=[steps, plain])


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
