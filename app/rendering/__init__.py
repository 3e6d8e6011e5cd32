"""From fields to safe HTML: no database, no request, the same text always gives the same result."""

from app.rendering.cards import Sides, card_ordinals, render_sides
from app.rendering.cloze import cloze_numbers, has_cloze
from app.rendering.differences import Piece, difference
from app.rendering.text import LONGEST_FIELD, render_text, shows_nothing

__all__ = [
    "LONGEST_FIELD",
    "Piece",
    "Sides",
    "card_ordinals",
    "cloze_numbers",
    "difference",
    "has_cloze",
    "render_sides",
    "render_text",
    "shows_nothing",
]
