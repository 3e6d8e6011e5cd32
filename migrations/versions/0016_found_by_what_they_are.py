"""Retired cards, and cards forgotten again and again, are found without reading all the others."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

RETIRED = {"sqlite": "retired = 1", "postgresql": "retired"}


def upgrade() -> None:
    retired = sa.text(RETIRED[op.get_bind().dialect.name])
    op.create_index("ix_cards_retired", "cards", ["deck_id", "id"], sqlite_where=retired, postgresql_where=retired)
    leeches = sa.text("lapses >= 8")
    op.create_index(
        *("ix_memories_leeches", "memories", ["user_id", "lapses", "deck_id", "card_id"]),
        sqlite_where=leeches,
        postgresql_where=leeches,
    )


def downgrade() -> None:
    op.drop_index("ix_memories_leeches", "memories")
    op.drop_index("ix_cards_retired", "cards")
