"""When a card comes back: arithmetic only, no database, no clock, no chance."""

from app.scheduling.memory import (
    EASY,
    GRADES,
    LEECH_AGAIN,
    LEECH_LAPSES,
    MATURE_INTERVAL,
    NEW,
    PASSED,
    Answer,
    Checkpoint,
    DueSet,
    Event,
    MemoryState,
    Reset,
)
from app.scheduling.preview import Outlook, preview
from app.scheduling.replay import replay, take, take_answer
from app.scheduling.settings import DEFAULT_SETTINGS, Scheduler, Settings

__all__ = [
    "DEFAULT_SETTINGS",
    "EASY",
    "GRADES",
    "LEECH_AGAIN",
    "LEECH_LAPSES",
    "MATURE_INTERVAL",
    "NEW",
    "PASSED",
    "Answer",
    "Checkpoint",
    "DueSet",
    "Event",
    "MemoryState",
    "Outlook",
    "Reset",
    "Scheduler",
    "Settings",
    "preview",
    "replay",
    "take",
    "take_answer",
]
