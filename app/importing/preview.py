"""What an import would bring, before it brings it."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from app.importing.identity import identified
from app.importing.parsed import BadRow, LostCard, ParsedDeck, ParsedNote
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
    for row in identified(deck.rows, whole_guids=deck.whole_guids):
        if isinstance(row, LostCard):
            continue
        if isinstance(row, BadRow):
            bad += 1
            bad_rows += [row] if bad <= SHOWN_BAD_ROWS else []
        else:
            notes += 1
            cards += islice(_cards_of(row.note), SHOWN_CARDS - len(cards))
    return DeckPreview(deck, cards, bad_rows, notes, bad)


def _cards_of(note: ParsedNote) -> Iterator[Sides]:
    """The note's cards, each rendered when it is asked for: a preview asks for few."""
    for ordinal in card_ordinals(note.content):
        yield render_sides(note.content, ordinal)
