"""The few forms that the schema is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.policy.parts import MAX_NAME

Schema = dict[str, Any]

TEXT: Schema = {"type": "string", "minLength": 1, "maxLength": MAX_NAME}
NUMBER: Schema = {"type": "number"}
VALUE: Schema = {"type": ["string", "number", "boolean"]}
SCALAR: Schema = {"type": ["string", "number", "boolean", "null"]}


def ref(name: str) -> Schema:
    """What stands under `$defs`."""
    return {"$ref": f"#/$defs/{name}"}


def closed(properties: Mapping[str, Schema], required: Sequence[str] = (), **more: Any) -> Schema:
    """A mapping with these keys and no other."""
    needs = {"required": list(required)} if required else {}
    return {"type": "object", "properties": dict(properties), "additionalProperties": False, **needs, **more}


def named(member: Schema, pattern: str = "") -> Schema:
    """A mapping of names to members."""
    names = {"propertyNames": {"pattern": pattern}} if pattern else {"propertyNames": TEXT}
    return {"type": "object", "additionalProperties": member, **names}


def listed(member: Schema, low: int = 0, high: int | None = None) -> Schema:
    """A list of members."""
    bounds = {"minItems": low} if low else {}
    return {"type": "array", "items": member, **bounds, **({"maxItems": high} if high is not None else {})}


def told(schema: Schema, description: str) -> Schema:
    """The same with what an editor shows of it."""
    return {**schema, "description": description}
