"""The decks that are everybody's, and a first look into a shared deck."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from app.errors import NotFound
from app.models import Audience, Card, Deck, Follow, Learner, Note, User
from app.models.across_learners import most_followed_first, numbers_of_followers
from app.models.audience import is_given_out
from app.models.deck import decks_inside

DECKS_A_PAGE = 30
LOOKED_AT = 10
LONGEST_SEARCH, MOST_WORDS = 200, 8


@dataclass(frozen=True, slots=True)
class Offered:
    """A deck that is everybody's: whose it is, how many cards are in it and inside it, how many follow it, and whether
    the learner does."""

    deck: Deck
    author: str
    cards: int
    followers: int
    is_followed: bool


@dataclass(frozen=True)
class Catalogue:
    """One page of the decks that are everybody's; `count` is of all pages, `languages` those there are decks in."""

    decks: Sequence[Offered]
    languages: Sequence[str]
    count: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // DECKS_A_PAGE))


@dataclass(frozen=True, slots=True)
class Preview:
    """A first look into a deck: `notes` are its first, `decks` those inside it."""

    offered: Offered
    notes: Sequence[Note]
    decks: Sequence[Deck]


def catalogue(session: Session, learner: Learner, words: str, language: str, page: int) -> Catalogue:
    """Page `page` (from 1) of the decks at the top that are everybody's, the most followed first: those that have each
    of the words in their names or descriptions, in a language (empty: any). Raises NotFound for a page it lacks."""
    public = (Deck.audience == Audience.EVERYBODY, Deck.published, Deck.parent_id.is_(None), is_given_out())
    languages = session.scalars(sa.select(Deck.language).where(*public).distinct().order_by(Deck.language)).all()
    found = sa.select(Deck).where(*public, *(_has(word) for word in words[:LONGEST_SEARCH].split()[:MOST_WORDS]))
    found = found.where(Deck.language == language) if language else found
    count = session.scalar(sa.select(sa.func.count()).select_from(found.subquery())) or 0
    if page < 1 or page > max(1, -(-count // DECKS_A_PAGE)):
        raise NotFound()
    of_page = most_followed_first(found).limit(DECKS_A_PAGE).offset((page - 1) * DECKS_A_PAGE)
    return Catalogue(_offered(session, learner, session.scalars(of_page).all()), languages, count, page)


def preview_of(session: Session, learner: Learner, deck: Deck) -> Preview:
    """A first look into a deck that the learner may see."""
    ids = [deck.id, *decks_inside(session, [deck.id])]
    decks = session.scalars(
        sa.select(Deck).where(Deck.id.in_(ids[1:]), Deck.published).order_by(Deck.place, Deck.id)
    ).all()
    notes: list[Note] = []
    for deck_id in [deck.id, *(one.id for one in decks)]:
        if len(notes) < LOOKED_AT:
            notes += _first_notes(session, deck_id, LOOKED_AT - len(notes))
    return Preview(_offered(session, learner, [deck])[0], list(dict.fromkeys(notes)), decks)


def public_deck(session: Session, learner: Learner, deck_id: int) -> Deck:
    """A deck that is everybody's, or the learner's own, to see it as others would. Raises NotFound."""
    everybodys = sa.and_(Deck.audience == Audience.EVERYBODY, is_given_out())
    seen = (Deck.id == deck_id, Deck.published, sa.or_(everybodys, Deck.owner_id == learner.id))
    deck = session.scalars(sa.select(Deck).where(*seen)).first()
    if deck is None:
        raise NotFound()
    return deck


def _first_notes(session: Session, deck_id: int, most: int) -> Sequence[Note]:
    # A note has a few cards, which mostly stand together.
    first = sa.select(Card.note_id).where(Card.deck_id == deck_id, ~Card.retired)
    ids = list(dict.fromkeys(session.scalars(first.order_by(Card.position, Card.id).limit(most * 10))))[:most]
    notes = session.scalars(sa.select(Note).where(Note.id.in_(ids)).options(joinedload(Note.note_type)))
    return sorted(notes, key=lambda note: ids.index(note.id))


def _has(word: str) -> sa.ColumnElement[bool]:
    return sa.or_(Deck.name.icontains(word, autoescape=True), Deck.description.icontains(word, autoescape=True))


def _offered(session: Session, learner: Learner, decks: Sequence[Deck]) -> list[Offered]:
    trees = {deck.id: [deck.id, *decks_inside(session, [deck.id])] for deck in decks}
    every = [deck_id for tree in trees.values() for deck_id in tree]
    counted = sa.select(Card.deck_id, sa.func.count()).where(Card.deck_id.in_(every), ~Card.retired)
    cards: dict[int, int] = dict(session.execute(counted.group_by(Card.deck_id)).all())
    followers = numbers_of_followers(session, list(trees))
    own = sa.select(Follow.deck_id).where(Follow.user_id == learner.id, Follow.stopped_at.is_(None))
    followed = set(session.scalars(own.where(Follow.deck_id.in_(trees))))
    named = sa.select(User.id, User.name).where(User.id.in_([deck.owner_id for deck in decks]))
    authors: dict[int, str | None] = dict(session.execute(named).all())
    return [
        Offered(
            deck,
            authors.get(deck.owner_id or 0) or "",
            sum(cards.get(deck_id, 0) for deck_id in trees[deck.id]),
            followers.get(deck.id, 0),
            deck.id in followed,
        )
        for deck in decks
    ]
