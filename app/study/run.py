"""A run of practice: which cards it is about, which are still left, and which comes next.

Nothing is stored of a run: the address says what was chosen and when it began, the log what was answered since. So two
devices agree, and nothing is lost when the server restarts.
"""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal, get_args

import sqlalchemy as sa

from app.database import Handle, Writing, connection_of, forget
from app.errors import N_, NotFound, Refused
from app.models import Card, Deck, Follow, Kind, Learner, Mark, Memory, Review
from app.models.audience import is_open_to
from app.models.review import GIVEN_HERE
from app.models.summing import Logged
from app.models.tagged import tag_named, tagged_cards, tagged_notes, tags_are_shown
from app.models.waiting import DAY, LEARNER, at_most, followed, followed_deck_ids
from app.scheduling.memory import GOOD
from app.study.practice import swing_practice
from app.study.queue import NextCard
from app.study.showing import show

AGAIN_AFTER = 5
"""How many other cards come before one that was not known comes back, as long as there are others."""
MOST_CARDS, MOST_DAYS = 500, 365

Which = Literal["all", "met", "new", "hard", "ahead", "mistakes"]
WHICH: tuple[Which, ...] = get_args(Which)


@dataclass(frozen=True, slots=True)
class Run:
    """What was chosen: which cards of a deck with those inside it (None: of all that are followed) and of a tag (None:
    whatever tag), at most how many, and for `ahead`, due within how many days. `day`, `since`: when the run began."""

    which: Which
    deck_id: int | None
    tag: str | None
    most: int
    days: int
    day: int
    since: datetime


@dataclass(frozen=True, slots=True)
class RunState:
    """Where a run stands: the next card (None: it is finished), how many cards it has in all and how many are left."""

    next: NextCard | None
    cards: int
    left: int
    can_undo: bool


def run_state(handle: Handle, learner: Learner, run: Run, card_id: int | None = None) -> RunState:
    """Where a run stands; `card_id`: the card to show, if it is one that is left. Raises NotFound for a deck the
    learner does not follow."""
    chosen = cards_of(handle, learner, run)
    given = [(row.card_id, row.grade) for row in connection_of(handle).execute(_GIVEN, _moments(learner, run))]
    # Of several answers to a card the last one counts.
    known = {card for card, grade in dict(given).items() if grade >= GOOD}
    left = [card for card in chosen if card not in known]
    following = card_id if card_id in left else next_in_run(chosen, given)
    card = None if following is None else NextCard("practice", *show(handle, learner, following))
    return RunState(card, len(chosen), len(left), bool(given))


def next_in_run(chosen: Sequence[int], given: Sequence[tuple[int, int]]) -> int | None:
    """The card of a run that comes next, given its answers (card and grade) in their order: one to come back after some
    others, else one not seen yet, else whatever was not known. None when all are known."""
    last_at = {card: place for place, (card, _) in enumerate(given)}
    in_run = set(chosen)
    in_turn = sorted(last_at.items(), key=lambda item: item[1])
    again = [card for card, place in in_turn if given[place][1] < GOOD and card in in_run]
    if again and len({card for card, _ in given[last_at[again[0]] + 1 :]}) >= AGAIN_AFTER:
        return again[0]
    unseen = next((card for card in chosen if card not in last_at), None)
    return unseen if unseen is not None else next(iter(again), None)


def undo_practice(
    handle: Handle, learner: Learner, run: Run, now: datetime, in_transaction: Writing | None = None
) -> int:
    """Takes back the latest answer given since the run began, and returns the id of its card. Raises Refused if there
    is none, Stale if it was taken back at the same moment."""
    row: Any = connection_of(handle).execute(_LATEST, _moments(learner, run)).first()
    if row is None:
        raise Refused(N_("There is nothing to undo in this run."))
    with nullcontext(handle) if in_transaction is None else in_transaction() as transaction:
        swing_practice(connection_of(transaction), learner, row[0], Logged(*row[1:]), now)
        forget(transaction)
    return int(row[0])


def cards_of(handle: Handle, learner: Learner, run: Run) -> list[int]:
    """Ids of the run's cards in their order. Raises NotFound for a deck that is not followed."""
    connection = connection_of(handle)
    if run.deck_id is not None:
        follow = sa.select(Follow.deck_id).where(Follow.user_id == learner.id, Follow.deck_id == run.deck_id)
        if connection.scalar(follow.where(Follow.stopped_at.is_(None))) is None:
            raise NotFound()
    statement = _chosen(connection.dialect.name, run.which, inside=run.deck_id is not None, tagged=run.tag is not None)
    own = {"learner_id": learner.id, "root_id": run.deck_id, "day": run.day, "up_to": run.day + run.days}
    how = {"most": run.most, "seed": int(run.since.timestamp() * 1000) % PRIME, **tag_named(run.tag or "")}
    return list(connection.scalars(statement, {**own, **how}))


def _moments(learner: Learner, run: Run) -> dict[str, object]:
    return {"learner_id": learner.id, "day": run.day, "since": run.since}


_SINCE = sa.bindparam("since", type_=Review.at.type)
_PRACTISED = (
    *(Review.user_id == LEARNER, Review.day >= DAY, Review.at >= _SINCE),
    *(Review.kind == Kind.PRACTICE, GIVEN_HERE, Review.undone_at.is_(None)),
)
_GIVEN = sa.select(Review.card_id, Review.grade).where(*_PRACTISED).order_by(Review.day, Review.at)
_LATEST = (
    sa.select(Review.card_id, *(getattr(Review, name) for name in Logged.__dataclass_fields__))
    .where(*_PRACTISED, Review.deck_id.in_(followed_deck_ids(LEARNER)))
    .order_by(Review.day.desc(), Review.at.desc())
    .limit(at_most(1))
)

PRIME = 2**31 - 1


def _mixed(card_id: Any) -> sa.ColumnElement[int]:
    """Puts cards in an order that looks like chance and is the same for the whole run: squares leap about where
    multiples would march in step."""
    place = (sa.cast(card_id, sa.BigInteger) * 48_271 + sa.bindparam("seed", type_=sa.BigInteger)) % PRIME
    return place * place % PRIME


@cache
def _chosen(dialect: str, which: Which, *, inside: bool, tagged: bool) -> sa.Select[int]:
    card: Any = tagged_cards(dialect) if tagged else None
    if which == "mistakes":
        statement = _mistakes(tagged=tagged)
    elif which in ("all", "new"):
        statement = _cards(which, Card if card is None else card)
    else:
        statement = _met(which, card)
    return followed(statement.where(_OFFERED), inside).limit(sa.bindparam("most", type_=sa.Integer))


_OFFERED = sa.or_(Mark.card_id.is_(None), ~Mark.suspended)
"""What a card must be to be practised without having been chosen by itself. One that is buried is out of the schedule's
way for a day, not out of practice."""


def _with_marks(statement: sa.Select[int], card_id: Any) -> sa.Select[int]:
    return statement.outerjoin(Mark, sa.and_(Mark.user_id == LEARNER, Mark.card_id == card_id))


def _cards(which: Which, card: Any) -> sa.Select[int]:
    """The cards of the followed decks that the author has not taken out; of `new`, those not met."""
    statement = sa.select(card.id).select_from(card).join(Follow, Follow.deck_id == card.deck_id)
    statement = _with_marks(statement.join(Deck, Deck.id == Follow.deck_id).where(~card.retired), card.id)
    statement = statement.outerjoin(Memory, sa.and_(Memory.user_id == LEARNER, Memory.card_id == card.id))
    statement = statement.where(sa.or_(is_open_to(LEARNER), Memory.card_id.is_not(None)))
    if which == "all":
        return statement.order_by(_mixed(card.id))
    in_order = (Follow.place, Deck.place, Deck.id, card.position, card.id)
    return statement.where(Memory.card_id.is_(None)).order_by(*in_order)


def _met(which: Which, card: Any) -> sa.Select[int]:
    """The cards the learner has met, those among them that their author has taken out since."""
    statement = sa.select(Memory.card_id)
    if card is None:
        statement = statement.select_from(Memory)
    else:
        statement = statement.select_from(card).join(Memory, Memory.card_id == card.id)
    statement = statement.join(Follow, Follow.deck_id == Memory.deck_id).join(Deck, Deck.id == Follow.deck_id)
    statement = _with_marks(statement, Memory.card_id).where(Memory.user_id == LEARNER)
    mixed = _mixed(Memory.card_id)
    if which == "hard":
        return statement.where(Memory.lapses > 0).order_by(Memory.lapses.desc(), mixed)
    if which == "ahead":
        up_to = sa.bindparam("up_to", type_=sa.Integer)
        return statement.where(Memory.queue_day > DAY, Memory.queue_day <= up_to).order_by(Memory.queue_day, mixed)
    return statement.order_by(mixed)


def _mistakes(*, tagged: bool) -> sa.Select[int]:
    wrong = (Review.user_id == LEARNER, Review.day == DAY, Review.undone_at.is_(None), GIVEN_HERE)
    statement = sa.select(Card.id).select_from(Review).join(Card, Card.id == Review.card_id)
    statement = statement.join(Follow, Follow.deck_id == Card.deck_id).join(Deck, Deck.id == Follow.deck_id)
    statement = _with_marks(statement, Card.id).where(*wrong, Review.kind == Kind.ANSWER, Review.grade < GOOD)
    if tagged:
        statement = statement.where(Card.note_id.in_(tagged_notes()), tags_are_shown(LEARNER, Card))
    return statement.group_by(Card.id).order_by(sa.func.min(Review.at), Card.id)
