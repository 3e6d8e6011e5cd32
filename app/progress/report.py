"""All figures at once, as numbers that other programs can read."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import Session

from app.clock import date_of
from app.models import Figure, Learner
from app.progress.activity import activity_of, done_in
from app.progress.retention import Retention, aim_of, retention_in, retentions_of
from app.progress.scope import Scope, Span
from app.progress.streaks import streak_of
from app.progress.sums import Day, Part, counts_of, days_of, parts_of

AHEAD = 365
DAY_COLUMNS = (
    *("date", "answers", "minutes", "again", "new", "young", "young_recalled", "mature", "mature_recalled"),
    "practised",
)
UNITS = {
    Figure.INTERVAL: "intervals_days",
    Figure.EASE: "eases_twentieths",
    Figure.DIFFICULTY: "difficulties_tenths",
    Figure.STABILITY: "stabilities_days",
    Figure.LAPSES: "lapses",
}


def day_rows(session: Session, scope: Scope, span: Span) -> Iterator[tuple[object, ...]]:
    """The days on which something was done, as values of DAY_COLUMNS."""
    for day in days_of(session, scope, span):
        yield _row_of(day)


def _row_of(day: Day) -> tuple[object, ...]:
    minutes = round(day.took_ms / 60_000, 2)
    return date_of(day.day).isoformat(), day.answers, minutes, *day[3:]


def report_of(session: Session, learner: Learner, scope: Scope, span: Span) -> dict[str, Any]:
    """What a scope's figures say of a span that ends today. Dates are those study days begin on; shares are from 0 to
    1, None where nothing was asked."""
    today = span.last
    done, streak = done_in(session, scope, span), streak_of(session, learner, today)
    days = [dict(zip(DAY_COLUMNS, row, strict=True)) for row in day_rows(session, scope, span)]
    return {
        "from": _date(span.first) or (days[0]["date"] if days else None),
        "to": _date(today),
        "answers": done.answers,
        "minutes": round(done.took_ms / 60_000, 2),
        "days": done.days,
        "days_studied": done.days_studied,
        "answers_a_day": round(done.a_day, 2),
        "answers_a_day_studied": round(done.a_day_studied, 2),
        "longest_streak": done.longest_streak,
        "longest_streak_with_rest": done.longest_streak_with_rest,
        "streak": {"days": streak.days, "rested": streak.rested},
        "new": done.met,
        "again": done.again,
        "hard": done.hard,
        "good": done.good,
        "easy": done.easy,
        "true_retention": _share(retention_in(session, scope, span).of_all),
        "retention": {since.value: _shares(row) for since, row in retentions_of(session, scope, today).items()},
        "aim": _aim(session, scope),
        "today": _today(session, scope, today),
        "per_day": days,
        "per_hour": _hours(parts_of(session, scope, span)),
        **_waiting(session, scope, today),
        **{name: counts_of(session, scope, figure) for figure, name in UNITS.items()},
    }


def _date(day: int | None) -> str | None:
    return None if day is None else date_of(day).isoformat()


def _share(share: float | None) -> float | None:
    return None if share is None else round(share, 4)


def _shares(row: Retention) -> dict[str, Any]:
    counts = {name: getattr(row, name) for name in Retention.__dataclass_fields__}
    shares = {"of_young": row.of_young, "of_mature": row.of_mature, "of_all": row.of_all}
    return {**counts, **{name: _share(share) for name, share in shares.items()}}


def _aim(session: Session, scope: Scope) -> dict[str, Any] | None:
    aim = aim_of(session, scope)
    return None if aim is None else {"lowest": aim.lowest, "highest": aim.highest, "told_to_fsrs": aim.told}


def _today(session: Session, scope: Scope, today: int) -> dict[str, Any]:
    done = activity_of(session, scope, today)
    minutes = round(done.took_ms / 60_000, 2)
    again = _share(done.again / done.answers) if done.answers else None
    return {
        "answers": done.answers,
        "minutes": minutes,
        "again": done.again,
        "again_rate": again,
        "new": done.met,
        "practised": done.practised,
    }


def _hours(parts: list[Part]) -> list[int]:
    """Answers by the hour of the learner's clock, 0 to 23, those in practice too."""
    hours = [0] * 24
    for part in parts:
        hours[part.hour] += part.answers
    return hours


def _waiting(session: Session, scope: Scope, today: int) -> dict[str, Any]:
    """What waits since before today, and what the days from today on bring, those of them that bring anything."""
    waits = counts_of(session, scope, Figure.WAITS_ON)
    forecast = [{"date": _date(day), "cards": cards} for day, cards in waits.items() if 0 <= day - today < AHEAD]
    return {"overdue": sum(cards for day, cards in waits.items() if day < today), "forecast": forecast}
