"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.types import Json, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create everything; there is no way back from the first one."""
    op.create_table(
        "api_key",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("environment", sa.String(length=16), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("edits_policies", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("sha256", name=op.f("uq_api_key_sha256")),
    )
    op.create_table(
        "device",
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("first_seen", UtcDateTime(), nullable=False),
        sa.Column("last_seen", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("device", name=op.f("pk_device")),
    )
    op.create_table(
        "evaluation",
        sa.Column("eval_id", sa.String(length=36), nullable=False),
        sa.Column("environment", sa.String(length=16), nullable=False),
        sa.Column("customer_id", sa.String(length=256), nullable=False),
        sa.Column("workflow", sa.String(length=64), nullable=False),
        sa.Column("workflow_sha256", sa.String(length=64), nullable=False),
        sa.Column("strategy", sa.String(length=64), nullable=False),
        sa.Column("evidence_kind", sa.String(length=16), nullable=False),
        sa.Column("context", Json, nullable=False),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("eval_id", name=op.f("pk_evaluation")),
    )
    op.create_index("ix_evaluation_listed", "evaluation", ["environment", "started_at", "eval_id"], unique=False)
    op.create_table(
        "policy_version",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(length=128), nullable=False),
        sa.Column("note", sa.String(length=1024), nullable=False),
        sa.Column("seeded", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("name", "version", name=op.f("pk_policy_version")),
    )
    op.create_index(op.f("ix_policy_version_sha256"), "policy_version", ["sha256"], unique=False)
    op.create_table(
        "workflow_text",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_workflow_text")),
    )
    op.create_table(
        "capture_session",
        sa.Column("session_id", sa.String(length=36), nullable=False),
        sa.Column("eval_id", sa.String(length=36), nullable=False),
        sa.Column("environment", sa.String(length=16), nullable=False),
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("bound_sha256", sa.String(length=64), nullable=True),
        sa.Column("handoff_used", sa.Boolean(), nullable=False),
        sa.Column("device_at_open", sa.String(length=16), nullable=True),
        sa.Column("consent_version", sa.String(length=32), nullable=True),
        sa.Column("consented_at", UtcDateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("blob", sa.String(length=128), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["eval_id"], ["evaluation.eval_id"], name=op.f("fk_capture_session_eval_id")),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_capture_session")),
        sa.UniqueConstraint("eval_id", name=op.f("uq_capture_session_eval_id")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_capture_session_token_sha256")),
    )
    op.create_index("ix_capture_session_due", "capture_session", ["state", "expires_at"], unique=False)
    op.create_table(
        "idempotency",
        sa.Column("key_id", sa.String(length=36), nullable=False),
        sa.Column("key", sa.String(length=256), nullable=False),
        sa.Column("body_sha256", sa.String(length=64), nullable=False),
        sa.Column("eval_id", sa.String(length=36), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["eval_id"], ["evaluation.eval_id"], name=op.f("fk_idempotency_eval_id")),
        sa.ForeignKeyConstraint(["key_id"], ["api_key.id"], name=op.f("fk_idempotency_key_id")),
        sa.PrimaryKeyConstraint("key_id", "key", name=op.f("pk_idempotency")),
    )
    op.create_table(
        "outcome",
        sa.Column("eval_id", sa.String(length=36), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("sub_status", sa.String(length=32), nullable=True),
        sa.Column("features", Json, nullable=False),
        sa.Column("given", Json, nullable=False),
        sa.Column("failures", Json, nullable=False),
        sa.Column("models", Json, nullable=False),
        sa.Column("policies", Json, nullable=False),
        sa.Column("evidence_digest", sa.String(length=64), nullable=True),
        sa.Column("device", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["eval_id"], ["evaluation.eval_id"], name=op.f("fk_outcome_eval_id")),
        sa.PrimaryKeyConstraint("eval_id", name=op.f("pk_outcome")),
    )
    op.create_table(
        "data_key",
        sa.Column("session_id", sa.String(length=36), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["capture_session.session_id"], name=op.f("fk_data_key_session_id")),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_data_key")),
    )
