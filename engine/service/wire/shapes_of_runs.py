"""The shapes of what is told of runs: what waits, which ways were taken, what candidates would have said."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from engine.service.wire.shapes import Inner, Shape, Stamp, UuidText


class WaitingItem(Shape):
    """One evaluation that waits."""

    eval_id: UuidText
    id: str
    workflow: str
    step: str
    for_: Literal["capture", "outside", "time"] = Field(alias="for")
    since: Stamp
    until: Stamp


class WaitingPage(Shape):
    """A part of what waits; the one that goes on first is first."""

    items: list[WaitingItem]
    next_cursor: str | None


class EdgeCount(Shape):
    """How often a step was left by an edge."""

    step: str
    edge: str
    n: int


class Counts(Shape):
    """The edges of one version of a workflow, and how many evaluations of the time went by others."""

    workflow_version: str
    in_use_since: Stamp | None
    others: int
    items: list[EdgeCount]


class CandidateReport(Shape):
    """A candidate beside the live decisions. `table` is live decision to the candidate's to how often.

    `strategy` is null where several are counted together, or nobody knows under which it failed.
    """

    candidate: str
    strategy: str | None
    workflows: list[str]
    n: int
    agreements: int
    failed: int
    undecided: int
    first_at: Stamp | None
    last_at: Stamp | None
    table: dict[Inner, dict[Inner, int]]


class CandidateReports(Shape):
    """Every candidate under each of its strategies, the one that was asked last first."""

    items: list[CandidateReport]
