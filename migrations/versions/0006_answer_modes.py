"""How many buttons a learner grades with."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("answer_mode", sa.SmallInteger(), nullable=False, server_default="4"))
    if op.get_bind().dialect.name == "postgresql":
        # SQLite would have to make the table anew for that, and a default there does no harm.
        op.alter_column("users", "answer_mode", server_default=None)


def downgrade() -> None:
    op.drop_column("users", "answer_mode")
