"""What a deck's owner sees of the learners who have agreed to it: how far each is, and which cards they fail most."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from app.errors import NotFound
from app.models import Card, DayTotal, Deck, Figure, Follow, Kind, Learner, MemoryCount, Note, Review, User
from app.models.across_learners import who_agreed
from app.models.deck import decks_inside, with_parents
from app.models.follow import tree_of
from app.scheduling import MATURE_INTERVAL
from app.scheduling.memory import HARD

MEMBERS_A_PAGE, MOST_ASKED = 50, 500
RETENTION_DAYS, FAILED_DAYS, FAILED_SHOWN = 30, 90, 10


@dataclass(frozen=True, slots=True)
class Member:
    """One learner: how many cards they have met, how many of these are mature, which share of their repetitions of the
    last month they knew (None: there were none), and the study day they last answered on (None: never)."""

    name: str | None
    met: int
    mature: int
    retention: float | None
    last_day: int | None


@dataclass(frozen=True, slots=True)
class FailedCard:
    """A card with how often it was answered in the last three months, how often forgotten, and by how many."""

    card: Card
    answers: int
    fails: int
    learners: int


@dataclass(frozen=True)
class ClassView:
    """One page of the learners, by name; `count` is of all pages."""

    deck: Deck
    members: Sequence[Member]
    failed: Sequence[FailedCard]
    count: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // MEMBERS_A_PAGE))


def set_agreement(session: Session, learner: Learner, deck_id: int, now: datetime, *, agrees: bool) -> None:
    """Lets the owner of a deck see the learner's progress with what they follow of it, or no more. Raises NotFound
    unless they follow it, and it is somebody else's."""
    followed, deck = session.get(Follow, (learner.id, deck_id)), session.get(Deck, deck_id)
    if followed is None or followed.stopped_at is not None or deck is None:
        raise NotFound()
    if deck.owner_id in {None, learner.id}:
        raise NotFound()
    tree = tree_of(learner.id, followed.root_id or deck_id)
    session.execute(sa.update(Follow).where(*tree).values(shows_progress_at=now if agrees else None))


def class_of(session: Session, learner: Learner, deck_id: int, today: int, page: int) -> ClassView:
    """Page `page` (from 1) of the class of a deck with those inside it: of each learner what they have agreed to show,
    deck by deck. Raises NotFound unless it is the learner's own,
    and for a page it lacks."""
    deck = session.get(Deck, deck_id)
    if deck is None or not deck.published or deck.owner_id != learner.id:
        raise NotFound()
    (deck,) = with_parents(session, [deck])
    deck_ids = [deck_id, *decks_inside(session, [deck_id])]
    ids = [user_id for user_id in who_agreed(session, deck_ids) if user_id != learner.id]
    if page < 1 or page > max(1, -(-len(ids) // MEMBERS_A_PAGE)):
        raise NotFound()
    if not ids:
        return ClassView(deck, [], [], 0, page)
    shown = ids[(page - 1) * MEMBERS_A_PAGE : page * MEMBERS_A_PAGE]
    members = _members(session, shown, deck_ids, today)
    return ClassView(deck, members, _failed(session, ids[:MOST_ASKED], deck_ids, today), len(ids), page)


def _members(session: Session, ids: Sequence[int], deck_ids: Sequence[int], today: int) -> list[Member]:
    names: dict[int, str | None] = dict(session.execute(sa.select(User.id, User.name).where(User.id.in_(ids))).all())
    mature = sa.func.sum(sa.case((MemoryCount.bucket >= MATURE_INTERVAL, MemoryCount.cards), else_=0))
    met = sa.select(MemoryCount.user_id, sa.func.sum(MemoryCount.cards), mature).where(
        *(MemoryCount.user_id.in_(ids), MemoryCount.figure == Figure.INTERVAL, MemoryCount.deck_id.in_(deck_ids))
    )
    met = met.join(Follow, _agreed_for(MemoryCount, ids)).group_by(MemoryCount.user_id)
    known = {row[0]: row[1:] for row in session.execute(met)}
    lately = DayTotal.day > today - RETENTION_DAYS
    recalled = sa.func.sum(sa.case((lately, DayTotal.young_recalled + DayTotal.mature_recalled), else_=0))
    repeated = sa.func.sum(sa.case((lately, DayTotal.young + DayTotal.mature), else_=0))
    last_day = sa.func.max(sa.case((DayTotal.answers > 0, DayTotal.day)))
    done = sa.select(DayTotal.user_id, recalled, repeated, last_day)
    done = done.where(DayTotal.user_id.in_(ids), DayTotal.deck_id.in_(deck_ids))
    done = done.join(Follow, _agreed_for(DayTotal, ids)).group_by(DayTotal.user_id)
    days = {row[0]: row[1:] for row in session.execute(done)}
    return [_member(names[one], known.get(one, (0, 0)), days.get(one, (0, 0, None))) for one in ids]


def _agreed_for(table: type[MemoryCount] | type[DayTotal] | type[Review], ids: Sequence[int]) -> sa.ColumnElement[bool]:
    """Whether the row is of a deck for which its learner, one of these, has agreed: what else they follow is their own
    affair."""
    own = (Follow.user_id.in_(ids), Follow.user_id == table.user_id, Follow.deck_id == table.deck_id)
    return sa.and_(*own, Follow.stopped_at.is_(None), Follow.shows_progress_at.is_not(None))


def _member(name: str | None, known: Any, days: Any) -> Member:
    recalled, repeated, last_day = days
    retention = int(recalled) / int(repeated) if repeated else None
    return Member(name, int(known[0]), int(known[1]), retention, last_day)


def _failed(session: Session, ids: Sequence[int], deck_ids: Sequence[int], today: int) -> list[FailedCard]:
    failed = Review.grade < HARD
    fails = sa.func.sum(sa.case((failed, 1), else_=0))
    by = sa.func.count(sa.case((failed, Review.user_id)).distinct())
    given = (Review.user_id.in_(ids), Review.day > today - FAILED_DAYS, Review.undone_at.is_(None))
    ours = (Review.kind == Kind.ANSWER, Review.deck_id.in_(deck_ids))
    rows = sa.select(Review.card_id, sa.func.count(), fails, by).where(*given, *ours)
    rows = rows.join(Follow, _agreed_for(Review, ids)).group_by(Review.card_id)
    most = rows.having(fails > 0).order_by(fails.desc(), Review.card_id).limit(FAILED_SHOWN)
    counted = session.execute(most).all()
    chosen = sa.select(Card).where(Card.id.in_([row[0] for row in counted]), Card.deck_id.in_(deck_ids))
    whole = chosen.options(joinedload(Card.note).joinedload(Note.note_type), joinedload(Card.deck))
    cards = {card.id: card for card in session.scalars(whole)}
    with_parents(session, [card.deck for card in cards.values()])
    return [FailedCard(cards[row[0]], *map(int, row[1:])) for row in counted if row[0] in cards]
