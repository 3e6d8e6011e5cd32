"""What a learner chose for a followed deck, and what they may choose."""

import math
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import N_, NotFound, Refused
from app.models import Deck, Follow, Learner, ParameterSet, SchedulerVersion
from app.models.deck import with_parents
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
    """How a followed deck with all inside it is scheduled; `version` None: nobody has chosen yet."""

    deck: Deck
    deck_ids: tuple[int, ...]
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
    rows = sa.select(Follow.deck_id, Follow.scheduler_version).where(*tree_of(learner, root_id))
    versions: dict[int, int | None] = dict(session.execute(rows).all())
    version = versions.get(root_id)
    deck = session.get(Deck, root_id)
    if deck is None or not deck.published:
        raise NotFound()
    with_parents(session, [deck])
    chosen = None if version is None else session.get_one(SchedulerVersion, (learner.id, version))
    choice = choice_of(chosen)
    replaces = None if chosen is None else chosen.replaces
    return Scheduled(deck, tuple(sorted(versions)), version, replaces, choice, settings_of(session, learner, choice))


def tree_of(learner: Learner, root_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    """Which follows are a learner's of a followed deck and all inside it."""
    return Follow.user_id == learner.id, sa.or_(Follow.deck_id == root_id, Follow.root_id == root_id)


def choice_of(chosen: SchedulerVersion | None) -> Choice:
    """What a version says; none is the defaults."""
    if chosen is None:
        return Choice()
    scheduler = Scheduler(chosen.scheduler)
    return Choice(scheduler, chosen.retention, chosen.maximum_interval, chosen.fuzz, chosen.parameter_set)


def settings_of(session: Session, learner: Learner, choice: Choice) -> Settings:
    """The settings a choice stands for. Refused if a number is outside its range, NotFound for a set of parameters that
    is not the learner's."""
    if not LOWEST_RETENTION <= choice.retention <= HIGHEST_RETENTION:
        lowest, highest = round(LOWEST_RETENTION * 100), round(HIGHEST_RETENTION * 100)
        words = N_("The desired retention goes from %(lowest)s to %(highest)s %%.")
        raise Refused(words, field="retention", lowest=lowest, highest=highest)
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


def choice_from(given: Any, before: Choice) -> Choice:
    """The choice in a form's fields: `scheduler`, `retention` in percent, `maximum_interval`, `fuzz`, `parameter_set`.

    What is left out stays as before; a box that is not ticked is left out, and off. Refused for what is no number.
    """
    name = given.get("scheduler", before.scheduler)
    if name not in list(Scheduler):
        raise Refused(N_("There are two schedulers, SM-2 and FSRS."), field="scheduler")
    percent = _number(given.get("retention"), before.retention * 100)
    longest = _number(given.get("maximum_interval"), before.maximum_interval)
    fitted = _number(given.get("parameter_set"), math.nan)
    return Choice(
        scheduler=Scheduler(name),
        retention=-1 if math.isnan(percent) else round(percent) / 100,
        maximum_interval=-1 if math.isnan(longest) else int(longest),
        fuzz=given.get("fuzz") is not None,
        parameter_set=None if math.isnan(fitted) else int(fitted),
    )


def _number(text: str | None, otherwise: float) -> float:
    """A number of at most nine digits; NaN for what is none, which every range refuses."""
    if text is None:
        return otherwise
    text = text.strip().removesuffix("%").strip()
    return float(text) if len(text) <= 9 and text.isascii() and text.replace(".", "", 1).isdigit() else math.nan
