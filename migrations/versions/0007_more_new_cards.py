"""New cards beyond a day's limit, for that day alone."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("follows", sa.Column("more_new", sa.Integer()))
    op.add_column("follows", sa.Column("more_new_on", sa.Integer()))


def downgrade() -> None:
    op.drop_column("follows", "more_new_on")
    op.drop_column("follows", "more_new")
