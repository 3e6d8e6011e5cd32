"""Whose follow a follow belongs to: decks inside a followed deck share its limit of new cards.

Until now every row stood for itself; rows made by one act of following have the same place.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TOPMOST = """
UPDATE follows SET root_id = (
    WITH RECURSIVE above(id, depth) AS (
        SELECT parent_id, 1 FROM decks WHERE decks.id = follows.deck_id
        UNION ALL
        SELECT decks.parent_id, above.depth + 1 FROM decks JOIN above ON decks.id = above.id
    )
    SELECT other.deck_id
    FROM above JOIN follows AS other ON other.deck_id = above.id
    WHERE other.user_id = follows.user_id AND other.place = follows.place
    AND (other.stopped_at IS NULL OR follows.stopped_at IS NOT NULL)
    ORDER BY above.depth DESC
    LIMIT 1
)
"""

ONE_LIMIT = """
UPDATE follows SET new_per_day = (
    SELECT root.new_per_day FROM follows AS root
    WHERE root.user_id = follows.user_id AND root.deck_id = follows.root_id
)
WHERE root_id IS NOT NULL
"""


def upgrade() -> None:
    op.add_column("follows", sa.Column("root_id", sa.Integer))
    op.execute(TOPMOST)
    op.execute(ONE_LIMIT)


def downgrade() -> None:
    op.drop_column("follows", "root_id")
