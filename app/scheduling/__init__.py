"""When a card comes back: arithmetic only, no database, no clock, no chance."""

from app.scheduling.memory import EASY, GRADES, MATURE_INTERVAL, NEW, PASSED, Answer, MemoryState
from app.scheduling.preview import Outlook, preview
from app.scheduling.replay import replay, take_answer

__all__ = [
    "EASY",
    "GRADES",
    "MATURE_INTERVAL",
    "NEW",
    "PASSED",
    "Answer",
    "MemoryState",
    "Outlook",
    "preview",
    "replay",
    "take_answer",
]
