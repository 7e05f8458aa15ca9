"""The JSON Schema of a policy file, for editors: it completes names, shows what they mean, and marks a wrong shape.

It takes everything that `selfie policy check` takes, and refuses most of what is wrong by its shape alone. Types,
ranges and the unknown law are for the check.
"""

from __future__ import annotations

from typing import Any

from engine.features import Catalogue
from engine.policy.reasons import Reasons
from engine.policy.schema.conditions import conditions
from engine.policy.schema.policies import policy
from engine.policy.schema.words import words

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def policy_schema(catalogue: Catalogue, reasons: Reasons) -> dict[str, Any]:
    """The schema, with these features and reason codes as what may be named."""
    definitions = {**words(catalogue, reasons), **conditions()}
    return {"$schema": DIALECT, "title": "Policy of Selfie Intelligence", **policy(), "$defs": definitions}
