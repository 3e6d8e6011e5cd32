"""The room of decks: which there are, who follows them, what is in them, and how that is edited.

Here is what commands need of it too; what only pages show and edit is imported from its module.
"""

from app.library.following import More, ask_for_more, follow, follow_as, set_new_per_day, set_shape, stop_following

__all__ = [
    "More",
    "ask_for_more",
    "follow",
    "follow_as",
    "set_new_per_day",
    "set_shape",
    "stop_following",
]
