"""What happened to content: changes, and the notes as they were before."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("day", sa.Integer(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("verb", sa.String(8), nullable=False),
        sa.Column("upload_id", sa.Integer(), nullable=True),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_changes_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_changes"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_changes_user_id_day_at", "changes", ["user_id", "day", "at"])
    op.create_table(
        "note_versions",
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("note_id", sa.Integer(), nullable=False),
        sa.Column("note_type_id", sa.Integer(), nullable=False),
        sa.Column("format", sa.String(8), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("field_languages", sa.JSON(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name="fk_note_versions_change_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["note_id"], ["notes.id"], name="fk_note_versions_note_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["note_type_id"], ["note_types.id"], name="fk_note_versions_note_type_id"),
        sa.PrimaryKeyConstraint("change_id", "note_id", name="pk_note_versions"),
    )
    op.create_index("ix_note_versions_note_id_change_id", "note_versions", ["note_id", "change_id"])


def downgrade() -> None:
    """Notes stay as they are; how they had been is forgotten."""
    op.drop_table("note_versions")
    op.drop_table("changes")
