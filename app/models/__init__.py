"""Every table, what a row knows about itself, and the queries that several rooms share."""

from app.models.adjustment import Adjustment
from app.models.change import Change, NoteVersion
from app.models.deck import Audience, Deck
from app.models.follow import Follow
from app.models.imported import Import, Tombstone
from app.models.mark import Mark, MarkChange, Marks
from app.models.media import MediaName, Medium
from app.models.memory import Memory
from app.models.memory_count import Figure, MemoryCount
from app.models.note import Card, Note, NoteTag, NoteType
from app.models.posting import Posting, Unindexed
from app.models.progress_copy import ProgressCopy
from app.models.review import DailySummary, Kind, Review
from app.models.scheduling import ParameterSet, SchedulerVersion
from app.models.server import OneTimeLink, ServerSetting
from app.models.totals import EVER, DayTotal, PeriodTotal
from app.models.upload import Upload
from app.models.user import FailedSignIn, Learner, SignedInUser, SignIn, Standing, User
from app.scheduling.stages import Stage

__all__ = [
    "EVER",
    "Adjustment",
    "Audience",
    "Card",
    "Change",
    "DailySummary",
    "DayTotal",
    "Deck",
    "FailedSignIn",
    "Figure",
    "Follow",
    "Import",
    "Kind",
    "Learner",
    "Mark",
    "MarkChange",
    "Marks",
    "MediaName",
    "Medium",
    "Memory",
    "MemoryCount",
    "Note",
    "NoteTag",
    "NoteType",
    "NoteVersion",
    "OneTimeLink",
    "ParameterSet",
    "PeriodTotal",
    "Posting",
    "ProgressCopy",
    "Review",
    "SchedulerVersion",
    "ServerSetting",
    "SignIn",
    "SignedInUser",
    "Stage",
    "Standing",
    "Tombstone",
    "Unindexed",
    "Upload",
    "User",
]
