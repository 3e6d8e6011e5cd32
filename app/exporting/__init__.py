"""The room where decks go out: one writer a format, each in pieces, none with a whole deck in memory."""

from app.exporting.choosing import Export, all_decks, number_of_cards, one_deck
from app.exporting.formats import FORMATS, OF_EVERYTHING, Format

__all__ = [
    "FORMATS",
    "OF_EVERYTHING",
    "Export",
    "Format",
    "all_decks",
    "number_of_cards",
    "one_deck",
]
