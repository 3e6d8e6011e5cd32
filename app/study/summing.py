"""The day's totals, kept beside the log so that no page has to add it up."""

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.models import DailySummary, Review
from app.scheduling.memory import EASY, GOOD, HARD


def count_answer(session: Session, review: Review, *, introduced: bool) -> None:
    """Adds an answer to its day; `introduced` when it was the learner's first to the card."""
    _add(session, review, {**_shares(review), "introduced": int(introduced)})


def uncount_answer(session: Session, review: Review, *, introduced: bool) -> None:
    """Takes an undone answer out of its day again."""
    _add(session, review, {name: -share for name, share in {**_shares(review), "introduced": int(introduced)}.items()})


def move_introduction(session: Session, review: Review, by: int) -> None:
    """Counts a card as met (1) or not (-1) on the day of this review: a merge can change which one was first."""
    _add(session, review, dict.fromkeys(_shares(review), 0) | {"introduced": by})


def _shares(review: Review) -> dict[str, int]:
    return {
        "answers": 1,
        "again": int(review.grade < HARD),
        "hard": int(review.grade == HARD),
        "good": int(review.grade == GOOD),
        "easy": int(review.grade == EASY),
        "took_ms": review.took_ms,
    }


def _add(session: Session, review: Review, shares: dict[str, int]) -> None:
    key = {"user_id": review.user_id, "day": review.day, "deck_id": review.deck_id}
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    columns = sa.inspect(DailySummary).columns
    session.execute(
        insert(DailySummary)
        .values(**key, **shares)
        .on_conflict_do_update(
            index_elements=list(key), set_={name: columns[name] + share for name, share in shares.items()}
        )
    )
