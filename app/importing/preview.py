"""What an import would bring, before it brings it."""

from dataclasses import dataclass
from itertools import islice

from app.importing.parsed import BadRow, ParsedDeck, ParsedNote
from app.rendering import Sides, card_ordinals, render_sides

SHOWN_CARDS = 6
SHOWN_BAD_ROWS = 100


@dataclass(frozen=True)
class DeckPreview:
    """A parsed deck counted through: the first cards as they will look, the first rows that give none."""

    deck: ParsedDeck
    cards: list[Sides]
    bad_rows: list[BadRow]
    note_count: int
    bad_count: int


def preview_deck(deck: ParsedDeck) -> DeckPreview:
    """Walks the deck's rows once and shows the first of them. Nothing is stored."""
    cards: list[Sides] = []
    bad_rows: list[BadRow] = []
    notes = bad = 0
    for row in deck.rows:
        if isinstance(row, ParsedNote):
            notes += 1
            cards += islice(_cards_of(row), SHOWN_CARDS - len(cards))
        else:
            bad += 1
            bad_rows += [row] if bad <= SHOWN_BAD_ROWS else []
    return DeckPreview(deck, cards, bad_rows, notes, bad)


def _cards_of(note: ParsedNote) -> list[Sides]:
    return [
        render_sides(note.kind, note.fields, note.languages, ordinal, note.format)
        for ordinal in card_ordinals(note.kind, note.fields)
    ]
