"""The first schema."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

REVIEW_ID = sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql")


def _where(sqlite: str, postgresql: str | None = None) -> dict[str, sa.TextClause]:
    return {"sqlite_where": sa.text(sqlite), "postgresql_where": sa.text(postgresql or sqlite)}


def upgrade() -> None:
    _failed_sign_ins()
    _users()
    _daily_summaries()
    _decks()
    _memories()
    _note_types()
    _reviews()
    _sign_ins()
    _uploads()
    _follows()
    _notes()
    _cards()
    _add_built_in_note_types()


def _failed_sign_ins() -> None:
    op.create_table(
        "failed_sign_ins",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(length=160), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_failed_sign_ins"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_failed_sign_ins_at", "failed_sign_ins", ["at"], unique=False)
    op.create_index("ix_failed_sign_ins_origin_at", "failed_sign_ins", ["origin", "at"], unique=False)


def _users() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=True),
        sa.Column("name_key", sa.Text(), nullable=True),
        sa.Column("password_hash", sa.String(length=255), nullable=True),
        sa.Column("is_admin", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=True),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("day_starts_at", sa.SmallInteger(), nullable=False),
        sa.Column("theme", sa.String(length=8), nullable=False),
        sa.Column("single_key_shortcuts", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("last_day", sa.Integer(), nullable=True),
        sa.CheckConstraint("(name IS NULL) = (password_hash IS NULL)", name="ck_users_named_with_password"),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("name_key", name="uq_users_name_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_users_guests", "users", ["seen_at"], unique=False, **_where("name IS NULL"))


def _daily_summaries() -> None:
    op.create_table(
        "daily_summaries",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("deck_id", sa.Integer(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("introduced", sa.Integer(), nullable=False),
        sa.Column("again", sa.Integer(), nullable=False),
        sa.Column("hard", sa.Integer(), nullable=False),
        sa.Column("good", sa.Integer(), nullable=False),
        sa.Column("easy", sa.Integer(), nullable=False),
        sa.Column("took_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_daily_summaries_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "day", "deck_id", name="pk_daily_summaries"),
        sqlite_with_rowid=False,
    )


def _decks() -> None:
    op.create_table(
        "decks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("guid", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("license", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.Column("order_version", sa.Integer(), nullable=False),
        sa.Column("file_digest", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name="fk_decks_owner_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["parent_id"], ["decks.id"], name="fk_decks_parent_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_decks"),
        sa.UniqueConstraint("owner_id", "guid", "language", name="uq_decks_owner_id_guid_language"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_decks_parent_id", "decks", ["parent_id"], unique=False)
    op.create_index("uq_decks_starter", "decks", ["guid", "language"], unique=True, **_where("owner_id IS NULL"))


def _memories() -> None:
    op.create_table(
        "memories",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("card_id", sa.Integer(), nullable=False),
        sa.Column("deck_id", sa.Integer(), nullable=False),
        sa.Column("repetitions", sa.Integer(), nullable=False),
        sa.Column("interval", sa.Integer(), nullable=False),
        sa.Column("ease", sa.Integer(), nullable=False),
        sa.Column("lapses", sa.Integer(), nullable=False),
        sa.Column("last_day", sa.Integer(), nullable=False),
        sa.Column("due_day", sa.Integer(), nullable=False),
        sa.Column("queue_day", sa.Integer(), nullable=True),
        sa.Column("drill_day", sa.Integer(), nullable=True),
        sa.Column("drill_at", sa.BigInteger(), nullable=True),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_memories_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "card_id", name="pk_memories"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_memories_drill", "memories", ["user_id", "drill_day"], unique=False, **_where("drill_day IS NOT NULL")
    )
    op.create_index(
        "ix_memories_user_id_deck_id_queue_day", "memories", ["user_id", "deck_id", "queue_day"], unique=False
    )


def _note_types() -> None:
    op.create_table(
        "note_types",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("field_names", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name="fk_note_types_owner_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_note_types"),
        sqlite_autoincrement=True,
    )


def _reviews() -> None:
    op.create_table(
        "reviews",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("card_id", sa.Integer(), nullable=False),
        sa.Column("id", REVIEW_ID, nullable=False),
        sa.Column("deck_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("grade", sa.SmallInteger(), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=False),
        sa.Column("undone_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_reviews_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "card_id", "id", name="pk_reviews"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_reviews_user_id_at", "reviews", ["user_id", "at"], unique=False)


def _sign_ins() -> None:
    op.create_table(
        "sign_ins",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_sign_ins_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_sign_ins"),
    )
    op.create_index("ix_sign_ins_user_id", "sign_ins", ["user_id"], unique=False)


def _uploads() -> None:
    op.create_table(
        "uploads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("report", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_uploads_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_uploads"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_uploads_created_at", "uploads", ["created_at"], unique=False)
    op.create_index("ix_uploads_user_id", "uploads", ["user_id"], unique=False)


def _follows() -> None:
    op.create_table(
        "follows",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("deck_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("new_per_day", sa.Integer(), nullable=False),
        sa.Column("new_from", sa.Integer(), nullable=False),
        sa.Column("order_seen", sa.Integer(), nullable=False),
        sa.Column("followed_at", sa.BigInteger(), nullable=False),
        sa.Column("stopped_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["deck_id"], ["decks.id"], name="fk_follows_deck_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_follows_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "deck_id", name="pk_follows"),
        sqlite_with_rowid=False,
    )


def _notes() -> None:
    op.create_table(
        "notes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("note_type_id", sa.Integer(), nullable=False),
        sa.Column("guid", sa.String(length=400), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("format", sa.String(length=8), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("field_languages", sa.JSON(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["note_type_id"], ["note_types.id"], name="fk_notes_note_type_id"),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name="fk_notes_owner_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_notes"),
        sa.UniqueConstraint("owner_id", "language", "guid", name="uq_notes_owner_id_language_guid"),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_notes_starter", "notes", ["language", "guid"], unique=True, **_where("owner_id IS NULL"))


def _cards() -> None:
    op.create_table(
        "cards",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("deck_id", sa.Integer(), nullable=False),
        sa.Column("note_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.SmallInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["deck_id"], ["decks.id"], name="fk_cards_deck_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["note_id"], ["notes.id"], name="fk_cards_note_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_cards"),
        sa.UniqueConstraint("note_id", "ordinal", name="uq_cards_note_id_ordinal"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_cards_deck_id_position",
        "cards",
        ["deck_id", "position"],
        unique=False,
        **_where("retired = 0", "NOT retired"),
    )


def _add_built_in_note_types() -> None:
    note_types = sa.table(
        "note_types", sa.column("kind", sa.String), sa.column("name", sa.String), sa.column("field_names", sa.JSON)
    )
    op.bulk_insert(
        note_types,
        [
            {"kind": "basic", "name": "Basic", "field_names": ["Question", "Answer"]},
            {"kind": "reversed", "name": "Reversed", "field_names": ["Question", "Answer"]},
            {"kind": "cloze", "name": "Cloze", "field_names": ["Text", "Further text"]},
        ],
    )


def downgrade() -> None:
    pointing = ("cards", "notes", "follows", "uploads", "sign_ins", "reviews", "memories", "daily_summaries")
    for name in (*pointing, "note_types", "decks", "users", "failed_sign_ins"):
        op.drop_table(name)
