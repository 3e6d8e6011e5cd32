"""Decks are shared with whoever has a link, or with everybody."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

PUBLIC, LINKED = sa.text("audience = 2"), sa.text("link_token IS NOT NULL")
STANDING = sa.text("stopped_at IS NULL")


def upgrade() -> None:
    op.add_column("decks", sa.Column("audience", sa.SmallInteger(), nullable=False, server_default="0"))
    op.add_column("decks", sa.Column("link_token", sa.String(32), nullable=True))
    op.add_column("decks", sa.Column("closed_after", sa.Integer(), nullable=True))
    op.create_index("ix_decks_public", "decks", ["audience"], postgresql_where=PUBLIC, sqlite_where=PUBLIC)
    op.create_index(
        *("uq_decks_link_token", "decks", ["link_token"]), unique=True, postgresql_where=LINKED, sqlite_where=LINKED
    )
    op.add_column("follows", sa.Column("shows_progress_at", sa.BigInteger(), nullable=True))
    op.create_index(
        *("ix_follows_deck_id", "follows", ["deck_id", "user_id"]),
        postgresql_where=STANDING,
        sqlite_where=STANDING,
    )
    op.create_table(
        "adjustments",
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("user_id", "note_id", "note_type_id")),
        sa.Column("format", sa.String(8), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("seen_fields", sa.JSON(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_adjustments_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "note_id", name="pk_adjustments"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Every deck is its owner's alone again; who follows one goes on following it, and sees its author's wording."""
    op.drop_table("adjustments")
    op.drop_index("ix_follows_deck_id", table_name="follows")
    op.execute("ALTER TABLE follows DROP COLUMN shows_progress_at")
    op.drop_index("uq_decks_link_token", table_name="decks")
    op.drop_index("ix_decks_public", table_name="decks")
    for column in ("closed_after", "link_token", "audience"):
        op.execute(f"ALTER TABLE decks DROP COLUMN {column}")
