"""The hour of each review, daily summaries by hour, grade and stage, and indexes that end each hot statement's walk.

The summaries are made again from the log, which is why SM-2 stands here as it was then: history never imports the app.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

REVIEW_ID = sa.LargeBinary(16).with_variant(sa.Uuid(), "postgresql")
ANSWER, NEW, YOUNG, MATURE, MATURE_INTERVAL, BATCH = 1, 0, 1, 2, 21, 5_000
EASE_CHANGE = {5: 100, 4: 0, 3: -140, 2: -320, 1: -540, 0: -800}
USERS = sa.table("users", sa.column("id"), sa.column("time_zone"))
REVIEWS = sa.table(
    "reviews",
    *(sa.column(name) for name in ("user_id", "card_id", "deck_id", "kind", "day", "hour", "at", "grade", "took_ms")),
    sa.column("id", REVIEW_ID),
    sa.column("undone_at"),
)


class Logged(NamedTuple):
    """A standing review, as the summaries need it."""

    user_id: int
    card_id: int
    deck_id: int
    day: int
    hour: int
    grade: int
    took_ms: int


def _where(condition: str) -> dict[str, sa.TextClause]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _unretired() -> dict[str, sa.TextClause]:
    return {"sqlite_where": sa.text("retired = 0"), "postgresql_where": sa.text("NOT retired")}


def upgrade() -> None:
    _add_hours()
    op.drop_index("ix_reviews_user_id_at", "reviews")
    op.create_index("ix_reviews_standing", "reviews", ["user_id", "day", "at"], **_where("undone_at IS NULL"))
    op.drop_index("ix_memories_user_id_deck_id_queue_day", "memories")
    op.drop_index("ix_memories_drill", "memories")
    op.create_index("ix_memories_queue", "memories", ["user_id", "deck_id", "queue_day", "card_id"])
    op.create_index(
        "ix_memories_drill",
        "memories",
        ["user_id", "drill_day", "deck_id", "drill_at", "card_id"],
        **_where("drill_day IS NOT NULL"),
    )
    op.drop_index("ix_cards_deck_id_position", "cards")
    op.create_index("ix_cards_deck_id_position", "cards", ["deck_id", "position", "id"], **_unretired())
    op.drop_table("daily_summaries")
    _create_summaries()
    _fill_summaries()


def _add_hours() -> None:
    op.add_column("reviews", sa.Column("hour", sa.SmallInteger(), nullable=False, server_default="0"))
    connection = op.get_bind()
    change = (
        sa.update(REVIEWS)
        .where(*(REVIEWS.c[name] == sa.bindparam(f"its_{name}") for name in ("user_id", "card_id", "id")))
        .values(hour=sa.bindparam("new_hour"))
    )
    for user_id, time_zone in connection.execute(sa.select(USERS.c.id, USERS.c.time_zone)).all():
        zone = ZoneInfo(time_zone)
        own = sa.select(REVIEWS.c.card_id, REVIEWS.c.id, REVIEWS.c.at).where(REVIEWS.c.user_id == user_id)
        hours = [
            {
                "its_user_id": user_id,
                "its_card_id": card_id,
                "its_id": review_id,
                "new_hour": datetime.fromtimestamp(at / 1000, UTC).astimezone(zone).hour,
            }
            for card_id, review_id, at in connection.execute(own).all()
        ]
        for start in range(0, len(hours), BATCH):
            connection.execute(change, hours[start : start + BATCH])
    if connection.dialect.name == "postgresql":
        # SQLite would have to make the table anew for that, and a default there does no harm.
        op.alter_column("reviews", "hour", server_default=None)


def _create_summaries() -> None:
    key = ("user_id", "day", "deck_id", "hour", "kind", "grade", "stage", "first")
    small = {"hour", "kind", "grade", "stage"}
    columns = [
        sa.Column(name, sa.SmallInteger() if name in small else sa.Integer(), nullable=False) for name in key[:-1]
    ]
    op.create_table(
        "daily_summaries",
        *columns,
        sa.Column("first", sa.Boolean(), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("took_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_daily_summaries_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint(*key, name="pk_daily_summaries"),
        sqlite_with_rowid=False,
    )


def _fill_summaries() -> None:
    connection = op.get_bind()
    names = ("user_id", "day", "deck_id", "hour", "kind", "grade", "stage", "first", "answers", "took_ms")
    summaries = sa.table("daily_summaries", *(sa.column(name) for name in names))
    for user_id in connection.execute(sa.select(USERS.c.id)).scalars().all():
        sums: dict[tuple[object, ...], list[int]] = defaultdict(lambda: [0, 0])
        for review, stage, first in _staged(_log_of(connection, user_id)):
            key = (user_id, review.day, review.deck_id, review.hour, ANSWER, review.grade, stage, first)
            sums[key][0] += 1
            sums[key][1] += review.took_ms
        rows = [dict(zip(names, (*key, *values), strict=True)) for key, values in sums.items()]
        for start in range(0, len(rows), BATCH):
            connection.execute(sa.insert(summaries), rows[start : start + BATCH])


def _log_of(connection: sa.Connection, user_id: int) -> Iterator[Logged]:
    log = (
        sa.select(*(REVIEWS.c[name] for name in Logged._fields))
        .where(REVIEWS.c.user_id == user_id, REVIEWS.c.kind == ANSWER, REVIEWS.c.undone_at.is_(None))
        .order_by(REVIEWS.c.card_id, REVIEWS.c.day, REVIEWS.c.at, REVIEWS.c.id)
    )
    for row in connection.execute(log):
        yield Logged(*row)


def _staged(log: Iterator[Logged]) -> Iterator[tuple[Logged, int, bool]]:
    """Each review with the stage its card was in and whether it was the card's first of the day."""
    for _, reviews in groupby(log, key=lambda review: review.card_id):
        repetitions, interval, ease, last_day = 0, 0, 2500, None
        for review in reviews:
            stage = NEW if last_day is None else MATURE if interval >= MATURE_INTERVAL else YOUNG
            first = last_day is None or review.day > last_day
            yield review, stage, first
            if first:
                repetitions, interval, ease = _repeat(repetitions, interval, ease, review.grade)
                last_day = review.day


def _repeat(repetitions: int, interval: int, ease: int, grade: int) -> tuple[int, int, int]:
    new_ease = max(1300, ease + EASE_CHANGE[grade])
    if grade < 3:
        return 0, 1, new_ease
    longer = (1, 6)[repetitions] if repetitions < 2 else min(36_500, -(-interval * ease // 1000))
    return repetitions + 1, longer, new_ease


def downgrade() -> None:
    connection = op.get_bind()
    totals = connection.execute(
        sa.text(
            "SELECT user_id, day, deck_id, sum(answers) AS answers,"
            " sum(CASE WHEN stage = 0 THEN answers ELSE 0 END) AS introduced,"
            " sum(CASE WHEN grade < 3 THEN answers ELSE 0 END) AS again,"
            " sum(CASE WHEN grade = 3 THEN answers ELSE 0 END) AS hard,"
            " sum(CASE WHEN grade = 4 THEN answers ELSE 0 END) AS good,"
            " sum(CASE WHEN grade = 5 THEN answers ELSE 0 END) AS easy, sum(took_ms) AS took_ms"
            " FROM daily_summaries GROUP BY user_id, day, deck_id"
        )
    ).all()
    op.drop_table("daily_summaries")
    names = ("user_id", "day", "deck_id", "answers", "introduced", "again", "hard", "good", "easy", "took_ms")
    old = op.create_table(
        "daily_summaries",
        *(sa.Column(name, sa.Integer(), nullable=False) for name in names[:-1]),
        sa.Column("took_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_daily_summaries_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "day", "deck_id", name="pk_daily_summaries"),
        sqlite_with_rowid=False,
    )
    op.bulk_insert(old, [dict(zip(names, map(int, row), strict=True)) for row in totals])
    op.drop_index("ix_cards_deck_id_position", "cards")
    op.create_index("ix_cards_deck_id_position", "cards", ["deck_id", "position"], **_unretired())
    op.drop_index("ix_reviews_standing", "reviews")
    op.create_index("ix_reviews_user_id_at", "reviews", ["user_id", "at"])
    op.drop_index("ix_memories_queue", "memories")
    op.drop_index("ix_memories_drill", "memories")
    op.create_index("ix_memories_user_id_deck_id_queue_day", "memories", ["user_id", "deck_id", "queue_day"])
    op.create_index("ix_memories_drill", "memories", ["user_id", "drill_day"], **_where("drill_day IS NOT NULL"))
    op.drop_column("reviews", "hour")
