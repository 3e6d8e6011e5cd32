"""The cards a learner forgets again and again."""

from dataclasses import dataclass

from app.database import db
from app.models.shown import shown_to
from app.pages.progress_views import View
from app.pages.sides import sides_of_notes
from app.progress import Leech, leeches_of
from app.rendering.cards import Sides


@dataclass(frozen=True, slots=True)
class LeechList:
    """How many there are, and the worst: each, what the learner is asked, and whether the learner may mend it."""

    count: int
    worst: list[tuple[Leech, Sides, bool]]


def leeches_in(view: View) -> LeechList:
    """Those of a view."""
    leeches = leeches_of(db.session, view.scope)
    cards = [one.card for one in leeches.worst]
    notes = shown_to(db.session, view.learner.id, [(card.note, card.deck) for card in cards])
    sides = sides_of_notes([(note, card.deck.path, card.ordinal) for note, card in zip(notes, cards, strict=True)])
    own = [card.note.owner_id == view.learner.id and not card.retired for card in cards]
    return LeechList(leeches.count, list(zip(leeches.worst, sides, own, strict=True)))
