"""Runs of workflows, the desk of cases, labels, webhooks, and who is at work."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.types import Json, UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables; evaluations that wait for a capture go on as before."""
    op.create_table(
        "executor",
        sa.Column("executor_id", sa.String(length=64), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("beat_at", UtcDateTime(), nullable=False),
        sa.Column("stopped_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("executor_id", name=op.f("pk_executor")),
    )
    op.create_index("ix_executor_dead", "executor", ["stopped_at", "beat_at"], unique=False)
    op.create_table(
        "webhook_endpoint",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("environment", sa.String(length=16), nullable=False),
        sa.Column("url", sa.String(length=2048), nullable=False),
        sa.Column("events", Json, nullable=False),
        sa.Column("secrets", sa.LargeBinary(), nullable=False),
        sa.Column("description", sa.String(length=256), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("disabled_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_endpoint")),
    )
    op.create_table(
        "case_event",
        sa.Column("eval_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(length=128), nullable=False),
        sa.Column("changed", Json, nullable=False),
        sa.ForeignKeyConstraint(["eval_id"], ["evaluation.eval_id"], name=op.f("fk_case_event_eval_id")),
        sa.PrimaryKeyConstraint("eval_id", "number", name=op.f("pk_case_event")),
    )
    op.create_table(
        "case_state",
        sa.Column("eval_id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("sub_status", sa.String(length=64), nullable=True),
        sa.Column("decision", sa.String(length=16), nullable=True),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("queue", sa.String(length=64), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=True),
        sa.Column("due_at", UtcDateTime(), nullable=True),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(length=128), nullable=False),
        sa.ForeignKeyConstraint(["eval_id"], ["evaluation.eval_id"], name=op.f("fk_case_state_eval_id")),
        sa.PrimaryKeyConstraint("eval_id", name=op.f("pk_case_state")),
    )
    op.create_index("ix_case_state_queue", "case_state", ["queue", "status", "priority", "due_at"], unique=False)
    op.create_table(
        "label",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("environment", sa.String(length=16), nullable=False),
        sa.Column("customer_id", sa.String(length=256), nullable=False),
        sa.Column("workflow", sa.String(length=64), nullable=False),
        sa.Column("eval_id", sa.String(length=36), nullable=True),
        sa.Column("fraud_label", sa.String(length=32), nullable=False),
        sa.Column("told", Json, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.String(length=128), nullable=False),
        sa.ForeignKeyConstraint(["eval_id"], ["evaluation.eval_id"], name=op.f("fk_label_eval_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label")),
    )
    op.create_index("ix_label_of", "label", ["environment", "customer_id", "workflow", "at"], unique=False)
    op.create_index("ix_label_newest", "label", ["eval_id", "at"], unique=False)
    op.create_index("ix_label_listed", "label", ["environment", "at", "id"], unique=False)
    op.create_table(
        "run",
        sa.Column("eval_id", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", Json, nullable=False),
        sa.Column("waits_for", sa.String(length=16), nullable=True),
        sa.Column("step", sa.String(length=64), nullable=True),
        sa.Column("since", UtcDateTime(), nullable=True),
        sa.Column("until", UtcDateTime(), nullable=True),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["eval_id"], ["evaluation.eval_id"], name=op.f("fk_run_eval_id")),
        sa.PrimaryKeyConstraint("eval_id", name=op.f("pk_run")),
    )
    op.create_index("ix_run_due", "run", ["waits_for", "until"], unique=False)
    op.create_table(
        "shadow",
        sa.Column("eval_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(length=64), nullable=False),
        sa.Column("candidate", sa.String(length=128), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("live", sa.String(length=16), nullable=True),
        sa.Column("policies", Json, nullable=False),
        sa.Column("failure", sa.String(length=256), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["eval_id"], ["evaluation.eval_id"], name=op.f("fk_shadow_eval_id")),
        sa.PrimaryKeyConstraint("eval_id", "number", name=op.f("pk_shadow")),
    )
    op.create_index("ix_shadow_candidate", "shadow", ["candidate", "at"], unique=False)
    op.create_table(
        "way",
        sa.Column("eval_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("workflow_sha256", sa.String(length=64), nullable=False),
        sa.Column("step", sa.String(length=64), nullable=False),
        sa.Column("edge", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["eval_id"], ["evaluation.eval_id"], name=op.f("fk_way_eval_id")),
        sa.PrimaryKeyConstraint("eval_id", "number", name=op.f("pk_way")),
    )
    op.create_index("ix_way_counted", "way", ["workflow_sha256", "step", "edge"], unique=False)
    op.create_table(
        "webhook_event",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("environment", sa.String(length=16), nullable=False),
        sa.Column("eval_id", sa.String(length=36), nullable=False),
        sa.Column("event_type", sa.String(length=64), nullable=False),
        sa.Column("event_at", UtcDateTime(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["eval_id"], ["evaluation.eval_id"], name=op.f("fk_webhook_event_eval_id")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_webhook_event")),
        sa.UniqueConstraint("event_id", name=op.f("uq_webhook_event_event_id")),
    )
    op.create_index("ix_webhook_event_pruned", "webhook_event", ["event_at"], unique=False)
    op.create_table(
        "delivery",
        sa.Column("event_id", sa.String(length=36), nullable=False),
        sa.Column("endpoint_id", sa.String(length=36), nullable=False),
        sa.Column("eval_id", sa.String(length=36), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=False),
        sa.Column("leased_by", sa.String(length=64), nullable=True),
        sa.Column("leased_until", UtcDateTime(), nullable=True),
        sa.Column("status_code", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(length=256), nullable=True),
        sa.Column("delivered_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["endpoint_id"], ["webhook_endpoint.id"], name=op.f("fk_delivery_endpoint_id")),
        sa.ForeignKeyConstraint(["event_id"], ["webhook_event.event_id"], name=op.f("fk_delivery_event_id")),
        sa.PrimaryKeyConstraint("event_id", "endpoint_id", name=op.f("pk_delivery")),
    )
    op.create_index("ix_delivery_due", "delivery", ["state", "next_at"], unique=False)
    op.create_index("ix_delivery_next", "delivery", ["endpoint_id", "state", "next_at"], unique=False)
    op.create_index("ix_delivery_order", "delivery", ["endpoint_id", "eval_id", "seq"], unique=False)
    op.add_column("capture_session", sa.Column("number", sa.Integer(), server_default="1", nullable=False))
    op.add_column("evaluation", sa.Column("erased_at", UtcDateTime(), nullable=True))
    of = ["environment", "customer_id", "workflow", "started_at"]
    op.create_index("ix_evaluation_of", "evaluation", of, unique=False)
    op.add_column("outcome", sa.Column("route", Json, nullable=True))
