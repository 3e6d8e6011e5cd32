"""The day's totals, kept beside the log so that no page has to add it up."""

from collections import Counter
from collections.abc import Iterable

import sqlalchemy as sa

from app.models import Kind, Stage
from app.scheduling import MATURE_INTERVAL, NEW, Answer, MemoryState, take
from app.scheduling.replay import in_order
from app.study.keeping import EMPTIED, Logged, Share, count, share_values

Totals = dict[Share, tuple[int, int]]
"""Answers and milliseconds by the summary row they count in."""


def share_of(logged: Logged, before: MemoryState) -> Share:
    """The row an answer counts in, given the memory's state before it."""
    stage = Stage.NEW if before.answers == 0 else Stage.MATURE if before.interval >= MATURE_INTERVAL else Stage.YOUNG
    first = before.last_day is None or logged.day > before.last_day
    return Share(logged.day, logged.deck_id, logged.hour, Kind.ANSWER, logged.grade, stage, first)


def totals_of(log: Iterable[Logged]) -> Totals:
    """What one card's standing log adds to the summaries, whatever order it arrives in: its answers."""
    by_id = {logged.id: logged for logged in log}
    answers, took, state = Counter[Share](), Counter[Share](), NEW
    for event in in_order(logged.event for logged in by_id.values()):
        logged = by_id[event.id]
        if isinstance(event, Answer):
            share = share_of(logged, state)
            answers[share] += 1
            took[share] += logged.took_ms
        state = take(state, event)
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
