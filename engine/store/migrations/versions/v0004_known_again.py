"""Tables of what is known again in later evaluations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.types import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "sighting",
        sa.Column("eval_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("picture", sa.Boolean(), nullable=False),
        sa.Column("key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("first", sa.Boolean(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("detail", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["eval_id"], ["evaluation.eval_id"], name=op.f("fk_sighting_eval_id")),
        sa.PrimaryKeyConstraint("eval_id", "number", name=op.f("pk_sighting")),
    )
    op.create_index("ix_sighting_counted", "sighting", ["key", "at", "outcome", "first"], unique=False)
    op.create_index("ix_sighting_over", "sighting", ["picture", "at"], unique=False)
