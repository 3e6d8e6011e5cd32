"""Following: a learner, a deck, and how this learner wants it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app.database import ON_DEMAND, Base, Moment, only_where
from app.errors import N_, Refused
from app.models.deck import Deck

NEW_PER_DAY = 20
MOST_A_DAY = 9_999


class NewOrder(IntEnum):
    """Which new card of a deck comes first."""

    AUTHORS = 0
    RANDOM = 1


class ReviewOrder(IntEnum):
    """Which due card comes first: due the longest, the most overdue for its interval, or whichever."""

    LONGEST = 0
    OVERDUE = 1
    RANDOM = 2


Order = TypeVar("Order", NewOrder, ReviewOrder)


def order_of(orders: type[Order], field: str, number: int | None) -> Order:
    """The order with this number, by default the first. Refused, with the field, if there is none."""
    try:
        return orders(number or 0)
    except ValueError:
        raise Refused(N_("Choose one of the orders."), field=field) from None


@dataclass(frozen=True, slots=True)
class Shape:
    """The shape of a followed deck's sessions, for it and all inside it together: how many new cards and how many
    reviews a day (None: no limit), and what comes first."""

    new_per_day: int = NEW_PER_DAY
    reviews_per_day: int | None = None
    new_order: NewOrder = NewOrder.AUTHORS
    review_order: ReviewOrder = ReviewOrder.LONGEST


class Follow(Base):
    """A learner studies a deck. Decks inside a followed deck have rows of their own, each with its own cursor; the
    settings are those of the deck that was followed, and repeated in every row."""

    __tablename__ = "follows"
    __table_args__ = (
        # Who follows a deck.
        sa.Index("ix_follows_deck_id", "deck_id", "user_id", **only_where("stopped_at IS NULL")),
        {"sqlite_with_rowid": False},
    )

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    deck_id: Mapped[int] = mapped_column(sa.ForeignKey("decks.id", ondelete="CASCADE"), primary_key=True)
    # The deck whose following brought this row. NULL: this one.
    root_id: Mapped[int | None]
    place: Mapped[int] = mapped_column(default=0)
    # For the followed deck and all inside it together.
    new_per_day: Mapped[int] = mapped_column(default=NEW_PER_DAY)
    # The same for repetitions of cards met on an earlier day. NULL: no limit.
    reviews_per_day: Mapped[int | None]
    # So many more than these, on the study day `more_new_on` alone. NULL: none were asked for yet.
    more_new: Mapped[int | None]
    more_reviews: Mapped[int | None]
    more_new_on: Mapped[int | None]
    new_order: Mapped[NewOrder] = mapped_column(sa.SmallInteger, default=NewOrder.AUTHORS)
    review_order: Mapped[ReviewOrder] = mapped_column(sa.SmallInteger, default=ReviewOrder.LONGEST)
    # The SchedulerVersion it is scheduled by. NULL: the defaults.
    scheduler_version: Mapped[int | None]
    # No card of the deck that the learner has not met lies below this position; only ever a saving of time.
    new_from: Mapped[int] = mapped_column(default=0)
    # The deck's order_version for which new_from holds.
    order_seen: Mapped[int] = mapped_column(default=0)
    followed_at: Mapped[datetime] = mapped_column(Moment)
    # Since when the deck's owner may see how the learner gets on with it. It is agreed to for the whole of a tree; a
    # deck that came into it and was followed before is shown only if that was agreed to for it too. NULL: not.
    shows_progress_at: Mapped[datetime | None] = mapped_column(Moment)
    # When the learner stopped; following again resumes. NULL: following.
    stopped_at: Mapped[datetime | None] = mapped_column(Moment)

    deck: Mapped[Deck] = relationship(lazy=ON_DEMAND)

    @property
    def shape(self) -> Shape:
        return Shape(**{field: getattr(self, field) for field in Shape.__dataclass_fields__})

    def be_part_of(self, root: "Follow") -> None:
        """Belongs to the follow of a deck above, and takes over its place and its settings. The owner comes to see
        nothing by it that was not agreed to for this deck."""
        self.root_id = root.root_id or root.deck_id
        if root.shows_progress_at is None:
            self.shows_progress_at = None
        shared = ("place", "scheduler_version", *Shape.__dataclass_fields__, "more_new", "more_reviews", "more_new_on")
        for name in shared:
            setattr(self, name, getattr(root, name))


def tree_of(user_id: int, root_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    """Which follows are a learner's of a followed deck and of all inside it."""
    return Follow.user_id == user_id, sa.or_(Follow.deck_id == root_id, Follow.root_id == root_id)


def lock_follows(session: Session, user_id: int, deck_ids: Sequence[int]) -> None:
    """Locks a learner's follows of these decks to the end of the transaction. Whoever locks the learner too does this
    first: an answer to a new card takes its follow before the learner, and the other way round the two would wait for
    each other. On SQLite there is one writer anyway, and nothing is locked."""
    own = sa.select(Follow.deck_id).where(Follow.user_id == user_id, Follow.deck_id.in_(deck_ids))
    session.execute(own.order_by(Follow.deck_id).with_for_update())


def check_new_per_day(limit: int | None) -> None:
    """Refused outside 0 to 9,999."""
    if limit is None or not 0 <= limit <= MOST_A_DAY:
        words = N_("The number of new cards a day goes from 0 to %(most)s.")
        raise Refused(words, field="new_per_day", most=MOST_A_DAY)


def check_reviews_per_day(limit: int | None) -> None:
    """Refused outside 0 to 9,999; None is no limit."""
    if limit is not None and not 0 <= limit <= MOST_A_DAY:
        words = N_("The number of reviews a day goes from 0 to %(most)s; left empty, there is no limit.")
        raise Refused(words, field="reviews_per_day", most=MOST_A_DAY)
