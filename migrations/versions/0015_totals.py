"""What a learner did and knows, added up: by day, by month, year and all time, and memories counted by what they are."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

DAYS = """
INSERT INTO day_totals (user_id, day, deck_id, answers, took_ms, again, met, young, young_recalled, mature,
    mature_recalled, practised)
SELECT user_id, day, deck_id,
    sum(CASE WHEN kind <> 2 THEN answers ELSE 0 END),
    sum(CASE WHEN kind <> 2 THEN took_ms ELSE 0 END),
    sum(CASE WHEN kind <> 2 AND grade < 3 THEN answers ELSE 0 END),
    sum(CASE WHEN kind <> 2 AND first AND stage = 0 THEN answers ELSE 0 END),
    sum(CASE WHEN kind <> 2 AND first AND stage = 1 THEN answers ELSE 0 END),
    sum(CASE WHEN kind <> 2 AND first AND stage = 1 AND grade >= 3 THEN answers ELSE 0 END),
    sum(CASE WHEN kind <> 2 AND first AND stage = 2 THEN answers ELSE 0 END),
    sum(CASE WHEN kind <> 2 AND first AND stage = 2 AND grade >= 3 THEN answers ELSE 0 END),
    sum(CASE WHEN kind = 2 THEN answers ELSE 0 END)
FROM daily_summaries GROUP BY user_id, day, deck_id
"""
PERIODS = """
INSERT INTO period_totals (user_id, period, deck_id, hour, kind, grade, stage, first, answers, took_ms)
SELECT user_id, {period} AS the_period, deck_id, hour, kind, grade, stage, first, sum(answers), sum(took_ms)
FROM daily_summaries GROUP BY user_id, the_period, deck_id, hour, kind, grade, stage, first
"""
YEAR = {
    "sqlite": "CAST(strftime('%Y', day * 86400, 'unixepoch') AS INTEGER)",
    "postgresql": "CAST(extract(year FROM DATE '1970-01-01' + day) AS INTEGER)",
}
MONTH = {
    "sqlite": "CAST(strftime('%Y%m', day * 86400, 'unixepoch') AS INTEGER)",
    "postgresql": "CAST(to_char(DATE '1970-01-01' + day, 'YYYYMM') AS INTEGER)",
}
WHOLE = {"sqlite": "CAST({} AS INTEGER)", "postgresql": "CAST(trunc({}) AS INTEGER)"}
COUNTS = """
INSERT INTO memory_counts (user_id, figure, deck_id, bucket, cards)
SELECT user_id, {figure}, deck_id, {bucket} AS the_bucket, count(*)
FROM memories WHERE {bucket} IS NOT NULL GROUP BY user_id, deck_id, the_bucket
"""


def upgrade() -> None:
    _create_totals()
    _create_counts()
    dialect = op.get_bind().dialect.name
    op.execute(DAYS)
    for period in ("0", YEAR[dialect], MONTH[dialect]):
        # A percent sign in a bare statement would be taken for a place of a parameter.
        op.get_bind().exec_driver_sql(PERIODS.format(period=period))
    stability = "CASE WHEN stability > 36500 THEN 36500 ELSE stability END"
    buckets = {
        1: "queue_day",
        2: "CASE WHEN interval > 36500 THEN 36500 ELSE interval END",
        3: "(ease + 25) / 50",
        4: WHOLE[dialect].format("difficulty * 10"),
        5: WHOLE[dialect].format(stability),
        6: "CASE WHEN lapses > 100 THEN 100 ELSE lapses END",
        7: "CASE WHEN queue_day > due_day THEN 1 END",
    }
    for figure, bucket in buckets.items():
        op.execute(COUNTS.format(figure=figure, bucket=bucket))


def _create_totals() -> None:
    sums = ("again", "met", "young", "young_recalled", "mature", "mature_recalled", "practised")
    op.create_table(
        "day_totals",
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("user_id", "day", "deck_id", "answers")),
        sa.Column("took_ms", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in sums),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_day_totals_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "day", "deck_id", name="pk_day_totals"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "period_totals",
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("user_id", "period", "deck_id")),
        *(sa.Column(name, sa.SmallInteger(), nullable=False) for name in ("hour", "kind", "grade", "stage")),
        sa.Column("first", sa.Boolean(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("took_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_period_totals_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint(
            *("user_id", "period", "deck_id", "hour", "kind", "grade", "stage", "first"), name="pk_period_totals"
        ),
        sqlite_with_rowid=False,
    )


def _create_counts() -> None:
    op.create_table(
        "memory_counts",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("figure", sa.SmallInteger(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("deck_id", "bucket", "cards")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_memory_counts_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "figure", "deck_id", "bucket", name="pk_memory_counts"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    for table in ("memory_counts", "period_totals", "day_totals"):
        op.drop_table(table)
