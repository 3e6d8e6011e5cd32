"""The room that looks back and ahead: one figure, one function; it reads and never writes."""

from app.progress.activity import Activity, Done, activity_of, done_in
from app.progress.card import CardHistory, card_history
from app.progress.forecast import FORECAST_DAYS, Forecast, forecast_of
from app.progress.mastery import Mastery, mastery_of
from app.progress.maturity import Maturity, maturity_of
from app.progress.report import DAY_COLUMNS, day_rows, report_of
from app.progress.retention import Aim, Retention, Since, aim_of, retention_in, retentions_of
from app.progress.retrievability import Retrievability, Share, retrievability_of
from app.progress.scope import Range, Scope, Span, scope_of, span_of
from app.progress.streaks import Streak, streak_of

__all__ = [
    "DAY_COLUMNS",
    "FORECAST_DAYS",
    "Activity",
    "Aim",
    "CardHistory",
    "Done",
    "Forecast",
    "Mastery",
    "Maturity",
    "Range",
    "Retention",
    "Retrievability",
    "Scope",
    "Share",
    "Since",
    "Span",
    "Streak",
    "activity_of",
    "aim_of",
    "card_history",
    "day_rows",
    "done_in",
    "forecast_of",
    "mastery_of",
    "maturity_of",
    "report_of",
    "retention_in",
    "retentions_of",
    "retrievability_of",
    "scope_of",
    "span_of",
    "streak_of",
]
