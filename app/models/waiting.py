"""Which cards wait for a learner: the statements behind the queue, the home page and the forecast.

Every one names the learner by parameter, compares for equality whatever stands before the column it sorts by, and stops
at a limit: none touches more rows than it shows, however large the collection. They are written once, with parameters,
because SQLAlchemy takes longer to put such a statement together than the database takes to run it.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.models.audience import is_open_to
from app.models.deck import Deck
from app.models.follow import NEW_PER_DAY, Follow
from app.models.mark import hidden
from app.models.memory import Memory
from app.models.note import Card
from app.models.review import DailySummary, Kind
from app.scheduling.stages import Stage

COUNTED_UP_TO = 1000
"""Nobody reads more digits than that, and counting on would make the page as slow as the collection is large."""
A_LOT_OF_NEW = 100
A_DAYS_REVIEWS = (100, 300)
"""Limits of reviews are mostly below one of these, and then nobody reads how many more are due."""

BEHIND_ALL = sa.literal_column(str(2**31 - 1), sa.Integer)
"""A position that no card has."""

Id = int | sa.SQLColumnExpression[int]
LEARNER: sa.BindParameter[int] = sa.bindparam("learner_id", type_=sa.Integer)
DAY: sa.BindParameter[int] = sa.bindparam("day", type_=sa.Integer)
ROOT: sa.BindParameter[int] = sa.bindparam("root_id", type_=sa.Integer)
WITHOUT: sa.BindParameter[int] = sa.bindparam("without", 0, type_=sa.Integer)
"""A card that is left out, for it is being answered; no card has the id 0."""


def follows_of(user_id: int) -> sa.Select[Follow]:
    """The decks a learner studies, in their order."""
    return (
        sa.select(Follow)
        .join(Deck)
        .where(Follow.user_id == user_id, Follow.stopped_at.is_(None), Deck.published)
        .order_by(Follow.place, Deck.place, Follow.deck_id)
    )


def followed_deck_ids(user_id: Id) -> sa.Select[int]:
    """Ids of the decks a learner studies, for a condition."""
    return sa.select(Follow.deck_id).where(Follow.user_id == user_id, Follow.stopped_at.is_(None))


def due_cards(user_id: Id, deck_id: Id, day: Id) -> sa.Select[int]:
    """Ids of the cards due by that day, the longest waiting first. A card in today's drill waits there instead."""
    return (
        sa.select(Memory.card_id)
        .where(Memory.user_id == user_id, Memory.deck_id == deck_id, Memory.queue_day <= day)
        .where(Memory.card_id != WITHOUT)
        .order_by(Memory.queue_day, Memory.card_id)
    )


def drilled_cards(user_id: Id, deck_id: Id, day: Id) -> sa.Select[int]:
    """Ids of the cards in that day's drill, the one seen longest ago first."""
    return (
        sa.select(Memory.card_id)
        .where(Memory.user_id == user_id, Memory.deck_id == deck_id, Memory.drill_day == day)
        .where(~hidden(user_id, Memory.card_id, day), Memory.card_id != WITHOUT)
        .order_by(Memory.drill_at, Memory.card_id)
    )


def _none(rows: sa.Select[bool]) -> sa.ColumnElement[bool]:
    """Whether there is no such row, asked card by card. Of NOT EXISTS PostgreSQL makes a join, which may begin with all
    that the learner remembers; of IS NULL it expects next to nothing, and sorts the deck instead of walking it."""
    return rows.scalar_subquery().is_not(sa.true())


def new_cards(user_id: Id, deck_id: Id, from_position: Id, day: Id | None = None) -> sa.Select[int]:
    """Ids of the cards of a deck the learner has not met and not suspended, in the deck's order; with a day, of those
    that are not buried then either."""
    remembered = aliased(Memory)
    met = sa.select(sa.true()).where(remembered.user_id == user_id, remembered.card_id == Card.id)
    return (
        sa.select(Card.id)
        .where(Card.deck_id == deck_id, ~Card.retired, Card.position >= from_position)
        .where(_none(met), ~hidden(user_id, Card.id, day), Card.id != WITHOUT)
        .order_by(Card.position, Card.id)
    )


def new_cards_today(user_id: Id, deck_id: Id, from_position: Id, day: Id) -> sa.Select[int]:
    """The same, one card a note: none whose sibling was answered that day, which would give the answer away, and none
    that waits behind a sibling."""
    sibling, remembered = aliased(Card), aliased(Memory)
    unmet_before = sa.and_(
        remembered.card_id.is_(None),
        ~hidden(user_id, sibling.id),
        sibling.deck_id == Card.deck_id,
        ~sibling.retired,
        sibling.position < Card.position,
    )
    in_the_way = (
        # An outer join, for the same reason.
        sa.select(sa.true())
        .select_from(sibling)
        .outerjoin(remembered, sa.and_(remembered.user_id == user_id, remembered.card_id == sibling.id))
        .where(sibling.note_id == Card.note_id, sibling.id != Card.id)
        .where(sa.or_(remembered.last_day == day, sibling.id == WITHOUT, unmet_before))
        .limit(at_most(1))
    )
    return new_cards(user_id, deck_id, from_position, day).where(_none(in_the_way))


def first_position() -> sa.ColumnElement[int]:
    """Where to look for a follow's first unmet card: at the cursor, or at the start if the deck was reordered since; in
    a deck that was closed to its followers, behind all its cards."""
    up_to_date = Follow.order_seen == Deck.order_version
    return sa.case((~is_open_to(LEARNER), BEHIND_ALL), (up_to_date, Follow.new_from), else_=0)


def at_most(number: int) -> sa.ColumnElement[int]:
    """A LIMIT written out: of one that is a parameter PostgreSQL assumes a tenth of the table, and plans for that."""
    return sa.literal_column(str(number), sa.Integer)


def first_of(cards: sa.Select[Any]) -> sa.ScalarSelect[Any]:
    """The first of a deck's cards, as a column beside the deck in `waiting_decks`."""
    return cards.limit(at_most(1)).correlate(Follow, Deck).scalar_subquery()


def number_of(rows: sa.Select[Any], up_to: int = COUNTED_UP_TO) -> sa.ScalarSelect[int]:
    """How many rows there are, up to a number, as a column beside the deck in `waiting_decks`."""
    counted = rows.limit(at_most(up_to)).correlate(Follow, Deck).subquery()
    return sa.select(sa.func.count()).select_from(counted).scalar_subquery()


def _root_of(follow: Any) -> sa.ColumnElement[int]:
    return sa.func.coalesce(follow.root_id, follow.deck_id)


def _met_today() -> sa.Subquery:
    """How many cards were met that day, by the deck that was followed: its limit is one for all inside it."""
    shared = aliased(Follow)
    own = (DailySummary.user_id == LEARNER, DailySummary.day == DAY, DailySummary.stage == Stage.NEW)
    met = sa.select(_root_of(shared).label("root_id"), sa.func.sum(DailySummary.answers).label("number"))
    of_decks = met.join(shared, sa.and_(shared.user_id == LEARNER, shared.deck_id == DailySummary.deck_id))
    return of_decks.where(*own).group_by(_root_of(shared)).subquery("met_today")


def _reviewed_today() -> sa.Subquery:
    """How many cards were repeated that day, by the deck that was followed, where it has a limit of them."""
    shared = aliased(Follow)
    done = sa.select(_root_of(shared).label("root_id"), sa.func.sum(DailySummary.answers).label("number"))
    of_deck = (DailySummary.user_id == LEARNER, DailySummary.day == DAY, DailySummary.deck_id == shared.deck_id)
    repeated = (DailySummary.kind == Kind.ANSWER, DailySummary.first, DailySummary.stage != Stage.NEW)
    limited = done.select_from(shared).join(DailySummary, sa.and_(*of_deck, *repeated))
    limited = limited.where(shared.user_id == LEARNER, shared.reviews_per_day.is_not(None))
    return limited.group_by(_root_of(shared)).subquery("reviewed_today")


def _asked_for(more: Any) -> sa.ColumnElement[int]:
    """What was asked for today beyond a limit."""
    return sa.case((Follow.more_new_on == DAY, sa.func.coalesce(more, 0)), else_=0)


def _due_where_limited(left: sa.ColumnElement[Any]) -> sa.ColumnElement[int | None]:
    """How many cards are due in a deck, counted only where a limit says how many of them come; else NULL."""
    due = due_cards(LEARNER, Follow.deck_id, DAY).order_by(None)
    return sa.case(
        (Follow.reviews_per_day.is_(None), sa.null()),
        (left <= 0, sa.literal_column("0")),
        *((left <= few, number_of(due, few)) for few in A_DAYS_REVIEWS),
        else_=number_of(due),
    )


def _unmet(left: sa.ColumnElement[Any], new_up_to: int, due: sa.Subquery | None) -> sa.ColumnElement[int]:
    """How many new cards a deck still has, of which the limit lets in what is left."""
    # Whichever come first: an order would let PostgreSQL sort the deck before it stops.
    fresh = new_cards_today(LEARNER, Follow.deck_id, first_position(), DAY).order_by(None)
    nobody_reads_it = sa.or_(left <= 0, due.c.number >= COUNTED_UP_TO) if due is not None else left <= 0
    # A LIMIT cannot look at its own row's limit, and counting far beyond it would be most of the page's time.
    return sa.case(
        (nobody_reads_it, sa.literal_column("0")),
        *((left <= few, number_of(fresh, few)) for few in (NEW_PER_DAY, A_LOT_OF_NEW) if few < new_up_to),
        else_=number_of(fresh, new_up_to),
    )


def waiting_decks(
    *columns: sa.SQLColumnExpression[Any],
    new_up_to: int,
    inside: bool = False,
    due: sa.Subquery | None = None,
    due_here: sa.ColumnElement[int] | None = None,
) -> sa.Select[Any]:
    """The columns of a WaitingDeck and more, a row for each deck the learner studies (`inside`: in ROOT and below it),
    in no order. New cards are not counted beyond `new_up_to`, each of which takes a look at what was met and when; not
    at all where `due`, a `number_due`, says that nobody would read it. Without `due_here` a deck's due cards are only
    counted where there is a limit of reviews."""
    root_id, met_today, reviewed_today = _root_of(Follow), _met_today(), _reviewed_today()
    introduced = sa.func.coalesce(met_today.c.number, 0)
    in_drill = sa.select(
        Memory.deck_id, sa.func.count().label("number"), sa.func.min(Memory.drill_at).label("first_at")
    ).where(
        Memory.user_id == LEARNER,
        Memory.drill_day == DAY,
        ~hidden(LEARNER, Memory.card_id, DAY),
        Memory.card_id != WITHOUT,
    )
    drilled = in_drill.group_by(Memory.deck_id).subquery("drilled")
    limit, reviewed = Follow.new_per_day + _asked_for(Follow.more_new), sa.func.coalesce(reviewed_today.c.number, 0)
    review_limit = Follow.reviews_per_day + _asked_for(Follow.more_reviews)
    unmet = _unmet(limit - introduced, new_up_to, due)
    follow: tuple[Any, ...] = (
        *(Deck.id, Deck.parent_id, Deck.name, Deck.language, root_id.label("root_id"), Follow.place),
        *(Deck.place.label("deck_place"), Follow.new_order, Follow.review_order),
    )
    reviews = _due_where_limited(review_limit - reviewed) if due_here is None else due_here
    limits: tuple[Any, ...] = (limit, introduced, unmet, review_limit, reviewed, reviews)
    statement = (
        sa.select(*follow, *limits, sa.func.coalesce(drilled.c.number, 0), drilled.c.first_at, *columns)
        .select_from(Follow)
        .join(Deck)
        .outerjoin(met_today, met_today.c.root_id == root_id)
        .outerjoin(reviewed_today, reviewed_today.c.root_id == root_id)
        .outerjoin(drilled, drilled.c.deck_id == Follow.deck_id)
    )
    return followed(statement if due is None else statement.join(due, sa.true()), inside)


def followed(statement: sa.Select[Any], inside: bool) -> sa.Select[Any]:
    """Only decks the learner studies; `inside`: only ROOT and what is below it."""
    statement = statement.where(Follow.user_id == LEARNER, Follow.stopped_at.is_(None), Deck.published)
    return statement.where(Follow.deck_id.in_(sa.select(_INSIDE.c.id))) if inside else statement


def number_due(dialect: str, *, inside: bool = False) -> sa.Subquery:
    """How many cards are due in all the decks without a limit of reviews together, up to COUNTED_UP_TO: one row, one
    column, `number`."""
    due = due_cards(LEARNER, Follow.deck_id, DAY).order_by(None)
    decks: sa.Select[Any] = sa.select(sa.literal_column("1")).select_from(Follow).join(Deck)
    decks = decks.where(Follow.reviews_per_day.is_(None))
    if dialect == "postgresql":
        # Deck by deck, or it walks everything the learner remembers until a thousand are found that are due.
        one_deck = due.limit(at_most(COUNTED_UP_TO)).correlate(Follow).lateral()
        decks = decks.join(one_deck, sa.true())
    else:
        decks = decks.join(Memory, sa.and_(*due._where_criteria))
    counted = followed(decks, inside).limit(at_most(COUNTED_UP_TO)).subquery()
    return sa.select(sa.func.count().label("number")).select_from(counted).subquery("due_now")


_TOP = sa.select(ROOT.label("id")).cte("inside", recursive=True)
_INSIDE = _TOP.union_all(sa.select(Deck.id).join(_TOP, Deck.parent_id == _TOP.c.id))


def path_of(connection: sa.Connection, name: str, parent_id: int | None) -> str:
    """A deck's name with those of the decks above it: `Kubernetes::Networking`."""
    while parent_id is not None:
        above = connection.execute(_NAME_AND_PARENT, {"deck_id": parent_id}).one()
        name, parent_id = f"{above.name}::{name}", above.parent_id
    return name


_NAME_AND_PARENT = sa.select(Deck.name, Deck.parent_id).where(Deck.id == sa.bindparam("deck_id"))
