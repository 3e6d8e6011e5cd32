"""The settings a deck is scheduled by, in versions, what FSRS remembers of a card, and fitted parameters.

Daily summaries no longer depend on a scheduler: a card's stage is how long it had been remembered when it was asked.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

LAST_DAY = {"sqlite": "json_extract(state, '$.last_day')", "postgresql": "CAST(state ->> 'last_day' AS INTEGER)"}
SUMMED_AGAIN = """
INSERT INTO daily_summaries (user_id, day, deck_id, hour, kind, grade, stage, first, answers, took_ms)
SELECT user_id, day, deck_id, hour, kind, grade, stage, first, count(*), sum(took_ms) FROM (
    SELECT user_id, day, deck_id, hour, kind, grade, took_ms,
        CASE WHEN last_day IS NULL THEN 0 WHEN day - last_day >= 21 THEN 2 ELSE 1 END AS stage,
        last_day IS NULL OR day > last_day AS first
    FROM (
        SELECT user_id, day, deck_id, hour, kind, grade, took_ms,
            lag(CASE WHEN kind = 4 THEN {last_day} ELSE day END)
                OVER (PARTITION BY user_id, card_id ORDER BY day, at, id) AS last_day
        FROM reviews WHERE kind IN (1, 4) AND undone_at IS NULL
    ) AS events
) AS answers WHERE kind = 1
GROUP BY user_id, day, deck_id, hour, kind, grade, stage, first
"""


def upgrade() -> None:
    _create_versions()
    _create_parameter_sets()
    op.add_column("follows", sa.Column("scheduler_version", sa.Integer()))
    op.add_column("memories", sa.Column("scheduler_version", sa.Integer()))
    op.add_column("memories", sa.Column("stability", sa.Double()))
    op.add_column("memories", sa.Column("difficulty", sa.Double()))
    op.execute("DELETE FROM daily_summaries")
    op.execute(SUMMED_AGAIN.format(last_day=LAST_DAY[op.get_bind().dialect.name]))


def _create_versions() -> None:
    op.create_table(
        "scheduler_versions",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("deck_id", sa.Integer(), nullable=False),
        sa.Column("scheduler", sa.String(8), nullable=False),
        sa.Column("retention", sa.Double(), nullable=False),
        sa.Column("maximum_interval", sa.Integer(), nullable=False),
        sa.Column("fuzz", sa.Boolean(), nullable=False),
        sa.Column("parameter_set", sa.Integer(), nullable=True),
        sa.Column("replaces", sa.Integer(), nullable=True),
        sa.Column("chosen_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_scheduler_versions_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "version", name="pk_scheduler_versions"),
        sqlite_with_rowid=False,
    )


def _create_parameter_sets() -> None:
    op.create_table(
        "parameter_sets",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("deck_id", sa.Integer(), nullable=False),
        sa.Column("algorithm", sa.String(16), nullable=False),
        sa.Column("parameter_count", sa.SmallInteger(), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("trained_on", sa.Integer(), nullable=False),
        sa.Column("held_out", sa.Integer(), nullable=False),
        sa.Column("loss_before", sa.Double(), nullable=False),
        sa.Column("loss_after", sa.Double(), nullable=False),
        sa.Column("fitted_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_parameter_sets_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "id", name="pk_parameter_sets"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """The older code knows SM-2 alone. Memories and summaries stand as they are until its `cardlet log rebuild` makes
    them what SM-2 says of the log."""
    op.drop_column("memories", "difficulty")
    op.drop_column("memories", "stability")
    op.drop_column("memories", "scheduler_version")
    op.drop_column("follows", "scheduler_version")
    op.drop_table("parameter_sets")
    op.drop_table("scheduler_versions")
