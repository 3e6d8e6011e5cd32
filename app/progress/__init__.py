"""The room that looks back and ahead: one figure, one function; it reads and never writes."""

from app.progress.activity import Activity, Done, activity_of, done_in
from app.progress.added import Added, added_of
from app.progress.calendar import Calendar, calendar_of, level_of, years_of
from app.progress.card import CardHistory, card_history
from app.progress.coming import Coming, coming_of
from app.progress.day import Answered, DayPage, answered_on, waiting_on
from app.progress.foreseen import Foreseen, foreseen_of
from app.progress.growth import Growth, growth_of
from app.progress.habits import Grades, GradesGiven, Hour, grades_of, hours_of
from app.progress.leeches import Leech, Leeches, leeches_of
from app.progress.mastery import Mastery, mastery_of
from app.progress.maturity import Maturity, maturity_of
from app.progress.over_time import DoneIn, OverTime, over_time
from app.progress.report import DAY_COLUMNS, day_rows, report_of
from app.progress.retention import Aim, Retention, Since, aim_of, retention_in, retentions_of
from app.progress.retrievability import Retrievability, Share, retrievability_of
from app.progress.scope import Range, Scope, Span, range_since, scope_of, span_of
from app.progress.spread import Spread, difficulties_of, eases_of, intervals_of, stabilities_of
from app.progress.streaks import Streak, streak_of
from app.progress.stretches import Unit
from app.progress.sums import first_day

__all__ = [
    "DAY_COLUMNS",
    "Activity",
    "Added",
    "Aim",
    "Answered",
    "Calendar",
    "CardHistory",
    "Coming",
    "DayPage",
    "Done",
    "DoneIn",
    "Foreseen",
    "Grades",
    "GradesGiven",
    "Growth",
    "Hour",
    "Leech",
    "Leeches",
    "Mastery",
    "Maturity",
    "OverTime",
    "Range",
    "Retention",
    "Retrievability",
    "Scope",
    "Share",
    "Since",
    "Span",
    "Spread",
    "Streak",
    "Unit",
    "activity_of",
    "added_of",
    "aim_of",
    "answered_on",
    "calendar_of",
    "card_history",
    "coming_of",
    "day_rows",
    "difficulties_of",
    "done_in",
    "eases_of",
    "first_day",
    "foreseen_of",
    "grades_of",
    "growth_of",
    "hours_of",
    "intervals_of",
    "leeches_of",
    "level_of",
    "mastery_of",
    "maturity_of",
    "over_time",
    "range_since",
    "report_of",
    "retention_in",
    "retentions_of",
    "retrievability_of",
    "scope_of",
    "span_of",
    "stabilities_of",
    "streak_of",
    "waiting_on",
    "years_of",
]
