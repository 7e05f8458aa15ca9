"""A policy over a whole table: one query of the engine that holds it, then decisions with reasons, batch by batch."""

from __future__ import annotations

from engine.policy.batch.plan import Plan
from engine.policy.batch.run import Batch, decide_table
from engine.policy.batch.values import BadTable

__all__ = ["BadTable", "Batch", "Plan", "decide_table"]
