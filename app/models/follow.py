"""Following: a learner, a deck, and how this learner wants it."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import ON_DEMAND, Base, Moment
from app.models.deck import Deck

NEW_PER_DAY = 20


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
