"""`split`: the same person always takes the same part."""

from __future__ import annotations

import hashlib
import json

from engine.workflow.came import Came
from engine.workflow.state import Run
from engine.workflow.steps import Split
from engine.workflow.walking.left import Left
from engine.workflow.walking.walk import Walk

BUCKETS = 10_000
"""A part is as fine as a hundredth of a percent."""


def split(walk: Walk, run: Run, step: Split, came: Came | None) -> Left:  # noqa: ARG001 - as every step
    """The part in whose range of buckets the person is; ranges lie in the file's order, one after the other.

    So a percent that goes from a part to its neighbour moves that share of the people and nobody else.
    """
    bucket = bucket_of(step.salt, walk.environment, walk.customer)
    percent = 0.0
    for part in step.parts:
        percent += part.percent
        if bucket < round(percent * BUCKETS / 100):
            return Left(part.name, part.next)
    raise ValueError("parts that do not add up")


def bucket_of(salt: str, environment: str, customer: str) -> int:
    """0..9999, even over customers. As a JSON list no two triples are written alike."""
    written = json.dumps([salt, environment, customer]).encode()
    return int.from_bytes(hashlib.sha256(written).digest()[:8]) % BUCKETS
