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

Logged = tuple[int, int, int, int, int, int, int, int]
"""The moment, the card, the button, the interval after and before (days), the factor, the milliseconds, the type."""


def logged(card: OutCard, card_id: int, settings: Settings) -> list[Logged]:
    """The rows of a card that Anki knows by this id; a state taken over is none of them, what led to it is."""
    # The columns of WHAT_WAS_ANSWERED by their places: their names would take longer, a million times.
    reviews, before, found = card.reviews, NEW, list[Logged]()
    if reviews and reviews[-1][1] == Kind.CHECKPOINT:
        # Nothing comes after it that it would tell about; so end most logs that came from elsewhere.
        reviews = reviews[:-1]
    for review in reviews:
        kind = review[1]
        if kind == Kind.IMPORTED:
            found.append(_imported(review, card_id))
        elif kind == Kind.PRACTICE:
            interval = before.interval
            found.append((review[3], card_id, EASES[review[4]], interval, interval, 0, review[5], FILTERED))
        else:
            after = _after(review, before, settings, card.id)
            if kind != Kind.CHECKPOINT:
                found.append(_given_here(review, card_id, before, after, settings))
            before = after
    return found


def _after(review: Sequence[Any], before: MemoryState, settings: Settings, card_id: int) -> MemoryState:
    state = None if review[6] is None else read_once(review[6])
    # The moment matters for the drill alone, which nothing here asks for.
    return take(before, event_of(review[1], NOBODY, review[2], EPOCH, review[4], state), settings, card_id)


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


def _imported(review: Sequence[Any], card_id: int) -> Logged:
    """An answer given elsewhere, as it was there."""
    kind, interval, last_interval, factor = read_once(review[6]) if review[6] else NOTHING_TOLD
    ease = max(0, review[4] - 1)
    return review[3], card_id, ease, interval, last_interval, factor, review[5], kind


def factor_of(state: MemoryState, settings: Settings) -> int:
    """SM-2's ease; FSRS's difficulty from 1 to 10 as Anki writes it, from 100 to 1,100."""
    if settings.scheduler is Scheduler.FSRS and state.difficulty is not None:
        return round(((state.difficulty - 1) / 9 + 0.1) * 1000)
    return state.ease
