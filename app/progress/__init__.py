"""The room that looks back and ahead: one figure, one function; it reads and never writes."""

from app.progress.activity import Activity, Streak, activity_of, streak_of
from app.progress.added import Added, added_of
from app.progress.calendar import Calendar, calendar_of, level_of, years_of
from app.progress.card import CardHistory, card_history
from app.progress.coming import Coming, coming_of
from app.progress.day import Answered, DayPage, answered_on, waiting_on
from app.progress.habits import Grades, GradesGiven, Hour, grades_of, hours_of
from app.progress.mastery import Mastery, mastery_of
from app.progress.maturity import Maturity, maturity_of
from app.progress.over_time import Done, OverTime, over_time
from app.progress.retrievability import Retrievability, Share, retrievability_of
from app.progress.scope import Range, Scope, Span, scope_of, span_of
from app.progress.stretches import Unit

__all__ = [
    "Activity",
    "Added",
    "Answered",
    "Calendar",
    "CardHistory",
    "Coming",
    "DayPage",
    "Done",
    "Grades",
    "GradesGiven",
    "Hour",
    "Mastery",
    "Maturity",
    "OverTime",
    "Range",
    "Retrievability",
    "Scope",
    "Share",
    "Span",
    "Streak",
    "Unit",
    "activity_of",
    "added_of",
    "answered_on",
    "calendar_of",
    "card_history",
    "coming_of",
    "grades_of",
    "hours_of",
    "level_of",
    "mastery_of",
    "maturity_of",
    "over_time",
    "retrievability_of",
    "scope_of",
    "span_of",
    "streak_of",
    "waiting_on",
    "years_of",
]
