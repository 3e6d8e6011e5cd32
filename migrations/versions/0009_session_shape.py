"""How a learner wants a deck's sessions: a limit of reviews, the order of new cards and of reviews, and when a failed
card comes back."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

WITH_DEFAULTS = (("follows", "new_order", "0"), ("follows", "review_order", "0"), ("users", "drill_after", "5"))


def upgrade() -> None:
    op.add_column("follows", sa.Column("reviews_per_day", sa.Integer()))
    op.add_column("follows", sa.Column("more_reviews", sa.Integer()))
    for table, column, default in WITH_DEFAULTS:
        op.add_column(table, sa.Column(column, sa.SmallInteger(), nullable=False, server_default=default))
        if op.get_bind().dialect.name == "postgresql":
            # SQLite would have to make the table anew for that, and a default there does no harm.
            op.alter_column(table, column, server_default=None)


def downgrade() -> None:
    for table, column, _ in reversed(WITH_DEFAULTS):
        op.drop_column(table, column)
    op.drop_column("follows", "more_reviews")
    op.drop_column("follows", "reviews_per_day")
