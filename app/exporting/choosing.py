"""Which decks go out: one with those inside it, or all that a learner has."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from app.errors import NotFound
from app.models import Card, Deck, Follow, Learner, Memory, Note, NoteType, NoteVersion
from app.models.deck import decks_inside, with_parents


@dataclass(frozen=True)
class Export:
    """What goes out, to whom, and where it is made. `decks`: each after those above it; `folder`: for files that are
    made on the way; `media`: where pictures and sounds lie; `told`: is told how many notes more are done."""

    learner: Learner
    decks: tuple[Deck, ...]
    now: datetime
    folder: Path
    media: Path
    with_progress: bool = True
    everything: bool = False
    told: Callable[[int], object] = int

    @property
    def name(self) -> str:
        """What the file is about, for its name."""
        return "cardlet" if self.everything else self.decks[0].path

    @cached_property
    def places(self) -> dict[int, int]:
        """The decks' places by their ids."""
        return {deck.id: place for place, deck in enumerate(self.decks)}

    @cached_property
    def closed(self) -> dict[int, int]:
        """The decks that were closed to the learner by their ids: after which change. Of these goes out what they have
        met, as it was then."""
        return {deck.id: deck.closed_after or 0 for deck in self.decks if deck.is_closed_to(self.learner.id)}

    @cached_property
    def theirs(self) -> sa.ColumnElement[bool]:
        """Which cards are the learner's to take."""
        met = sa.exists().where(Memory.user_id == self.learner.id, Memory.card_id == Card.id)
        return sa.or_(Card.deck_id.not_in(self.closed), met) if self.closed else sa.true()


def one_deck(session: Session, learner: Learner, deck_id: int) -> tuple[Deck, ...]:
    """A deck with those inside it. Raises NotFound unless it is the learner's, or they follow it."""
    deck = session.get(Deck, deck_id)
    if deck is None or not _is_visible(session, learner, deck):
        raise NotFound()
    inside = session.scalars(sa.select(Deck).where(Deck.id.in_(decks_inside(session, [deck.id])))).all()
    return _in_order(session, [deck, *(one for one in inside if _is_visible(session, learner, one))])


def all_decks(session: Session, learner: Learner) -> tuple[Deck, ...]:
    """All decks that are the learner's, and those they follow or followed."""
    followed = sa.select(Follow.deck_id).where(Follow.user_id == learner.id)
    mine = sa.or_(Deck.owner_id == learner.id, Deck.id.in_(followed))
    return _in_order(session, session.scalars(sa.select(Deck).where(Deck.published, mine)).all())


def _is_visible(session: Session, learner: Learner, deck: Deck) -> bool:
    if not deck.published:
        return False
    return deck.owner_id == learner.id or session.get(Follow, (learner.id, deck.id)) is not None


def _in_order(session: Session, decks: Iterable[Deck]) -> tuple[Deck, ...]:
    """The decks as a list shows them, each below the one it lies in."""
    chosen = {deck.id: deck for deck in decks}
    with_parents(session, list(chosen.values()))
    for deck in chosen.values():
        top = deck
        while top.parent_id is not None and top.parent is not None:
            top = top.parent
        # Said, because the writer works in another session, where nothing more can be asked; a deck that is followed
        # alone lies in one that is not among these.
        set_committed_value(top, "parent", None)
    below: dict[int | None, list[Deck]] = {}
    for deck in sorted(chosen.values(), key=lambda deck: (deck.place, deck.id)):
        below.setdefault(deck.parent_id if deck.parent_id in chosen else None, []).append(deck)
    found, waiting = [], below.get(None, [])[::-1]
    while waiting:
        found.append(waiting.pop())
        waiting += below.get(found[-1].id, [])[::-1]
    return tuple(found)


def types_in(session: Session, export: Export) -> dict[int, NoteType]:
    """The note types of the decks' notes, by id."""
    cards = (Card.deck_id.in_(export.places), export.theirs)
    used = sa.select(Note.note_type_id).join(Card, Card.note_id == Note.id).where(*cards)
    then = sa.select(NoteVersion.note_type_id).join(Card, Card.note_id == NoteVersion.note_id)
    then = then.where(Card.deck_id.in_(export.closed), export.theirs)
    chosen = sa.or_(NoteType.id.in_(used), NoteType.id.in_(then)) if export.closed else NoteType.id.in_(used)
    types = session.scalars(sa.select(NoteType).where(chosen).order_by(NoteType.id)).all()
    return {note_type.id: note_type for note_type in types}


def number_of_cards(session: Session, export: Export) -> int:
    """About how many notes there are: a card each, for the most part."""
    cards = sa.select(sa.func.count()).select_from(Card).where(Card.deck_id.in_(export.places), ~Card.retired)
    return session.scalar(cards) or 0
