"""From fields to safe HTML: no database, no request, the same text always gives the same result."""

from app.rendering.cloze import cloze_numbers, has_cloze, unclosed_cloze
from app.rendering.content import LONGEST_FIELD, CardTemplate, Content, Shape, shape_of
from app.rendering.ordinals import card_ordinals, is_cloze

__all__ = [
    "LONGEST_FIELD",
    "CardTemplate",
    "Content",
    "Shape",
    "card_ordinals",
    "cloze_numbers",
    "has_cloze",
    "is_cloze",
    "shape_of",
    "unclosed_cloze",
]
