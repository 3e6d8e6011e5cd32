"""The room that looks back and ahead: one figure, one function; it reads and never writes."""

from app.progress.activity import Activity, Streak, activity_of, streak_of
from app.progress.card import CardHistory, card_history
from app.progress.forecast import FORECAST_DAYS, Forecast, forecast_of
from app.progress.foreseen import Foreseen, foreseen_of
from app.progress.growth import Growth, growth_of
from app.progress.leeches import Leech, Leeches, leeches_of
from app.progress.maturity import Maturity, maturity_of
from app.progress.scope import Range, Scope, Span, scope_of, span_of
from app.progress.spread import Spread, difficulties_of, eases_of, intervals_of, stabilities_of

__all__ = [
    "FORECAST_DAYS",
    "Activity",
    "CardHistory",
    "Forecast",
    "Foreseen",
    "Growth",
    "Leech",
    "Leeches",
    "Maturity",
    "Range",
    "Scope",
    "Span",
    "Spread",
    "Streak",
    "activity_of",
    "card_history",
    "difficulties_of",
    "eases_of",
    "forecast_of",
    "foreseen_of",
    "growth_of",
    "intervals_of",
    "leeches_of",
    "maturity_of",
    "scope_of",
    "span_of",
    "stabilities_of",
    "streak_of",
]
