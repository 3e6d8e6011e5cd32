"""A deck edited whole, as one text in Cardlet's deck format.

`reading` reads what is here and what was typed, by the same reader; `comparing` finds what differs between the two, and
`planning` what that means for notes and cards that are here. `saving` does it, `undoing` takes it back. What stands the
same in both texts is not touched, whatever a text cannot say of it.
"""

from app.importing.as_text.planning import Added, Changed, Moved, Plan, Removed, plan_changes
from app.importing.as_text.reading import (
    LONGEST_DECK,
    MOST_NOTES,
    Standing,
    check_length,
    check_size,
    cleaned,
    read_standing,
)
from app.importing.as_text.saving import lock_notes, save_text
from app.importing.as_text.since import Since, changed_since
from app.importing.as_text.undoing import Undone, latest_save, undo_text

__all__ = [
    "LONGEST_DECK",
    "MOST_NOTES",
    "Added",
    "Changed",
    "Moved",
    "Plan",
    "Removed",
    "Since",
    "Standing",
    "Undone",
    "changed_since",
    "check_length",
    "check_size",
    "cleaned",
    "latest_save",
    "lock_notes",
    "plan_changes",
    "read_standing",
    "save_text",
    "undo_text",
]
