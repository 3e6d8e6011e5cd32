"""How much of what was asked was still known: true retention, and what the schedulers aim at."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Follow, SchedulerVersion, Stage
from app.progress.scope import Scope, Span
from app.progress.sums import Day, days_of, is_repetition, parts_of
from app.scheduling import Scheduler
from app.scheduling.memory import HARD

SM2_AIM = 0.9
"""SM-2 is told no aim. Its author made its intervals so that about nine of ten cards are recalled."""


class Since(StrEnum):
    """The rows of the table: the study days of each end today, but for yesterday's."""

    TODAY = "today"
    YESTERDAY = "yesterday"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    ALL = "all"


BACK: Mapping[Since, tuple[int, int]] = {
    Since.TODAY: (0, 0),
    Since.YESTERDAY: (1, 1),
    Since.WEEK: (6, 0),
    Since.MONTH: (29, 0),
    Since.YEAR: (364, 0),
}
"""How many days ago each begins and ends, as in Anki."""


@dataclass(frozen=True, slots=True)
class Retention:
    """First answers of a day to cards met before, and how many of these cards were recalled."""

    young: int = 0
    young_recalled: int = 0
    mature: int = 0
    mature_recalled: int = 0

    @property
    def asked(self) -> int:
        return self.young + self.mature

    @property
    def recalled(self) -> int:
        return self.young_recalled + self.mature_recalled

    @property
    def of_young(self) -> float | None:
        return self.young_recalled / self.young if self.young else None

    @property
    def of_mature(self) -> float | None:
        return self.mature_recalled / self.mature if self.mature else None

    @property
    def of_all(self) -> float | None:
        return self.recalled / self.asked if self.asked else None


def retention_in(session: Session, scope: Scope, span: Span) -> Retention:
    """The retention of a span: true retention."""
    return _of(days_of(session, scope, span))


def retentions_of(session: Session, scope: Scope, today: int) -> dict[Since, Retention]:
    """The table of retentions up to today."""
    year, _ = BACK[Since.YEAR]
    days = days_of(session, scope, Span(today - year, today))
    rows = {since: _of(_between(days, today - begins, today - ends)) for since, (begins, ends) in BACK.items()}
    return {**rows, Since.ALL: _since_ever(session, scope, today)}


def _of(days: Iterable[Day]) -> Retention:
    rows = [(day.young, day.young_recalled, day.mature, day.mature_recalled) for day in days]
    return Retention(*map(sum, zip(*rows, strict=True)))


def _between(days: list[Day], first: int, last: int) -> list[Day]:
    return [day for day in days if first <= day.day <= last]


def _since_ever(session: Session, scope: Scope, today: int) -> Retention:
    """By parts, of which there are a few hundred however many days there were."""
    asked, recalled = dict.fromkeys(Stage, 0), dict.fromkeys(Stage, 0)
    for part in filter(is_repetition, parts_of(session, scope, Span(None, today))):
        stage = Stage(part.stage)
        asked[stage] += part.answers
        recalled[stage] += part.answers * (part.grade >= HARD)
    return Retention(asked[Stage.YOUNG], recalled[Stage.YOUNG], asked[Stage.MATURE], recalled[Stage.MATURE])


@dataclass(frozen=True, slots=True)
class Aim:
    """The shares of cards that the decks' schedulers aim to have recalled, from the lowest to the highest. `told`: by
    FSRS, which the learner told; SM-2 aims at SM2_AIM, more or less."""

    lowest: float
    highest: float
    told: bool


def aim_of(session: Session, scope: Scope) -> Aim | None:
    """What the schedulers of the scope's decks aim at; None if there are no decks."""
    version = (SchedulerVersion.user_id == scope.user_id, SchedulerVersion.version == Follow.scheduler_version)
    columns = (SchedulerVersion.scheduler, SchedulerVersion.retention)
    rows = sa.select(*columns).select_from(Follow).outerjoin(SchedulerVersion, sa.and_(*version)).distinct()
    own = rows.where(Follow.user_id == scope.user_id, Follow.deck_id.in_(scope.deck_ids))
    chosen = session.execute(own).all()
    if not chosen:
        return None
    told = [retention for scheduler, retention in chosen if scheduler == Scheduler.FSRS]
    aims = told if len(told) == len(chosen) else [*told, SM2_AIM]
    return Aim(min(aims), max(aims), told=bool(told))
