"""The room that looks back and ahead: one figure, one function; it reads and never writes."""

from app.progress.activity import Activity, Streak, activity_of, streak_of
from app.progress.card import CardHistory, card_history
from app.progress.forecast import FORECAST_DAYS, Forecast, forecast_of
from app.progress.mastery import Mastery, mastery_of
from app.progress.maturity import Maturity, maturity_of
from app.progress.retrievability import Retrievability, Share, retrievability_of
from app.progress.scope import Range, Scope, Span, scope_of, span_of

__all__ = [
    "FORECAST_DAYS",
    "Activity",
    "CardHistory",
    "Forecast",
    "Mastery",
    "Maturity",
    "Range",
    "Retrievability",
    "Scope",
    "Share",
    "Span",
    "Streak",
    "activity_of",
    "card_history",
    "forecast_of",
    "mastery_of",
    "maturity_of",
    "retrievability_of",
    "scope_of",
    "span_of",
    "streak_of",
]
