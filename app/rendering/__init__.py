"""From fields to safe HTML: no database, no request, the same text always gives the same result."""

from app.rendering.cards import Sides, card_ordinals, render_sides
from app.rendering.cloze import cloze_numbers, has_cloze
from app.rendering.text import render_text, shows_nothing

__all__ = ["Sides", "card_ordinals", "cloze_numbers", "has_cloze", "render_sides", "render_text", "shows_nothing"]
