"""Whole collections come in: with their history, found by their first field, and undone as a whole."""

import json
import re
from hashlib import blake2b

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

PAGE = 1_000
STANDING = "undone_at IS NULL"
MARKED = ("decks", "notes", "cards", "reviews")
"""The tables whose rows say which import brought them."""


def upgrade() -> None:
    op.create_table(
        "imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(255), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.Column("report", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_imports_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_imports"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_imports_user_id_at", "imports", ["user_id", "at"])
    op.create_table(
        "tombstones",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.BigInteger(), nullable=False),
        sa.Column("card_id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_tombstones_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "began_at", name="pk_tombstones"),
        sqlite_with_rowid=False,
    )
    for table in MARKED:
        op.add_column(table, sa.Column("import_id", sa.Integer(), nullable=True))
    # Uploads are forgotten after a day: none of these leads anywhere.
    op.execute("UPDATE changes SET upload_id = NULL")
    op.execute("ALTER TABLE changes RENAME COLUMN upload_id TO import_id")
    _without_imported(only=f"{STANDING} AND kind <> 3")
    op.add_column("notes", sa.Column("first_key", sa.BigInteger(), nullable=False, server_default="0"))
    _fill_first_keys()
    op.create_index("ix_notes_owner_id_first_key", "notes", ["owner_id", "first_key"])
    condition = sa.text("NOT published")
    op.create_index(
        *("ix_decks_unpublished", "decks", ["owner_id"]),
        postgresql_where=condition,
        sqlite_where=sa.text("published = 0"),
    )


def _without_imported(only: str) -> None:
    """An imported answer is undone with its import: among what is undone one by one it would only be in the way."""
    op.drop_index("ix_reviews_standing", table_name="reviews")
    where = {"postgresql_where": sa.text(only), "sqlite_where": sa.text(only)}
    op.create_index("ix_reviews_standing", "reviews", ["user_id", "day", "at"], **where)


def _fill_first_keys() -> None:
    connection, after = op.get_bind(), -1
    page = sa.text("SELECT id, fields FROM notes WHERE id > :after ORDER BY id LIMIT :page")
    put = sa.text("UPDATE notes SET first_key = :key WHERE id = :id")
    while rows := connection.execute(page, {"after": after, "page": PAGE}).all():
        told = [(id, json.loads(fields) if isinstance(fields, str) else fields) for id, fields in rows]
        connection.execute(put, [{"id": id, "key": _key(fields[0] if fields else "")} for id, fields in told])
        after = rows[-1][0]


def _key(text: str) -> int:
    """As the code made it when this was written."""
    plain = " ".join(re.sub(r"<[^>]*>", " ", text).split()) if "<" in text else " ".join(text.split())
    return int.from_bytes(blake2b(plain.encode(errors="replace"), digest_size=8).digest(), signed=True)


def downgrade() -> None:
    """Imported answers are forgotten: an older version does not know what they are."""
    op.execute("DELETE FROM reviews WHERE kind = 3")
    op.execute("DELETE FROM daily_summaries WHERE kind = 3")
    op.drop_index("ix_decks_unpublished", table_name="decks")
    op.drop_index("ix_notes_owner_id_first_key", table_name="notes")
    op.execute("ALTER TABLE notes DROP COLUMN first_key")
    _without_imported(only=STANDING)
    op.execute("ALTER TABLE changes RENAME COLUMN import_id TO upload_id")
    for table in MARKED:
        op.execute(f"ALTER TABLE {table} DROP COLUMN import_id")
    op.drop_table("tombstones")
    op.drop_table("imports")
