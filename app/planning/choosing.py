"""What a learner chose for a followed deck, and what they may choose."""

import math
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import N_, NotFound, Refused
from app.models import Deck, Follow, Learner, ParameterSet, SchedulerVersion
from app.models.deck import with_parents
from app.models.follow import tree_of
from app.scheduling import DEFAULT_SETTINGS, Scheduler, Settings
from app.scheduling.fsrs import HIGHEST_RETENTION, LOWEST_RETENTION
from app.scheduling.sm2 import LONGEST_INTERVAL


@dataclass(frozen=True, slots=True)
class Choice:
    """Settings as a learner chooses them: the parameters by the set they were fitted in, None for the defaults."""

    scheduler: Scheduler = DEFAULT_SETTINGS.scheduler
    retention: float = DEFAULT_SETTINGS.retention
    maximum_interval: int = DEFAULT_SETTINGS.maximum_interval
    fuzz: bool = DEFAULT_SETTINGS.fuzz
    parameter_set: int | None = None


@dataclass(frozen=True, slots=True)
class Scheduled:
    """How a followed deck with all inside it is scheduled; `version` None: nobody has chosen yet.

    `deck_ids`: all its parts; `studied_ids`: those the learner has not left, which alone are counted and simulated.
    """

    deck: Deck
    path: str
    deck_ids: tuple[int, ...]
    studied_ids: tuple[int, ...]
    version: int | None
    replaces: int | None
    choice: Choice
    settings: Settings


def scheduled(session: Session, learner: Learner, deck_id: int) -> Scheduled:
    """How a deck is scheduled; of a deck inside a followed one, that one's. Raises NotFound unless the learner follows
    it."""
    follow = session.get(Follow, (learner.id, deck_id))
    if follow is None or follow.stopped_at is not None:
        raise NotFound()
    root_id = follow.root_id or follow.deck_id
    parts = session.scalars(sa.select(Follow).where(*tree_of(learner.id, root_id)).order_by(Follow.deck_id)).all()
    version = next(part.scheduler_version for part in parts if part.deck_id == root_id)
    deck = session.get(Deck, root_id)
    if deck is None or not deck.published:
        raise NotFound()
    with_parents(session, [deck])
    chosen = None if version is None else session.get_one(SchedulerVersion, (learner.id, version))
    choice = choice_of(chosen)
    return Scheduled(
        deck,
        deck.path,
        tuple(part.deck_id for part in parts),
        tuple(part.deck_id for part in parts if part.stopped_at is None),
        version,
        None if chosen is None else chosen.replaces,
        choice,
        settings_of(session, learner, choice),
    )


def choice_of(chosen: SchedulerVersion | None) -> Choice:
    """What a version says; none is the defaults."""
    if chosen is None:
        return Choice()
    scheduler = Scheduler(chosen.scheduler)
    return Choice(scheduler, chosen.retention, chosen.maximum_interval, chosen.fuzz, chosen.parameter_set)


def settings_of(session: Session, learner: Learner, choice: Choice) -> Settings:
    """The settings a choice stands for. Refused if a number is outside its range, NotFound for a set of parameters that
    is not the learner's."""
    check_retention(choice.retention)
    if not 1 <= choice.maximum_interval <= LONGEST_INTERVAL:
        raise Refused(
            N_("The longest interval goes from 1 to %(most)s days."), field="maximum_interval", most=LONGEST_INTERVAL
        )
    parameters = DEFAULT_SETTINGS.parameters
    if choice.parameter_set is not None:
        fitted = session.get(ParameterSet, (learner.id, choice.parameter_set))
        if fitted is None:
            raise NotFound()
        parameters = tuple(fitted.parameters)
    return Settings(choice.scheduler, choice.retention, choice.maximum_interval, choice.fuzz, parameters)


def check_retention(retention: float) -> None:
    """Refused outside 0.70 to 0.99."""
    if not LOWEST_RETENTION <= retention <= HIGHEST_RETENTION:
        lowest, highest = round(LOWEST_RETENTION * 100), round(HIGHEST_RETENTION * 100)
        words = N_("The desired retention goes from %(lowest)s to %(highest)s %%.")
        raise Refused(words, field="retention", lowest=lowest, highest=highest)


def choice_from(given: Any, before: Choice) -> Choice:
    """The choice in a form's fields: `scheduler`, `retention` in percent, `maximum_interval`, `fuzz`, `parameter_set`.

    What is left out stays as before, but for `fuzz`: a box that is not ticked is left out. An empty `parameter_set` is
    the defaults. Refused for a scheduler that is none, NotFound for a set that is none; a number that is none is kept
    as one that `settings_of` refuses.
    """
    name = given.get("scheduler", before.scheduler)
    if name not in list(Scheduler):
        raise Refused(N_("There are two schedulers, SM-2 and FSRS."), field="scheduler")
    longest = _number(given.get("maximum_interval"), before.maximum_interval)
    return Choice(
        scheduler=Scheduler(name),
        retention=retention_from(given.get("retention"), before),
        maximum_interval=-1 if math.isnan(longest) else int(longest),
        fuzz=given.get("fuzz") is not None,
        parameter_set=_parameter_set(given.get("parameter_set"), before),
    )


def retention_from(text: str | None, before: Choice) -> float:
    """A desired retention given in percent, taken to whole ones. As before if left out; -1 for what is no number."""
    percent = _number(text, before.retention * 100)
    return -1 if math.isnan(percent) else round(percent) / 100


def _parameter_set(text: str | None, before: Choice) -> int | None:
    if text is None:
        return before.parameter_set
    if not text.strip():
        return None
    number = _number(text, math.nan)
    if math.isnan(number):
        raise NotFound()
    return int(number)


def _number(text: str | None, otherwise: float) -> float:
    """A number of at most nine digits; NaN for what is none, which every range refuses."""
    if text is None:
        return otherwise
    text = text.strip().removesuffix("%").strip()
    return float(text) if len(text) <= 9 and text.isascii() and text.replace(".", "", 1).isdigit() else math.nan
