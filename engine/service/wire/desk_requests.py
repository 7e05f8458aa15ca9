"""What people at the desk send: answers to cases, and what turned out to be true."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from engine.service.wire.requests import PRINTABLE, Id, Name, Note, OrLeftOut, Strict, Time

Word = Annotated[str, Field(min_length=1, max_length=64, pattern=PRINTABLE)]
Notes = Annotated[str, Field(max_length=10_000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$")]
"""With line breaks and tabs; of other control characters one cannot be stored everywhere, and none is meant."""
EvalId = Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]

FraudLabel = Literal[
    "fraud",
    "first_party_fraud",
    "third_party_fraud",
    "synthetic_identity",
    "identity_theft",
    "account_takeover",
    "impersonation",
    "presentation_attack",
    "injection_attack",
    "deepfake",
    "money_mule",
    "scam",
    "under_age",
    "legitimate",
    "genuine",
    "good",
    "not_fraud",
    "of_age",
    "suspected_fraud",
    "unknown",
]
"""What can turn out to be true."""
FRAUD_LABELS: tuple[FraudLabel, ...] = get_args(FraudLabel)
GOOD = frozenset({"legitimate", "genuine", "good", "not_fraud", "of_age"})
OPEN = frozenset({"suspected_fraud", "unknown"})
CONFIRMING = frozenset(FRAUD_LABELS) - GOOD - OPEN
"""Labels that say that the person should not have passed."""


def normalised(word: Any) -> Any:
    """A label as it is listed, from `Third-Party Fraud` and the like."""
    return re.sub(r"[\s-]+", "_", word.strip().lower()) if isinstance(word, str) else word


class StateRequest(Strict):
    """`PUT /api/evaluation/{eval_id}/state`: what is not named stays as it is."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 2})

    workflow: Annotated[Name, Field(description="The evaluation's own: a guard against a wrong `eval_id`.")]
    decision: OrLeftOut[Literal["ACCEPT", "REVIEW", "REJECT"]] = None
    status: Annotated[
        OrLeftOut[Literal["OPEN", "ON_HOLD", "CLOSED"]],
        Field(description="Without it a decision closes the case, and `REVIEW` opens it again."),
    ] = None
    sub_status: Word | None = None
    notes: OrLeftOut[Notes] = None
    queue: Word | None = None
    review_queues: Annotated[
        OrLeftOut[Annotated[list[Word], Field(max_length=1)]],
        Field(description="`queue` as answers spell it; one of both."),
    ] = None

    @model_validator(mode="after")
    def _changes_something(self) -> StateRequest:
        if {"queue", "review_queues"} <= self.model_fields_set:
            raise ValueError("queue and review_queues say the same; give one of them")
        if not self.model_fields_set - {"workflow"}:
            raise ValueError("one of decision, status, sub_status, notes, queue and review_queues is needed")
        if any(getattr(self, name) is None for name in self.model_fields_set - {"sub_status", "queue"}):
            raise ValueError("only sub_status and queue can be null; leave out what stays")
        return self


class FeedbackRequest(Strict):
    """`PUT /api/feedback`."""

    id: Id
    workflow: Name
    fraud_label: Annotated[FraudLabel, BeforeValidator(normalised)]
    timestamp: Annotated[Time | None, Field(description="Since when it is known; now, unless given.")] = None
    eval_id: Annotated[EvalId | None, Field(description="Without it the newest evaluation of `id`.")] = None
    source: Word | None = None
    note: Note | None = None

    @property
    def told(self) -> dict[str, str]:
        """What was said beside the label."""
        given = {"source": self.source, "note": self.note}
        return {name: value for name, value in given.items() if value is not None}


def is_too_late(at: datetime, now: datetime, seconds: float = 300) -> bool:
    """Whether a time lies in the future, by more than clocks may differ."""
    return (at - now).total_seconds() > seconds
