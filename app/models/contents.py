"""Which cards a note has, once its content is another. What learners know hangs on the cards' ids, which stay."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.database import connection_of
from app.models.deck import Deck
from app.models.note import Card
from app.models.posting import listing, one_of


def cards_of(session: Session, note_ids: Sequence[int]) -> dict[int, list[Card]]:
    """The cards of these notes, retired ones too, by note."""
    cards: dict[int, list[Card]] = {note_id: [] for note_id in note_ids}
    dialect = connection_of(session).dialect.name
    theirs = sa.select(Card).where(one_of(dialect, Card.note_id, "note_ids")).order_by(Card.ordinal)
    for card in session.scalars(theirs, {"note_ids": listing(dialect, note_ids)}):
        cards[card.note_id].append(card)
    return cards


def place_cards(
    session: Session,
    note_id: int,
    cards: Sequence[Card],
    placed: dict[int, int],
    deck_id: int,
    import_id: int | None = None,
) -> None:
    """Makes the note's cards those of these ordinals, at these positions: others are retired, those that were retired
    come back, those there never were are added to the deck, by this import if it is one."""
    missing = dict(placed)
    for card in cards:
        card.retired = card.ordinal not in placed
        card.position = missing.pop(card.ordinal, card.position)
    for ordinal, position in missing.items():
        card = Card(deck_id=deck_id, note_id=note_id, ordinal=ordinal, position=position, import_id=import_id)
        session.add(card)
    session.flush()


def fit_cards(session: Session, note_id: int, ordinals: Sequence[int]) -> None:
    """The same after an edit: cards stay where they are, and new ones come right after the note's last, before whatever
    follows it in that deck."""
    cards = cards_of(session, [note_id])[note_id]
    if set(ordinals) == {card.ordinal for card in cards if not card.retired}:
        return
    last = max(cards, key=lambda card: (card.position, card.id))
    known = {card.ordinal: card.position for card in cards}
    missing = [ordinal for ordinal in ordinals if ordinal not in known]
    placed = {ordinal: known[ordinal] for ordinal in ordinals if ordinal in known}
    placed |= {ordinal: last.position + n for n, ordinal in enumerate(missing, start=1)}
    if missing:
        behind = sa.update(Card).where(Card.deck_id == last.deck_id, Card.position > last.position)
        session.execute(behind.values(position=Card.position + len(missing)))
    place_cards(session, note_id, cards, placed, last.deck_id)
    # A card that came or came back may lie below what a follower's cursor has passed.
    decks = {card.deck_id for card in cards}
    session.execute(sa.update(Deck).where(Deck.id.in_(decks)).values(order_version=Deck.order_version + 1))
