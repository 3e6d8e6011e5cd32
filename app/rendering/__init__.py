"""From fields to safe HTML: no database, no request, the same text always gives the same result."""

from app.rendering.cards import Sides, card_ordinals, render_sides
from app.rendering.cloze import cloze_numbers, has_cloze, unclosed_cloze
from app.rendering.content import LONGEST_FIELD, CardTemplate, Content, Shape, shape_of
from app.rendering.differences import Effort, Piece, difference
from app.rendering.finishing import File, finished, media_names, render_text
from app.rendering.replacing import Replacement
from app.rendering.templates import is_cloze
from app.rendering.text import files_shown_in, shows_nothing
from app.rendering.typed import Comparison, compare

__all__ = [
    "LONGEST_FIELD",
    "CardTemplate",
    "Comparison",
    "Content",
    "Effort",
    "File",
    "Piece",
    "Replacement",
    "Shape",
    "Sides",
    "card_ordinals",
    "cloze_numbers",
    "compare",
    "difference",
    "files_shown_in",
    "finished",
    "has_cloze",
    "is_cloze",
    "media_names",
    "render_sides",
    "render_text",
    "shape_of",
    "shows_nothing",
    "unclosed_cloze",
]
