"""Accounts can be disabled and deleted; links that work once; what administrators choose; limits to begin with."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

NEVER_IDLE = 4_102_444_800_000
"""The year 2100, in milliseconds."""


def upgrade() -> None:
    op.add_column("users", sa.Column("new_per_day", sa.Integer(), nullable=False, server_default="20"))
    op.add_column("users", sa.Column("reviews_per_day", sa.Integer(), nullable=True))
    op.add_column("users", sa.Column("standing", sa.SmallInteger(), nullable=False, server_default="0"))
    op.create_table(
        "server_settings",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_server_settings"),
    )
    op.create_table(
        "one_time_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_one_time_links_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_one_time_links"),
        sa.UniqueConstraint("code_hash", name="uq_one_time_links_code_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_one_time_links_user_id", "one_time_links", ["user_id"])


def downgrade() -> None:
    """Whoever was disabled can sign in again; what had stayed with its followers is a guest's, and no idle one's."""
    op.drop_table("one_time_links")
    op.drop_table("server_settings")
    op.execute(sa.text("UPDATE users SET seen_at = :never WHERE standing = 3").bindparams(never=NEVER_IDLE))
    for column in ("standing", "reviews_per_day", "new_per_day"):
        op.execute(f"ALTER TABLE users DROP COLUMN {column}")
