"""Every table. What happened is only ever inserted: an evaluation and its outcome are two rows, so that the primary key
of the second one makes sure that an evaluation ends once."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

from engine.store.types import Json, UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

api_key = Table(
    "api_key",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("name", String(128), nullable=False),
    Column("environment", String(16), nullable=False),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("edits_policies", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
)

policy_version = Table(
    "policy_version",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("sha256", String(64), nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(128), nullable=False),
    Column("note", String(1024), nullable=False, default=""),
    Column("seeded", Boolean, nullable=False),
)

workflow_text = Table(
    "workflow_text",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("name", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

pack_text = Table(
    "pack_text",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("name", String(64), nullable=False),
    Column("text", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

evaluation = Table(
    "evaluation",
    metadata,
    Column("eval_id", String(36), primary_key=True),
    Column("environment", String(16), nullable=False),
    Column("customer_id", String(256), nullable=False),
    Column("workflow", String(64), nullable=False),
    Column("workflow_sha256", String(64), nullable=False),
    Column("strategy", String(64), nullable=False),
    Column("evidence_kind", String(16), nullable=False),
    Column("context", Json, nullable=False),
    Column("requested_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("erased_at", UtcDateTime),
    Index("ix_evaluation_listed", "environment", "started_at", "eval_id"),
    Index("ix_evaluation_of", "environment", "customer_id", "workflow", "started_at"),
)

outcome = Table(
    "outcome",
    metadata,
    Column("eval_id", ForeignKey("evaluation.eval_id"), primary_key=True),
    Column("decided_at", UtcDateTime, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("sub_status", String(32)),
    Column("features", Json, nullable=False),
    Column("given", Json, nullable=False),
    Column("failures", Json, nullable=False),
    Column("models", Json, nullable=False),
    Column("policies", Json, nullable=False),
    Column("evidence_digest", String(64)),
    Column("device", String(64)),
    Column("route", Json),  # of a workflow with steps of its own: see engine/workflow/state.py
)

run = Table(
    "run",
    metadata,
    Column("eval_id", ForeignKey("evaluation.eval_id"), primary_key=True),
    Column("version", Integer, nullable=False),  # of two that move a run at once, one finds another version
    Column("state", Json, nullable=False),
    Column("waits_for", String(16)),  # None: over
    Column("step", String(64)),
    Column("since", UtcDateTime),
    Column("until", UtcDateTime),
    Column("updated_at", UtcDateTime, nullable=False),
    Index("ix_run_due", "waits_for", "until"),
)

way = Table(
    "way",
    metadata,
    Column("eval_id", ForeignKey("evaluation.eval_id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("workflow_sha256", String(64), nullable=False),
    Column("step", String(64), nullable=False),
    Column("edge", String(64), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_way_counted", "workflow_sha256", "step", "edge"),
)

shadow = Table(
    "shadow",
    metadata,
    Column("eval_id", ForeignKey("evaluation.eval_id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("step", String(64), nullable=False),
    Column("candidate", String(128), nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("live", String(16)),  # what stood when the candidate was asked; None before a policy
    Column("policies", Json, nullable=False),
    Column("failure", String(256)),
    Column("at", UtcDateTime, nullable=False),
    Index("ix_shadow_candidate", "candidate", "at"),
)

case_state = Table(
    "case_state",
    metadata,
    Column("eval_id", ForeignKey("evaluation.eval_id"), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("status", String(16), nullable=False),
    Column("sub_status", String(64)),
    Column("decision", String(16)),  # a person's; the outcome itself stays
    Column("notes", Text, nullable=False),
    Column("queue", String(64)),
    Column("priority", Integer),
    Column("due_at", UtcDateTime),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("by", String(128), nullable=False),
    Index("ix_case_state_queue", "queue", "status", "priority", "due_at"),
)

case_event = Table(
    "case_event",
    metadata,
    Column("eval_id", ForeignKey("evaluation.eval_id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(128), nullable=False),
    Column("changed", Json, nullable=False),  # name to [before, after]
)

label = Table(
    "label",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("environment", String(16), nullable=False),
    Column("customer_id", String(256), nullable=False),
    Column("workflow", String(64), nullable=False),
    Column("eval_id", ForeignKey("evaluation.eval_id")),
    Column("fraud_label", String(32), nullable=False),
    Column("told", Json, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String(128), nullable=False),
    Index("ix_label_of", "environment", "customer_id", "workflow", "at"),
    Index("ix_label_newest", "eval_id", "at"),
    Index("ix_label_listed", "environment", "at", "id"),
)

webhook_endpoint = Table(
    "webhook_endpoint",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("environment", String(16), nullable=False),
    Column("url", String(2048), nullable=False),
    Column("events", Json, nullable=False),  # types; empty: all
    Column("secrets", LargeBinary, nullable=False),  # sealed; several while one is rotated
    Column("description", String(256), nullable=False, default=""),
    Column("created_at", UtcDateTime, nullable=False),
    Column("disabled_at", UtcDateTime),
)

webhook_event = Table(
    "webhook_event",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("event_id", String(36), nullable=False, unique=True),
    Column("environment", String(16), nullable=False),
    Column("eval_id", ForeignKey("evaluation.eval_id"), nullable=False),
    Column("event_type", String(64), nullable=False),
    Column("event_at", UtcDateTime, nullable=False),
    Column("body", Text, nullable=False),  # the very bytes that are sent and signed
    Index("ix_webhook_event_pruned", "event_at"),
)

delivery = Table(
    "delivery",
    metadata,
    Column("event_id", ForeignKey("webhook_event.event_id"), primary_key=True),
    Column("endpoint_id", ForeignKey("webhook_endpoint.id"), primary_key=True),
    Column("eval_id", String(36), nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("state", String(16), nullable=False),  # waiting, delivered, dead
    Column("attempts", Integer, nullable=False),
    Column("next_at", UtcDateTime, nullable=False),
    Column("leased_by", String(64)),
    Column("leased_until", UtcDateTime),
    Column("status_code", Integer),
    Column("error", String(256)),
    Column("delivered_at", UtcDateTime),
    Index("ix_delivery_due", "state", "next_at"),
    Index("ix_delivery_next", "endpoint_id", "state", "next_at"),
    Index("ix_delivery_order", "endpoint_id", "eval_id", "seq"),
)

executor = Table(
    "executor",
    metadata,
    Column("executor_id", String(64), primary_key=True),
    Column("started_at", UtcDateTime, nullable=False),
    Column("beat_at", UtcDateTime, nullable=False),
    Column("stopped_at", UtcDateTime),
    Index("ix_executor_dead", "stopped_at", "beat_at"),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("key_id", ForeignKey("api_key.id"), primary_key=True),
    Column("key", String(256), primary_key=True),
    Column("body_sha256", String(64), nullable=False),
    Column("eval_id", ForeignKey("evaluation.eval_id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

capture_session = Table(
    "capture_session",
    metadata,
    Column("session_id", String(36), primary_key=True),
    Column("eval_id", ForeignKey("evaluation.eval_id"), nullable=False, unique=True),
    Column("environment", String(16), nullable=False),
    Column("token_sha256", String(64), nullable=False, unique=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("state", String(16), nullable=False),
    Column("bound_sha256", String(64)),
    Column("handoff_used", Boolean, nullable=False, default=False),
    Column("device_at_open", String(16)),
    Column("consent_version", String(32)),
    Column("consented_at", UtcDateTime),
    Column("attempts", Integer, nullable=False, default=0),
    Column("digest", String(64)),
    Column("blob", String(128)),
    Column("ended_at", UtcDateTime),
    Column("opened_at", UtcDateTime),
    Column("takes", Integer, nullable=False, default=0, server_default="0"),
    Column("refused", Integer, nullable=False, default=0, server_default="0"),
    Column("nonce_sha256", String(64)),  # of the current take
    Column("drawn_at", UtcDateTime),
    Column("challenge", Json),
    Column("delivery_sha256", String(64)),  # of the envelope of the frames that are there
    Column("submission_sha256", String(64)),
    Column("number", Integer, nullable=False, default=1, server_default="1"),  # of the pass that it is for
    Index("ix_capture_session_due", "state", "expires_at"),
)

data_key = Table(
    "data_key",
    metadata,
    Column("session_id", ForeignKey("capture_session.session_id"), primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

device = Table(
    "device",
    metadata,
    Column("device", String(64), primary_key=True),
    Column("first_seen", UtcDateTime, nullable=False),
    Column("last_seen", UtcDateTime, nullable=False),
)

sighting = Table(
    "sighting",
    metadata,
    Column("eval_id", ForeignKey("evaluation.eval_id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("picture", Boolean, nullable=False),
    Column("key", LargeBinary(32), nullable=False),
    Column("first", Boolean, nullable=False),  # of its key in its evaluation: what is counted
    Column("at", UtcDateTime, nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("detail", LargeBinary, nullable=False),
    Index("ix_sighting_counted", "key", "at", "outcome", "first"),
    Index("ix_sighting_over", "picture", "at"),
)

browser = Table(
    "browser",
    metadata,
    Column("browser", String(64), primary_key=True),
    Column("generation", Integer, nullable=False),
    Column("before", Integer),  # the former generation, as long as it is still taken
    Column("renewed_at", UtcDateTime, nullable=False, index=True),
)

passkey = Table(
    "passkey",
    metadata,
    Column("owner", String(64), primary_key=True),
    Column("credential", LargeBinary, nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime, nullable=False),
)

passkey_use = Table(
    "passkey_use",
    metadata,
    Column("session_id", ForeignKey("capture_session.session_id"), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("result", String(16), nullable=False),
    Column("credential", LargeBinary),  # of a registration, until its evaluation is accepted
    Column("public_key", LargeBinary),
    Column("sign_count", BigInteger),
    Column("at", UtcDateTime, nullable=False, index=True),
)
