"""An index of the words in notes. All notes there are wait to be put into it, which the start of the server does."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# A row for each run of notes of one owner.
WAITING = """
INSERT INTO unindexed_notes (owner_id, first_id, last_id)
SELECT owner, min(id), max(id) FROM (
    SELECT id, coalesce(owner_id, 0) AS owner,
        id - row_number() OVER (PARTITION BY coalesce(owner_id, 0) ORDER BY id) AS run
    FROM notes
) AS numbered GROUP BY owner, run ORDER BY min(id)
"""


def upgrade() -> None:
    op.create_table(
        "postings",
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("entry", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("block", sa.Integer(), nullable=False),
        sa.Column("notes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("owner_id", "entry", "block", name="pk_postings"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "unindexed_notes",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("owner_id", "first_id", "last_id")),
        sa.PrimaryKeyConstraint("id", name="pk_unindexed_notes"),
        sqlite_autoincrement=True,
    )
    op.add_column("changes", sa.Column("moved", sa.JSON(), nullable=True))
    op.execute(WAITING)
    op.create_index("ix_unindexed_notes_owner_id", "unindexed_notes", ["owner_id", "id"])


def downgrade() -> None:
    for table in ("unindexed_notes", "postings"):
        op.drop_table(table)
    # What was changed stays changed, and its versions with it; an older Cardlet knows these acts by no other name.
    op.execute("UPDATE changes SET verb = 'edit' WHERE verb IN ('bulk', 'delete', 'text')")
    op.drop_column("changes", "moved")
