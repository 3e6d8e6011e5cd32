"""The fold: a memory is what its answers make of it."""

from collections.abc import Iterable
from dataclasses import replace

from app.scheduling import sm2
from app.scheduling.memory import NEW, PASSED, Answer, Checkpoint, Event, MemoryState


def replay(log: Iterable[Event]) -> MemoryState:
    """The memory after these events, whatever order they arrive in; an id that comes twice counts once."""
    state = NEW
    for event in in_order(log):
        state = take(state, event)
    return state


def in_order(log: Iterable[Event]) -> list[Event]:
    """By study day, moment and id, so that every device that holds the same log folds it alike."""
    return sorted({event.id: event for event in log}.values(), key=lambda e: (e.day, e.at, e.id))


def take(state: MemoryState, event: Event) -> MemoryState:
    """One step of the fold. A checkpoint counts as one answer: who was shown the card before it has an old state."""
    if isinstance(event, Checkpoint):
        return replace(event.state, answers=state.answers + 1)
    return take_answer(state, event)


def take_answer(state: MemoryState, answer: Answer) -> MemoryState:
    """The step an answer makes. The first answer of a study day is its repetition, every later one is drill."""
    if state.last_day is not None and answer.day <= state.last_day:
        return _drill(state, answer)
    return _repeat(state, answer)


def _repeat(state: MemoryState, answer: Answer) -> MemoryState:
    repetitions, interval, ease = sm2.repeat(state.repetitions, state.interval, state.ease, answer.grade)
    lapsed = answer.grade < sm2.LOWEST_PASS and state.repetitions > 0
    drilled = answer.grade < PASSED
    return MemoryState(
        repetitions=repetitions,
        interval=interval,
        ease=ease,
        lapses=state.lapses + lapsed,
        last_day=answer.day,
        due_day=answer.day + interval,
        drill_day=answer.day if drilled else None,
        drill_at=answer.at if drilled else None,
        answers=state.answers + 1,
    )


def _drill(state: MemoryState, answer: Answer) -> MemoryState:
    """The drill remembers nothing but whether the card is still in it."""
    drilled = answer.grade < PASSED
    return replace(
        state,
        drill_day=answer.day if drilled else None,
        drill_at=answer.at if drilled else None,
        answers=state.answers + 1,
    )
