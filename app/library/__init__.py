"""The room of decks: which there are, who follows them, what is in them, and how that is edited."""

from app.library.contents import NOTES_A_PAGE, deck_page
from app.library.decks import ShelfDeck, followed_decks, shelf, starter_decks
from app.library.editing import OpenNote, Wording, edit_note, may_edit, open_note
from app.library.following import More, ask_for_more, follow, follow_as, set_new_per_day, set_shape, stop_following
from app.library.history import bring_back, latest_change, latest_undone_change, redo_change, steps_of, undo_change

__all__ = [
    "NOTES_A_PAGE",
    "More",
    "OpenNote",
    "ShelfDeck",
    "Wording",
    "ask_for_more",
    "bring_back",
    "deck_page",
    "edit_note",
    "follow",
    "follow_as",
    "followed_decks",
    "latest_change",
    "latest_undone_change",
    "may_edit",
    "open_note",
    "redo_change",
    "set_new_per_day",
    "set_shape",
    "shelf",
    "starter_decks",
    "steps_of",
    "stop_following",
    "undo_change",
]
