"""The room of what is shared: who may see a deck, its link, the catalogue, and what a follower makes of a deck."""

from app.sharing.adjusting import adjust_note, give_up_own, keep_own, state_of
from app.sharing.catalogue import Preview, catalogue, preview_of, public_deck
from app.sharing.class_view import ClassView, class_of, set_agreement
from app.sharing.opening import Sharing, deck_of_link, renew_link, set_audience, sharing_of

__all__ = [
    "ClassView",
    "Preview",
    "Sharing",
    "adjust_note",
    "catalogue",
    "class_of",
    "deck_of_link",
    "give_up_own",
    "keep_own",
    "preview_of",
    "public_deck",
    "renew_link",
    "set_agreement",
    "set_audience",
    "sharing_of",
    "state_of",
]
