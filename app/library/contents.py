"""What is in a deck."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from app.errors import NotFound
from app.library.following import visible_deck
from app.models import Card, Deck, Follow, Learner, Memory, Note, Standing, User
from app.models.deck import decks_inside, with_parents
from app.models.shown import ShownNote, shown_to

NOTES_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class DeckInside:
    """A deck inside the one that is looked into, and how many notes it has."""

    deck: Deck
    note_count: int


@dataclass(frozen=True)
class DeckPage:
    """A deck as a learner looks into it: one page of its notes, and the decks inside it.

    `follow` is None for a deck they do not follow; `root` is the deck they followed, if it lies above this one. The
    counts are of all cards and notes in the deck and inside it, `own_notes` of the notes that are paged through. Of a
    deck that was closed to them (`is_closed`) it is only what they have met. `gone`: how many cards they have met that
    the author removed since. `is_nobodys`: the author has left, and the deck stays as it is. `author`: the name of
    another learner whose deck it is.
    """

    deck: Deck
    follow: Follow | None
    root: Deck | None
    inside: Sequence[DeckInside]
    notes: Sequence[ShownNote]
    note_count: int
    card_count: int
    own_notes: int
    page: int
    is_closed: bool = False
    gone: int = 0
    is_nobodys: bool = False
    author: str | None = None

    @property
    def pages(self) -> int:
        return max(1, -(-self.own_notes // NOTES_A_PAGE))


def deck_page(session: Session, learner: Learner, deck_id: int, page: int) -> DeckPage:
    """Page `page` (from 1) of a deck's notes in the deck's order.

    Raises NotFound for a deck they may not see, and for a page it does not have.
    """
    (deck,) = with_parents(session, [visible_deck(session, learner, deck_id)])
    is_closed = deck.is_closed_to(learner.id)
    theirs = _met_by(learner) if is_closed else ~Card.retired
    places = sa.select(Card.note_id, sa.func.min(Card.position).label("position"))
    first = places.where(Card.deck_id == deck_id, theirs).group_by(Card.note_id).subquery()
    count = session.scalar(sa.select(sa.func.count()).select_from(first)) or 0
    if page < 1 or page > max(1, -(-count // NOTES_A_PAGE)):
        raise NotFound()
    notes = session.scalars(
        sa.select(Note)
        .join(first, first.c.note_id == Note.id)
        .options(joinedload(Note.note_type))
        .order_by(first.c.position, Note.id)
        .limit(NOTES_A_PAGE)
        .offset((page - 1) * NOTES_A_PAGE)
    ).all()
    tree = [deck_id, *decks_inside(session, [deck_id])]
    counted = _counts(session, tree, theirs)
    followed = _follow(session, learner, deck_id)
    author, is_nobodys = _author(session, deck, learner)
    return DeckPage(
        deck=deck,
        follow=followed,
        root=_root(session, followed),
        inside=_inside(session, deck_id, counted, is_closed=is_closed),
        notes=shown_to(session, learner.id, [(note, deck) for note in notes]),
        note_count=sum(notes_in for notes_in, _ in counted.values()),
        card_count=sum(cards for _, cards in counted.values()),
        own_notes=count,
        page=page,
        is_closed=is_closed,
        gone=_gone(session, learner, tree),
        is_nobodys=is_nobodys,
        author=author,
    )


def _follow(session: Session, learner: Learner, deck_id: int) -> Follow | None:
    follow = session.get(Follow, (learner.id, deck_id))
    return follow if follow and follow.stopped_at is None else None


def _author(session: Session, deck: Deck, learner: Learner) -> tuple[str | None, bool]:
    """The name of another learner whose deck it is, and whether its author has left."""
    if deck.owner_id in {None, learner.id}:
        return None, False
    name, standing = session.execute(sa.select(User.name, User.standing).where(User.id == deck.owner_id)).one()
    return (None, True) if standing == Standing.NOBODY else (name, False)


def _met_by(learner: Learner) -> sa.ColumnElement[bool]:
    return sa.exists().where(Memory.user_id == learner.id, Memory.card_id == Card.id)


def _gone(session: Session, learner: Learner, deck_ids: Sequence[int]) -> int:
    met = sa.select(sa.func.count()).select_from(Memory).join(Card, Card.id == Memory.card_id)
    own = (Memory.user_id == learner.id, Memory.deck_id.in_(deck_ids), Card.retired)
    return session.scalar(met.where(*own)) or 0


def _root(session: Session, followed: Follow | None) -> Deck | None:
    if followed is None or followed.root_id is None:
        return None
    above = session.get(Follow, (followed.user_id, followed.root_id))
    if above is None or above.stopped_at is not None:
        return None
    return with_parents(session, [session.get_one(Deck, followed.root_id)])[0]


def _counts(session: Session, deck_ids: Sequence[int], which: sa.ColumnElement[bool]) -> dict[int, tuple[int, int]]:
    """How many notes and cards each of the decks has; a deck without any is left out."""
    counted = (
        sa.select(Card.deck_id, sa.func.count(Card.note_id.distinct()), sa.func.count())
        .where(Card.deck_id.in_(deck_ids), which)
        .group_by(Card.deck_id)
    )
    return {deck_id: (notes, cards) for deck_id, notes, cards in session.execute(counted)}


def _inside(
    session: Session, deck_id: int, counted: dict[int, tuple[int, int]], *, is_closed: bool
) -> list[DeckInside]:
    """The decks right inside; of one that is closed, those with something in them."""
    children = sa.select(Deck).where(Deck.parent_id == deck_id, Deck.published).order_by(Deck.place, Deck.id)
    decks = with_parents(session, session.scalars(children).all())
    if is_closed:
        decks = [deck for deck in decks if counted.keys() & {deck.id, *decks_inside(session, [deck.id])}]
    return [DeckInside(deck, counted.get(deck.id, (0, 0))[0]) for deck in decks]
