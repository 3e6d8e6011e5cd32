"""The cards of a view by what they are now, and deck by deck."""

from dataclasses import dataclass
from typing import Any

from app.database import db
from app.errors import N_
from app.pages.language import _
from app.pages.progress_views import View
from app.pages.words import number, percent
from app.progress import Maturity, maturity_of

NAMES = {
    "mature": N_("mature: comes back after 21 days or more"),
    "young": N_("young: met, and sooner than that"),
    "new": N_("new: not met yet"),
    "suspended": N_("suspended"),
    "buried": N_("put off until a later day"),
}
"""By the name of the state, in the order of a bar."""
ALWAYS = ("mature", "young", "new")


@dataclass(frozen=True)
class States:
    """All cards of a view, and its decks in their order. `shown`: the states that are worth a word."""

    cards: Maturity
    decks: list[tuple[Any, Maturity]]

    @property
    def shown(self) -> list[str]:
        return [name for name in NAMES if name in ALWAYS or getattr(self.cards, name)]

    @property
    def finding(self) -> str:
        mature, total = self.cards.mature, self.cards.total
        if not mature:
            met = number(self.cards.young)
            return _("You have met %(met)s of %(total)s cards; none is mature yet.", met=met, total=number(total))
        told = {"share": percent(mature / total), "mature": number(mature), "total": number(total)}
        return _("%(share)s of your cards are mature: %(mature)s of %(total)s.", **told)


def states_of(view: View) -> States:
    """The cards of the view by state."""
    by_deck = maturity_of(db.session, view.scope, view.today)
    decks = [(deck, by_deck[deck.id]) for deck in view.decks if deck.id in by_deck]
    return States(sum((cards for _deck, cards in decks), Maturity()), decks)
