"""Changing how a deck is scheduled: the learner's log is folded again under other settings, looked at, and taken over.

Reads first and folds, which takes as long as the log is; then one short transaction writes. A memory that changed in
between is folded once more there, so that no answer is lost and none waits for the fold.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.database import connection_of, forget
from app.errors import N_, Refused, Stale
from app.models import Follow, Learner, SchedulerVersion
from app.models.follow import tree_of
from app.models.mark import queue_day_of
from app.models.memory_count import counting
from app.models.user import one_at_a_time
from app.planning.choosing import Choice, Scheduled, choice_of, scheduled, settings_of
from app.planning.logs import MEMORIES, logs_of_cards, logs_of_decks
from app.scheduling import Event, MemoryState, Settings
from app.scheduling.replay import replay_ordered

STATE = tuple(MemoryState.__dataclass_fields__)
FOLDED_AT_ONCE = 500
"""How many cards' logs are asked for by name in one statement."""
MOVED_ON = N_("How this deck is scheduled was changed elsewhere meanwhile. Here is how it is now.")


Kept = dict[int, tuple[Any, ...]]
"""By card: the deck of a memory, and its state column by column."""


@dataclass(frozen=True, slots=True)
class Refolded:
    """A memory before, column by column of STATE, and after; and the deck the card was last answered in."""

    card_id: int
    deck_id: int
    before: tuple[Any, ...]
    after: MemoryState

    @property
    def is_whole(self) -> bool:
        """Whether the log that was folded had as many events as the memory: they are read one after the other, and an
        answer may have come, and gone again, in between."""
        return bool(self.after.answers == self.before[STATE.index("answers")])

    @property
    def due_before(self) -> int:
        return cast(int, self.before[STATE.index("due_day")])

    @property
    def due_after(self) -> int:
        return cast(int, self.after.due_day)


@dataclass(frozen=True, slots=True)
class Switch:
    """A change of settings as it would be now: from what, to what, and each memory under them.

    `undoes`: the present version goes, and the one it replaced holds again. The present choice once more brings up to
    date the memories that were folded under others.
    """

    now: Scheduled
    choice: Choice
    settings: Settings
    memories: Sequence[Refolded]
    undoes: bool = False

    @property
    def studied(self) -> list[Refolded]:
        """The memories of decks that the learner has not left: those of the others are folded too, and not counted."""
        return [one for one in self.memories if one.deck_id in self.now.studied_ids]

    @property
    def moved(self) -> int:
        """How many cards get another day."""
        return sum(one.due_after != one.due_before for one in self.studied)

    def due_by(self, day: int) -> tuple[int, int]:
        """How many cards are due by a day, before and after."""
        return sum(m.due_before <= day for m in self.studied), sum(m.due_after <= day for m in self.studied)

    def forecast(self, today: int, days: int) -> tuple[list[int], list[int]]:
        """Cards due on each of the next days, before and after, today first; what was due earlier waits today."""
        before, after = [0] * days, [0] * days
        for memory in self.studied:
            for counts, due in ((before, memory.due_before), (after, memory.due_after)):
                if due < today + days:
                    counts[max(0, due - today)] += 1
        return before, after


def plan_switch(session: Session, learner: Learner, deck_id: int, choice: Choice) -> Switch:
    """What a choice would change. Raises NotFound unless the learner follows the deck, Refused for a choice that is
    none, or the present one where no memory is left behind."""
    now, settings = scheduled(session, learner, deck_id), settings_of(session, learner, choice)
    if choice == now.choice and not left_behind(connection_of(session), learner.id, now):
        raise Refused(N_("This deck is scheduled that way already."))
    return Switch(now, choice, settings, _refold(connection_of(session), learner.id, now.deck_ids, settings))


def plan_undo(session: Session, learner: Learner, deck_id: int) -> Switch:
    """What taking the latest change back would change. Raises NotFound unless the learner follows the deck, Refused if
    there is nothing to take back."""
    now = scheduled(session, learner, deck_id)
    if now.version is None:
        raise Refused(N_("There is no change to undo."))
    before = None if now.replaces is None else session.get_one(SchedulerVersion, (learner.id, now.replaces))
    choice = choice_of(before)
    settings = settings_of(session, learner, choice)
    memories = _refold(connection_of(session), learner.id, now.deck_ids, settings)
    return Switch(now, choice, settings, memories, undoes=True)


def left_behind(connection: sa.Connection, user_id: int, now: Scheduled) -> int:
    """How many memories of a deck were folded under other settings than it has: of a deck that was followed for itself
    before, or of cards that came from another. Each comes over at its next answer, or all by a switch."""
    own = (MEMORIES.c.user_id == user_id, MEMORIES.c.deck_id.in_(now.studied_ids))
    others = MEMORIES.c.scheduler_version.is_distinct_from(now.version)
    return connection.scalar(sa.select(sa.func.count()).select_from(MEMORIES).where(*own, others)) or 0


def carry_out(session: Session, learner: Learner, switch: Switch, now: datetime) -> None:
    """Makes a planned change, in a write transaction. Raises Stale if the deck's settings changed since."""
    connection, before, tree = connection_of(session), switch.now, tree_of(learner.id, switch.now.deck.id)
    # The follows, then the memories, then the learner, as every answer takes them: the other way round a switch and an
    # answer would wait for each other.
    rows = sa.select(Follow.deck_id, Follow.scheduler_version).where(*tree).order_by(Follow.deck_id).with_for_update()
    versions: dict[int, int | None] = dict(connection.execute(rows).all())
    if versions.get(before.deck.id, before.version) != before.version:
        raise Stale(MOVED_ON)
    kept = _kept(connection, learner.id, before.deck_ids, lock=True)
    one_at_a_time(session, learner)
    version = before.replaces if switch.undoes else before.version
    if not switch.undoes and switch.choice != before.choice:
        version = _add_version(connection, learner, switch, now)
    connection.execute(sa.update(Follow).where(*tree).values(scheduler_version=version))
    _write(connection, learner.id, switch, kept, version)
    forget(session)


def _add_version(connection: sa.Connection, learner: Learner, switch: Switch, now: datetime) -> int:
    last = sa.select(sa.func.max(SchedulerVersion.version)).where(SchedulerVersion.user_id == learner.id)
    version = (connection.scalar(last) or 0) + 1
    choice = switch.choice
    connection.execute(
        sa.insert(SchedulerVersion).values(
            user_id=learner.id,
            version=version,
            deck_id=switch.now.deck.id,
            scheduler=choice.scheduler.value,
            retention=choice.retention,
            maximum_interval=choice.maximum_interval,
            fuzz=choice.fuzz,
            parameter_set=choice.parameter_set,
            replaces=switch.now.version,
            chosen_at=now,
        )
    )
    return version


def _write(connection: sa.Connection, user_id: int, switch: Switch, kept: Kept, version: int | None) -> None:
    """Puts the folded memories in place of those they were folded from; those that changed since are folded here. One
    without a standing log is left to `cardlet doctor`."""
    planned = {one.card_id: one for one in switch.memories if one.is_whole}
    changed = [card for card in kept if card not in planned or planned[card].before != kept[card][1:]]
    planned |= {one.card_id: one for one in _refold_some(connection, user_id, changed, kept, switch.settings)}
    key = {"the_user": user_id, "the_version": version}
    rows = [
        {**key, "the_card": card, **{f"new_{name}": getattr(planned[card].after, name) for name in STATE}}
        for card in kept
        if card in planned
    ]
    if rows:
        with counting(connection, user_id, MEMORIES.c.deck_id.in_(switch.now.deck_ids)):
            connection.execute(_PUT, rows)


_PUT = (
    sa.update(MEMORIES)
    .where(MEMORIES.c.user_id == sa.bindparam("the_user"), MEMORIES.c.card_id == sa.bindparam("the_card"))
    .values(
        {
            **{MEMORIES.c[name]: sa.bindparam(f"new_{name}", type_=MEMORIES.c[name].type) for name in STATE},
            MEMORIES.c.scheduler_version: sa.bindparam("the_version"),
            MEMORIES.c.queue_day: queue_day_of(
                sa.bindparam("the_user"), sa.bindparam("the_card"), sa.bindparam("new_due_day", type_=sa.Integer)
            ),
        }
    )
)


def _kept(connection: sa.Connection, user_id: int, deck_ids: Sequence[int], *, lock: bool = False) -> Kept:
    """The memories of these decks, in the order of the cards."""
    columns = [MEMORIES.c[name] for name in STATE]
    own = (MEMORIES.c.user_id == user_id, MEMORIES.c.deck_id.in_(deck_ids))
    rows = sa.select(MEMORIES.c.card_id, MEMORIES.c.deck_id, *columns).where(*own).order_by(MEMORIES.c.card_id)
    return {row[0]: tuple(row[1:]) for row in connection.execute(rows.with_for_update() if lock else rows)}


def _refold(connection: sa.Connection, user_id: int, deck_ids: Sequence[int], settings: Settings) -> Sequence[Refolded]:
    kept = _kept(connection, user_id, deck_ids)
    return list(_folded(logs_of_decks(connection, user_id, deck_ids), kept, settings))


def _refold_some(
    connection: sa.Connection, user_id: int, card_ids: list[int], kept: Kept, settings: Settings
) -> Iterator[Refolded]:
    for start in range(0, len(card_ids), FOLDED_AT_ONCE):
        logs = logs_of_cards(connection, user_id, card_ids[start : start + FOLDED_AT_ONCE])
        yield from _folded(logs, kept, settings)


def _folded(logs: Iterator[tuple[int, Iterator[Event]]], kept: Kept, settings: Settings) -> Iterator[Refolded]:
    for card_id, log in logs:
        if card_id in kept:
            deck_id, *before = kept[card_id]
            yield Refolded(card_id, deck_id, tuple(before), replay_ordered(log, settings, card_id))
