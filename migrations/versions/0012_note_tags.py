"""Notes are found by their tags."""

import json
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

PAGE = 1_000
LONGEST_KEY = 400


def upgrade() -> None:
    table = op.create_table(
        "note_tags",
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), nullable=False),
        sa.Column("note_id", sa.Integer(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["note_id"], ["notes.id"], name="fk_note_tags_note_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("owner_id", "key", "note_id", name="pk_note_tags"),
        sqlite_with_rowid=False,
    )
    _fill(table)
    op.create_index("ix_note_tags_note_id", "note_tags", ["note_id"])


def _fill(table: sa.Table) -> None:
    """By pages: the notes of a large collection do not fit into memory."""
    connection, after = op.get_bind(), -1
    page = sa.text("SELECT id, owner_id, tags FROM notes WHERE id > :after ORDER BY id LIMIT :page")
    while rows := connection.execute(page, {"after": after, "page": PAGE}).all():
        found = {
            (key, note_id): {"owner_id": owner_id or 0, "key": key, "note_id": note_id, "tag": tag}
            for note_id, owner_id, tags in rows
            for tag in (json.loads(tags) if isinstance(tags, str) else tags)
            if (key := _key(tag))
        }
        if found:
            connection.execute(table.insert(), list(found.values()))
        after = rows[-1][0]


def _key(tag: str) -> str:
    """As the code made it when this was written."""
    folded = unicodedata.normalize("NFKC", tag).casefold().replace("\0", "")
    parts = [part.strip() for part in folded.split("::")]
    key = "::".join(part for part in parts if part)[:LONGEST_KEY]
    return f"{key}::" if key else ""


def downgrade() -> None:
    op.drop_table("note_tags")
