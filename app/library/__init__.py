"""The room of decks: which there are, who follows them, and what is in them."""

from app.library.contents import NOTES_A_PAGE, deck_page
from app.library.decks import ShelfDeck, followed_decks, shelf, starter_decks
from app.library.following import More, ask_for_more, follow, set_new_per_day, set_shape, stop_following

__all__ = [
    "NOTES_A_PAGE",
    "More",
    "ShelfDeck",
    "ask_for_more",
    "deck_page",
    "follow",
    "followed_decks",
    "set_new_per_day",
    "set_shape",
    "shelf",
    "starter_decks",
    "stop_following",
]
