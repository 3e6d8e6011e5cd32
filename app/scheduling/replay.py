"""The fold: a memory is what its answers make of it, under the settings its learner chose."""

from collections.abc import Iterable
from dataclasses import replace

from app.scheduling import sm2
from app.scheduling.fuzz import fuzzed
from app.scheduling.memory import NEW, PASSED, Answer, Checkpoint, DueSet, Event, MemoryState, Reset
from app.scheduling.settings import DEFAULT_SETTINGS, Scheduler, Settings


def replay(log: Iterable[Event], settings: Settings = DEFAULT_SETTINGS, card_id: int = 0) -> MemoryState:
    """The memory after these events, whatever order they arrive in; an id that comes twice counts once.

    `card_id` is what fuzz is drawn by; without fuzz it changes nothing.
    """
    return replay_ordered(in_order(log), settings, card_id)


def replay_ordered(log: Iterable[Event], settings: Settings, card_id: int) -> MemoryState:
    """The same for events that come in order, each once, as a database sorts them."""
    state = NEW
    for event in log:
        state = take(state, event, settings, card_id)
    return state


def in_order(log: Iterable[Event]) -> list[Event]:
    """By study day, moment and id, so that every device that holds the same log folds it alike."""
    return sorted({event.id: event for event in log}.values(), key=lambda e: (e.day, e.at, e.id))


def take(state: MemoryState, event: Event, settings: Settings = DEFAULT_SETTINGS, card_id: int = 0) -> MemoryState:
    """One step of the fold. Whatever changes the memory counts as one answer: who was shown the card before it has an
    old state."""
    if isinstance(event, Answer):
        return take_answer(state, event, settings, card_id)
    if isinstance(event, Checkpoint):
        return replace(taken_over(event.state, settings), answers=state.answers + 1)
    return NEW if isinstance(event, Reset) else _due_on(state, event)


def take_answer(
    state: MemoryState, answer: Answer, settings: Settings = DEFAULT_SETTINGS, card_id: int = 0
) -> MemoryState:
    """The step an answer makes. The first answer of a study day is its repetition, every later one is drill."""
    if state.last_day is not None and answer.day <= state.last_day:
        return _drill(state, answer)
    return _repeat(state, answer, settings, card_id)


def taken_over(state: MemoryState, settings: Settings) -> MemoryState:
    """A state from elsewhere in the scheduler's own terms. Its due day stays: it was promised there."""
    if settings.scheduler is Scheduler.SM2:
        bare = state.stability is None and state.difficulty is None
        return state if bare else replace(state, stability=None, difficulty=None)
    if state.stability is not None:
        return state
    stability, difficulty = settings.fsrs.from_sm2(state.ease, state.interval)
    return replace(state, stability=stability, difficulty=difficulty)


def _due_on(state: MemoryState, event: DueSet) -> MemoryState:
    """The memory with another due day, out of the drill. Never a day that has had its repetition: an answer then would
    be drill, and the card would be due on that day for ever. A card that was not met is met by this, unanswered."""
    last_day = event.day if state.last_day is None else state.last_day
    due_day = max(event.due_day, last_day + 1)
    interval = due_day - last_day if state.last_day is None else state.interval
    return replace(
        state,
        interval=interval,
        last_day=last_day,
        due_day=due_day,
        drill_day=None,
        drill_at=None,
        answers=state.answers + 1,
    )


def _repeat(state: MemoryState, answer: Answer, settings: Settings, card_id: int) -> MemoryState:
    passed, ease, stability, difficulty = answer.grade >= sm2.LOWEST_PASS, state.ease, None, None
    if settings.scheduler is Scheduler.FSRS:
        elapsed = 0 if state.last_day is None else answer.day - state.last_day
        stability, difficulty, interval = settings.fsrs.repeat(state.stability, state.difficulty, elapsed, answer.grade)
    else:
        interval, ease = sm2.repeat(state.repetitions, state.interval, state.ease, answer.grade)[1:]
        interval = min(interval, settings.maximum_interval)
    if settings.fuzz:
        interval = fuzzed(interval, settings.maximum_interval, card_id, state.answers)
    drilled = answer.grade < PASSED
    return MemoryState(
        repetitions=state.repetitions + 1 if passed else 0,
        interval=interval,
        ease=ease,
        lapses=state.lapses + (not passed and state.repetitions > 0),
        last_day=answer.day,
        due_day=answer.day + interval,
        drill_day=answer.day if drilled else None,
        drill_at=answer.at if drilled else None,
        stability=stability,
        difficulty=difficulty,
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
