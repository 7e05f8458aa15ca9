"""The shapes of what there is: workflows, features, reason codes, model cards, policies and their versions."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import ConfigDict, Field

from engine.service.wire.shapes import Scalar, Shape, Stamp

Evidence = Literal["capture", "still", "features"]


class WorkflowItem(Shape):
    """A workflow as its file says it."""

    workflow: str
    title: str
    evidence: Evidence
    providers: list[str]
    policies: list[str]
    strategy: str
    accepts_features: bool
    version: str


class WorkflowItems(Shape):
    """Every workflow."""

    items: list[WorkflowItem]


class Node(Shape):
    """One step of a drawn workflow."""

    id: str
    step: str
    title: str


class Edge(Shape):
    """One way from a step to another."""

    from_: str = Field(alias="from")
    edge: str
    title: str
    to: str | None = Field(description="Null: to the end.")


class Graph(Shape):
    """A workflow as a graph."""

    nodes: list[Node]
    edges: list[Edge]


class WorkflowAnswer(WorkflowItem):
    """A workflow with its text and its drawing."""

    text: str
    graph: Graph
    svg: str


class FeatureItem(Shape):
    """One feature of the catalogue."""

    name: str
    type: str
    of: str | None
    title: str
    meaning: str
    unit: str | None
    low: float | None
    high: float | None
    values: list[Scalar]
    provider: str | None


class FeatureItems(Shape):
    """The feature catalogue."""

    items: list[FeatureItem]


class ReasonItem(Shape):
    """One reason code."""

    code: str
    title: str
    family: str
    description: str
    person: str | None
    features: list[str]


class ReasonItems(Shape):
    """Every reason code."""

    items: list[ReasonItem]


class ModelItem(Shape):
    """A signal that has a card."""

    model: str
    title: str


class ModelItems(Shape):
    """The signals that have a card."""

    items: list[ModelItem]


class CardAnswer(Shape):
    """A card as it was written, with its plots as SVG."""

    name: str
    title: str
    markdown: str
    pictures: dict[str, str]


class PolicyItem(Shape):
    """A policy with its live version."""

    policy: str
    title: str
    live_version: int | None
    versions: int
    sha256: str
    at: Stamp
    by: str
    strategies: list[str]


class PolicyItems(Shape):
    """Every policy."""

    items: list[PolicyItem]


class VersionItem(Shape):
    """One version of a policy."""

    version: int
    sha256: str
    at: Stamp
    by: str
    live: bool
    note: str


class PolicyAnswer(Shape):
    """A policy with all its versions, the newest first."""

    policy: str
    live_version: int | None
    versions: list[VersionItem]


class SavedVersion(VersionItem):
    """A version that was saved."""

    policy: str


class VersionAnswer(SavedVersion):
    """A version with its text."""

    text: str


class DiagnosticItem(Shape):
    """A mistake in a text, with its place."""

    code: str
    severity: Literal["error", "warning"]
    message: str
    hint: str | None
    source: str
    line: int
    column: int
    end_column: int


class CheckAnswer(Shape):
    """Every mistake in a text; without errors also what it has and reads."""

    diagnostics: list[DiagnosticItem]
    strategies: list[str]
    reads: list[str]


class TryAnswer(Shape):
    """One entry of a trace."""

    model_config = ConfigDict(extra="allow")

    decision: dict[str, Any]
    rules: list[dict[str, Any]]
    features: dict[str, Any]
    failures: list[dict[str, str]]
