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
    op.create_table(
        "browser",
        sa.Column("browser", sa.String(length=64), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("before", sa.Integer(), nullable=True),
        sa.Column("renewed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("browser", name=op.f("pk_browser")),
    )
    op.create_index(op.f("ix_browser_renewed_at"), "browser", ["renewed_at"], unique=False)
    op.create_table(
        "passkey",
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("credential", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("owner", name=op.f("pk_passkey")),
    )
    op.create_table(
        "passkey_use",
        sa.Column("session_id", sa.String(length=36), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("result", sa.String(length=16), nullable=False),
        sa.Column("credential", sa.LargeBinary(), nullable=True),
        sa.Column("public_key", sa.LargeBinary(), nullable=True),
        sa.Column("sign_count", sa.BigInteger(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["capture_session.session_id"], name=op.f("fk_passkey_use_session_id")),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_passkey_use")),
    )
    op.create_index(op.f("ix_passkey_use_at"), "passkey_use", ["at"], unique=False)
