"""A card's log as Anki's review log has it: what each answer made of the schedule, step by step."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from app.database import EPOCH
from app.exporting.walking import OutCard, read_once
from app.models import Kind
from app.models.review import event_of
from app.scheduling import NEW, MemoryState, Scheduler, Settings, take

LEARN, REVIEW, RELEARN, FILTERED, MANUAL = range(5)
EASES = (1, 1, 1, 2, 3, 4)
"""Anki's button for each grade."""
NOBODY = UUID(int=0)
NOTHING_TOLD = (REVIEW, 0, 0, 0)
"""Type, interval after and before, and factor, of an answer given elsewhere of which no more is known."""

IMPORTED, CHECKPOINT = int(Kind.IMPORTED), int(Kind.CHECKPOINT)
"""Plain numbers: to compare with a kind takes as long as all else that is done for an answer given elsewhere."""

Logged = tuple[int, int, int, int, int, int, int, int]
"""The moment, the card, the button, the interval after and before (days), the factor, the milliseconds, the type."""


def logged(card: OutCard, card_id: int, settings: Settings) -> list[Logged]:
    """The rows of a card that Anki knows by this id; a state taken over is none of them, what led to it is."""
    reviews, before, found = card.reviews, NEW, list[Logged]()
    if reviews and reviews[-1][1] == CHECKPOINT:
        # Nothing comes after it that it would tell about; so end most logs that came from elsewhere.
        reviews = reviews[:-1]
    for review in reviews:
        _, kind, _, at_ms, grade, took_ms, state = review
        if kind == IMPORTED:
            # As it was there.
            told, interval, last_interval, factor = read_once(state) if state else NOTHING_TOLD
            found.append((at_ms, card_id, grade and grade - 1, interval, last_interval, factor, took_ms, told))
        elif kind == Kind.PRACTICE:
            interval = before.interval
            found.append((at_ms, card_id, EASES[grade], interval, interval, 0, took_ms, FILTERED))
        else:
            after = _after(review, before, settings, card.id)
            if kind != CHECKPOINT:
                found.append(_given_here(review, card_id, before, after, settings))
            before = after
    return found


def _after(review: Sequence[Any], before: MemoryState, settings: Settings, card_id: int) -> MemoryState:
    _, kind, day, _, grade, _, state = review
    told = None if state is None else read_once(state)
    # The moment matters for the drill alone, which nothing here asks for.
    return take(before, event_of(kind, NOBODY, day, EPOCH, grade, told), settings, card_id)


def _given_here(
    review: Sequence[Any], card_id: int, before: MemoryState, after: MemoryState, settings: Settings
) -> Logged:
    kind, day, at_ms = review[1:4]
    if kind == Kind.SET_DUE:
        days = (after.due_day or day) - day
        return at_ms, card_id, 0, days, before.interval, factor_of(after, settings), 0, MANUAL
    if kind == Kind.RESET:
        return at_ms, card_id, 0, 0, before.interval, 0, 0, MANUAL
    return _answer(review, card_id, before, after, settings)


def _answer(review: Sequence[Any], card_id: int, before: MemoryState, after: MemoryState, settings: Settings) -> Logged:
    day, at_ms, grade, took_ms = review[2:6]
    factor = factor_of(after, settings)
    if before.last_day is not None and day <= before.last_day:
        return at_ms, card_id, EASES[grade], 0, 0, factor, took_ms, RELEARN
    kind = LEARN if before.last_day is None else REVIEW
    return at_ms, card_id, EASES[grade], after.interval, before.interval, factor, took_ms, kind


def factor_of(state: MemoryState, settings: Settings) -> int:
    """SM-2's ease; FSRS's difficulty from 1 to 10 as Anki writes it, from 100 to 1,100."""
    if settings.scheduler is Scheduler.FSRS and state.difficulty is not None:
        return round(((state.difficulty - 1) / 9 + 0.1) * 1000)
    return state.ease
