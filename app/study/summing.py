"""The day's totals, kept beside the log so that no page has to add it up."""

from collections import Counter
from collections.abc import Iterable

import sqlalchemy as sa

from app.models import Kind, Stage
from app.scheduling import MATURE_INTERVAL, Answer, Checkpoint, Reset
from app.scheduling.replay import in_order
from app.study.keeping import EMPTIED, Logged, Share, count, share_values

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


def change_totals(connection: sa.Connection, user_id: int, before: Totals, after: Totals) -> None:
    """Takes one card's former totals out of the summaries and puts the present ones in."""
    changes = []
    for share in before.keys() | after.keys():
        old, new = before.get(share, (0, 0)), after.get(share, (0, 0))
        if old != new:
            changes.append(share_values(user_id, share, new[0] - old[0], new[1] - old[1]))
    if not changes:
        return
    connection.execute(count(connection.dialect.name), changes)
    connection.execute(EMPTIED, changes)
