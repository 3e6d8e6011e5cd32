"""What answers add to the daily summaries: a rule of the log, whoever writes it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.models.review import Kind, event_of
from app.scheduling import MATURE_INTERVAL, Answer, Checkpoint, Event, Reset
from app.scheduling.replay import in_order
from app.scheduling.stages import Stage


@dataclass(frozen=True, slots=True)
class Logged:
    """A standing row of the log: an answer, unless its `kind` says otherwise."""

    id: UUID
    day: int
    hour: int
    at: datetime
    grade: int
    deck_id: int
    took_ms: int
    state: dict[str, Any] | None = None
    kind: int = Kind.ANSWER

    @property
    def event(self) -> Event:
        return event_of(self.kind, self.id, self.day, self.at, self.grade, self.state)


@dataclass(frozen=True, slots=True)
class Share:
    """Which row of the daily summaries an answer counts in."""

    day: int
    deck_id: int
    hour: int
    kind: int
    grade: int
    stage: int
    first: bool


Totals = dict[Share, tuple[int, int]]
"""Answers and milliseconds by the summary row they count in."""


def share_of(logged: Logged, last_day: int | None) -> Share:
    """The row an answer counts in, given the day of the card's repetition before it (None: it was new).

    How far a card was when it was asked is told by the days since then, not by the interval a scheduler had given it:
    what was remembered does not change with the settings, and late answers count for what they were.
    """
    if last_day is None:
        stage, first = Stage.NEW, True
    else:
        stage = Stage.MATURE if logged.day - last_day >= MATURE_INTERVAL else Stage.YOUNG
        first = logged.day > last_day
    return Share(logged.day, logged.deck_id, logged.hour, Kind.ANSWER, logged.grade, stage, first)


def practice_share(day: int, hour: int, deck_id: int, grade: int) -> Share:
    """The row an answer given in practice counts in. It is nobody's first and has no stage of its own, so that whatever
    else happens to the card, before or after, it stays where it was counted."""
    return Share(day, deck_id, hour, Kind.PRACTICE, grade, Stage.YOUNG, first=False)


def totals_of(log: Iterable[Logged]) -> Totals:
    """What one card's standing log adds to the summaries, whatever order it arrives in: its answers."""
    by_id = {logged.id: logged for logged in log}
    answers, took = Counter[Share](), Counter[Share]()
    last_day: int | None = None
    for event in in_order(logged.event for logged in by_id.values()):
        logged = by_id[event.id]
        if isinstance(event, Answer):
            share = share_of(logged, last_day)
            answers[share] += 1
            took[share] += logged.took_ms
            last_day = logged.day if last_day is None else max(last_day, logged.day)
        elif isinstance(event, Checkpoint):
            last_day = event.state.last_day
        elif isinstance(event, Reset):
            last_day = None
        elif last_day is None:
            last_day = event.day
    return {share: (number, took[share]) for share, number in answers.items()}
