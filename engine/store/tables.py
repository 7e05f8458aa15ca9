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
    Index("ix_evaluation_listed", "environment", "started_at", "eval_id"),
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
