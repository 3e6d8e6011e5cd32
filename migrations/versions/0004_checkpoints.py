"""Checkpoints in the log, and the copies of progress that write them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

COPY_ID = sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql")


def upgrade() -> None:
    op.add_column("reviews", sa.Column("state", sa.JSON))
    op.create_table(
        "progress_copies",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("id", COPY_ID, nullable=False),
        sa.Column("from_deck_id", sa.Integer(), nullable=False),
        sa.Column("to_deck_id", sa.Integer(), nullable=False),
        sa.Column("cards", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_progress_copies_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "id", name="pk_progress_copies"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Checkpoints have no place in the older log: they are marked undone, so that nobody takes them for answers later.
    What they made known stands until `cardlet log rebuild` forgets it."""
    op.execute("UPDATE reviews SET undone_at = at WHERE kind = 4 AND undone_at IS NULL")
    op.drop_table("progress_copies")
    op.drop_column("reviews", "state")
