"""The shapes of answers, for the schema only: answers are not checked against them on their way out, tests do that."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Stamp = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
UuidText = Annotated[str, Field(json_schema_extra={"format": "uuid"})]
Decision = Literal["ACCEPT", "REVIEW", "REJECT"]
Inner = Literal["accept", "review", "reject"]
CaseStatus = Literal["OPEN", "ON_HOLD", "CLOSED"]
Scalar = float | int | bool | str | None


class Shape(BaseModel):
    """Every field is there, and no other."""

    model_config = ConfigDict(extra="forbid")


class InnerDecision(Shape):
    """A decision and the strategy that made it."""

    strategy: str
    value: Inner


class DigitalIntelligence(Shape):
    """What the policy on device and behaviour said."""

    decision: InnerDecision
    reasonCodes: list[str]  # noqa: N815 - the contract's spelling


class SelfieSignals(Shape):
    """Signals for a person to read."""

    predictedAge: int | None  # noqa: N815


class Signals(Shape):
    """Signals by their source."""

    selfie: SelfieSignals


class SelfieIntelligence(Shape):
    """The machine's decision; what a person says does not change it."""

    decision: InnerDecision
    reasonCodes: list[str]  # noqa: N815
    digitalIntelligence: DigitalIntelligence | None = None  # noqa: N815 - left out where no policy is on it
    signals: Signals


class Enrichment(Shape):
    """One step that asked or told somebody something."""

    enrichment_name: str
    enrichment_provider: str
    enrichment_endpoint: str
    status_code: int | None
    request: dict[str, Any]
    response: dict[str, Any]
    is_source_cache: bool
    total_attempts: int
    error: str | None


class EvaluationAnswer(Shape):
    """One evaluation. While it is paused its decision must not be routed on."""

    id: str
    eval_id: UuidText
    workflow: str
    workflow_id: UuidText
    workflow_version: str
    eval_source: Literal["API"]
    eval_status: Literal["evaluation_in_progress", "evaluation_paused", "evaluation_completed"]
    decision: Decision
    decision_at: Stamp | None
    score: float | int | None
    status: CaseStatus
    sub_status: str | None
    eval_start_time: Stamp
    eval_end_time: Stamp | None
    tags: list[str]
    notes: str
    review_queues: list[str]
    computed: dict[str, Scalar]
    environment_name: Literal["Sandbox", "Production"]
    data_enrichments: list[Enrichment]
    selfieIntelligence: SelfieIntelligence | None  # noqa: N815


TAGGED: dict[str, Any] = {
    "model": EvaluationAnswer,
    "headers": {"ETag": {"description": "What `If-Match` of a change names.", "schema": {"type": "string"}}},
}
"""An answer that tells its version."""


class EvaluationPage(Shape):
    """A part of the list."""

    items: list[EvaluationAnswer]
    next_cursor: str | None


class CaseEventAnswer(Shape):
    """One entry of a case's history: who changed what when, from what to what."""

    number: int
    at: Stamp
    by: str
    changed: dict[str, Annotated[list[Scalar], Field(min_length=2, max_length=2)]]


class HistoryPage(Shape):
    """A part of a case's history, the oldest entry first."""

    items: list[CaseEventAnswer]
    next_cursor: str | None


class LabelAnswer(Shape):
    """What turned out to be true of an evaluation."""

    label_id: UuidText
    id: str
    workflow: str
    eval_id: UuidText
    fraud_label: str
    meaning: Literal["good", "bad", "open"]
    timestamp: Stamp
    by: str
    source: str | None
    note: str | None


class LabelPage(Shape):
    """A part of the labels, the newest first."""

    items: list[LabelAnswer]
    next_cursor: str | None


class ImportAnswer(Shape):
    """What became of a file: lines that say what is known already change nothing."""

    imported: int
    unchanged: int


class TraceAnswer(BaseModel):
    """Why an evaluation ended as it did."""

    model_config = ConfigDict(extra="allow")

    eval_id: UuidText
    features: dict[str, Any]
    failures: list[dict[str, str]]
    models: dict[str, str]
    policies: list[dict[str, Any]]


class Standing(BaseModel):
    """Where a capture session stands: what every answer to the person's page begins with."""

    model_config = ConfigDict(extra="allow")

    state: Literal["created", "opened", "consented", "captured", "submitted", "expired", "declined", "failed"]
    expires_at: Stamp
    bound: bool
    again: Literal[True] | None = Field(default=None, description="There where one selfie was not enough.")
