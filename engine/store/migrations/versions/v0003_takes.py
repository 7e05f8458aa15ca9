"""What binds a capture to its take: the nonce given out, the challenge drawn, and how much was refused."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from engine.store.types import Json, UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; sessions that wait go on, and draw their take when they come to it."""
    op.add_column("capture_session", sa.Column("opened_at", UtcDateTime(), nullable=True))
    op.add_column("capture_session", sa.Column("takes", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("capture_session", sa.Column("refused", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("capture_session", sa.Column("nonce_sha256", sa.String(length=64), nullable=True))
    op.add_column("capture_session", sa.Column("drawn_at", UtcDateTime(), nullable=True))
    op.add_column("capture_session", sa.Column("challenge", Json, nullable=True))
    op.add_column("capture_session", sa.Column("delivery_sha256", sa.String(length=64), nullable=True))
    op.add_column("capture_session", sa.Column("submission_sha256", sa.String(length=64), nullable=True))
