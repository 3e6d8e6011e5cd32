"""Uploads lie in the data directory; the table knows their size and what became of them."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # They live a day at most, and whoever waits for one chooses the file again.
    op.execute("DELETE FROM uploads")
    op.drop_column("uploads", "content")
    op.drop_column("uploads", "report")
    op.add_column("uploads", sa.Column("stored_as", sa.String(32), nullable=False, server_default=""))
    op.add_column("uploads", sa.Column("size", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("uploads", sa.Column("import_id", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.execute("DELETE FROM uploads")
    for name in ("stored_as", "size", "import_id"):
        op.drop_column("uploads", name)
    op.add_column("uploads", sa.Column("content", sa.LargeBinary(), nullable=True))
    op.add_column("uploads", sa.Column("report", sa.JSON(none_as_null=True), nullable=True))
