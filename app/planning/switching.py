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
from app.models import Follow, Learner, Memory, SchedulerVersion
from app.models.user import one_at_a_time
from app.planning.choosing import Choice, Scheduled, choice_of, scheduled, settings_of, tree_of
from app.planning.logs import logs_of_cards, logs_of_decks
from app.scheduling import Event, MemoryState, Settings
from app.scheduling.replay import replay_ordered

STATE = tuple(MemoryState.__dataclass_fields__)
MEMORIES = cast(sa.Table, Memory.__table__)
FOLDED_AT_ONCE = 500
"""How many cards' logs are asked for by name in one statement."""
MOVED_ON = N_("How this deck is scheduled was changed elsewhere meanwhile. Here is how it is now.")


@dataclass(frozen=True, slots=True)
class Refolded:
    """A memory before and after: all its columns that are its state or say when it is shown, and its new state."""

    card_id: int
    before: tuple[Any, ...]
    after: MemoryState

    @property
    def due_before(self) -> int:
        return cast(int, self.before[STATE.index("due_day")])

    @property
    def due_after(self) -> int:
        return cast(int, self.after.due_day)


@dataclass(frozen=True, slots=True)
class Switch:
    """A change of settings as it would be now: from what, to what, and each memory under them.

    `returns_to`: the version that undoing brings back; otherwise `choice` becomes a new one.
    """

    now: Scheduled
    choice: Choice
    settings: Settings
    memories: Sequence[Refolded]
    undoes: bool = False

    @property
    def moved(self) -> int:
        """How many cards get another day."""
        return sum(one.due_after != one.due_before for one in self.memories)

    def due_by(self, day: int) -> tuple[int, int]:
        """How many cards are due by a day, before and after."""
        return sum(m.due_before <= day for m in self.memories), sum(m.due_after <= day for m in self.memories)

    def forecast(self, today: int, days: int) -> tuple[list[int], list[int]]:
        """Cards due on each of the next days, before and after, today first; what was due earlier waits today."""
        before, after = [0] * days, [0] * days
        for memory in self.memories:
            for counts, due in ((before, memory.due_before), (after, memory.due_after)):
                if due < today + days:
                    counts[max(0, due - today)] += 1
        return before, after


def plan_switch(session: Session, learner: Learner, deck_id: int, choice: Choice) -> Switch:
    """What a choice would change. Raises NotFound unless the learner follows the deck, Refused for a choice that is
    none or the present one."""
    now, settings = scheduled(session, learner, deck_id), settings_of(session, learner, choice)
    if choice == now.choice:
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


def carry_out(session: Session, learner: Learner, switch: Switch, now: datetime) -> None:
    """Makes a planned change, in a write transaction. Raises Stale if the deck's settings changed since."""
    one_at_a_time(session, learner)
    connection, before = connection_of(session), switch.now
    version = before.replaces if switch.undoes else _add_version(connection, learner, switch, now)
    tree, root = tree_of(learner, before.deck.id), Follow.deck_id == before.deck.id
    same = Follow.scheduler_version.is_not_distinct_from(before.version)
    changed = sa.update(Follow).values(scheduler_version=version)
    if connection.execute(changed.where(*tree, root, same)).rowcount != 1:
        raise Stale(MOVED_ON)
    connection.execute(changed.where(*tree, ~root))
    if switch.undoes:
        undone = (SchedulerVersion.user_id == learner.id, SchedulerVersion.version == before.version)
        connection.execute(sa.update(SchedulerVersion).where(*undone).values(undone_at=now))
    _write(connection, learner.id, switch, version)
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


def _write(connection: sa.Connection, user_id: int, switch: Switch, version: int | None) -> None:
    """Puts the folded memories in place of those they were folded from; others are folded here."""
    kept = dict(_kept(connection, user_id, switch.now.deck_ids, lock=True))
    planned = {one.card_id: one for one in switch.memories}
    changed = [card for card, before in kept.items() if card not in planned or planned[card].before != before]
    planned |= {one.card_id: one for one in _refold_some(connection, user_id, changed, kept, switch.settings)}
    key = {"the_user": user_id, "the_version": version}
    rows = [
        {**key, "the_card": card, **{f"new_{name}": getattr(planned[card].after, name) for name in STATE}}
        for card in kept
        if card in planned
    ]
    if rows:
        connection.execute(_PUT, rows)


_PUT = (
    sa.update(MEMORIES)
    .where(MEMORIES.c.user_id == sa.bindparam("the_user"), MEMORIES.c.card_id == sa.bindparam("the_card"))
    .values(
        {
            **{MEMORIES.c[name]: sa.bindparam(f"new_{name}", type_=MEMORIES.c[name].type) for name in STATE},
            MEMORIES.c.scheduler_version: sa.bindparam("the_version"),
            # A mark (suspended, buried) is no part of the fold: only a day that followed the schedule goes on doing so.
            MEMORIES.c.queue_day: sa.case(
                (MEMORIES.c.queue_day == MEMORIES.c.due_day, sa.bindparam("new_due_day")), else_=MEMORIES.c.queue_day
            ),
        }
    )
)


def _kept(
    connection: sa.Connection, user_id: int, deck_ids: Sequence[int], *, lock: bool = False
) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """The state of each memory of these decks, by card, in the order of the cards."""
    columns = [MEMORIES.c[name] for name in STATE]
    own = (MEMORIES.c.user_id == user_id, MEMORIES.c.deck_id.in_(deck_ids))
    rows = sa.select(MEMORIES.c.card_id, *columns).where(*own).order_by(MEMORIES.c.card_id)
    for row in connection.execute(rows.with_for_update() if lock else rows):
        yield row[0], tuple(row[1:])


def _refold(connection: sa.Connection, user_id: int, deck_ids: Sequence[int], settings: Settings) -> Sequence[Refolded]:
    kept = dict(_kept(connection, user_id, deck_ids))
    return list(_folded(logs_of_decks(connection, user_id, deck_ids), kept, settings))


def _refold_some(
    connection: sa.Connection, user_id: int, card_ids: list[int], kept: dict[int, tuple[Any, ...]], settings: Settings
) -> Iterator[Refolded]:
    for start in range(0, len(card_ids), FOLDED_AT_ONCE):
        logs = logs_of_cards(connection, user_id, card_ids[start : start + FOLDED_AT_ONCE])
        yield from _folded(logs, kept, settings)


def _folded(
    logs: Iterator[tuple[int, Iterator[Event]]], kept: dict[int, tuple[Any, ...]], settings: Settings
) -> Iterator[Refolded]:
    for card_id, log in logs:
        if card_id in kept:
            yield Refolded(card_id, kept[card_id], replay_ordered(log, settings, card_id))
