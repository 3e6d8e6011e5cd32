"""Following: a learner, a deck, and how this learner wants it."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app.database import ON_DEMAND, Base, Moment
from app.errors import N_, Refused
from app.models.deck import Deck

NEW_PER_DAY = 20
MOST_NEW_PER_DAY = 9_999


class Follow(Base):
    """A learner studies a deck. Decks inside a followed deck have rows of their own, each with its own cursor; the
    settings are those of the deck that was followed, and repeated in every row."""

    __tablename__ = "follows"
    __table_args__ = ({"sqlite_with_rowid": False},)

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    deck_id: Mapped[int] = mapped_column(sa.ForeignKey("decks.id", ondelete="CASCADE"), primary_key=True)
    # The deck whose following brought this row. NULL: this one.
    root_id: Mapped[int | None]
    place: Mapped[int] = mapped_column(default=0)
    # For the followed deck and all inside it together.
    new_per_day: Mapped[int] = mapped_column(default=NEW_PER_DAY)
    # So many new cards more than that, on this study day alone. NULL: none were asked for yet.
    more_new: Mapped[int | None]
    more_new_on: Mapped[int | None]
    # The SchedulerVersion it is scheduled by. NULL: the defaults.
    scheduler_version: Mapped[int | None]
    # No card of the deck that the learner has not met lies below this position; only ever a saving of time.
    new_from: Mapped[int] = mapped_column(default=0)
    # The deck's order_version for which new_from holds.
    order_seen: Mapped[int] = mapped_column(default=0)
    followed_at: Mapped[datetime] = mapped_column(Moment)
    # When the learner stopped; following again resumes. NULL: following.
    stopped_at: Mapped[datetime | None] = mapped_column(Moment)

    deck: Mapped[Deck] = relationship(lazy=ON_DEMAND)


def tree_of(user_id: int, root_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    """Which follows are a learner's of a followed deck and of all inside it."""
    return Follow.user_id == user_id, sa.or_(Follow.deck_id == root_id, Follow.root_id == root_id)


def lock_follows(session: Session, user_id: int, deck_ids: Sequence[int]) -> None:
    """Locks a learner's follows of these decks to the end of the transaction. Whoever locks the learner too does this
    first: an answer to a new card takes its follow before the learner, and the other way round the two would wait for
    each other. On SQLite there is one writer anyway, and nothing is locked."""
    own = sa.select(Follow.deck_id).where(Follow.user_id == user_id, Follow.deck_id.in_(deck_ids))
    session.execute(own.order_by(Follow.deck_id).with_for_update())


def check_new_per_day(limit: int) -> None:
    """Refused outside 0 to 9,999."""
    if not 0 <= limit <= MOST_NEW_PER_DAY:
        words = N_("The number of new cards a day goes from 0 to %(most)s.")
        raise Refused(words, field="new_per_day", most=MOST_NEW_PER_DAY)
