"""The cards a learner has marked, so that none is forgotten for being out of sight."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from app.errors import NotFound
from app.models import Card, Deck, Follow, Learner, Mark, Memory, Note
from app.models.deck import with_parents
from app.models.shown import ShownNote, shown_to

CARDS_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class MarkedCard:
    """A card and the marks on it."""

    card: Card
    mark: Mark
    shown: ShownNote


@dataclass(frozen=True, slots=True)
class MarkedPage:
    """One page of the marked cards, suspended ones first; `count` is of all pages."""

    cards: Sequence[MarkedCard]
    count: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // CARDS_A_PAGE))


def marked_cards(session: Session, learner: Learner, today: int, page: int) -> MarkedPage:
    """Page `page` (from 1) of the cards that are suspended, buried today, or flagged, in the decks the learner follows.

    Raises NotFound for a page that there is not.
    """
    met = sa.exists().where(Memory.user_id == learner.id, Memory.card_id == Card.id)
    rows = (
        sa.select(Mark, Card)
        .join(Card, Card.id == Mark.card_id)
        .join(Deck, Deck.id == Card.deck_id)
        .join(Follow, sa.and_(Follow.user_id == learner.id, Follow.deck_id == Card.deck_id))
        .where(Mark.user_id == learner.id, Follow.stopped_at.is_(None), Deck.published)
        .where(sa.or_(Mark.suspended, Mark.flag > 0, Mark.buried_until > today))
        # Deleted by the learner, it is nowhere, and its marks come back with it.
        .where(sa.or_(~Card.retired, met))
    )
    count = session.scalar(sa.select(sa.func.count()).select_from(rows.subquery())) or 0
    if page < 1 or page > max(1, -(-count // CARDS_A_PAGE)):
        raise NotFound()
    shown = rows.options(joinedload(Card.note).joinedload(Note.note_type), joinedload(Card.deck))
    shown = shown.order_by(Mark.suspended.desc(), Mark.buried_until.desc(), Mark.card_id)
    found = session.execute(shown.limit(CARDS_A_PAGE).offset((page - 1) * CARDS_A_PAGE)).all()
    with_parents(session, [card.deck for _, card in found])
    shown_notes = shown_to(session, learner.id, [(card.note, card.deck) for _, card in found])
    marked = [MarkedCard(card, mark, note) for (mark, card), note in zip(found, shown_notes, strict=True)]
    return MarkedPage(marked, count, page)
