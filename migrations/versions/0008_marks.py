"""Marks on cards, their changes, and what a learner undid last."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ACT_ID = sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql")
STANDING, UNDONE = sa.text("undone_at IS NULL"), sa.text("undone_at IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "marks",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("card_id", sa.Integer(), nullable=False),
        sa.Column("suspended", sa.Boolean(), nullable=False),
        sa.Column("buried_until", sa.Integer(), nullable=True),
        sa.Column("flag", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_marks_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "card_id", name="pk_marks"),
        sqlite_with_rowid=False,
    )
    _mark_changes()
    for table in ("mark_changes", "reviews"):
        op.create_index(
            f"ix_{table}_undone",
            table,
            ["user_id", "day", "undone_at"],
            sqlite_where=UNDONE,
            postgresql_where=UNDONE,
        )
    op.create_index(
        "ix_mark_changes_standing",
        "mark_changes",
        ["user_id", "day", "at"],
        sqlite_where=STANDING,
        postgresql_where=STANDING,
    )


def _mark_changes() -> None:
    op.create_table(
        "mark_changes",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("card_id", sa.Integer(), nullable=False),
        sa.Column("id", ACT_ID, nullable=False),
        sa.Column("deck_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_mark_changes_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "card_id", "id", name="pk_mark_changes"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """What was done by hand has no place in the older log: it is marked undone, so that nobody takes it for answers.
    The days it moved stand until `cardlet doctor --rebuild` works them out again; who was suspended comes back."""
    op.execute("UPDATE reviews SET undone_at = at WHERE kind IN (5, 6) AND undone_at IS NULL")
    op.execute("UPDATE memories SET queue_day = due_day")
    op.drop_index("ix_reviews_undone", table_name="reviews")
    op.drop_table("mark_changes")
    op.drop_table("marks")
