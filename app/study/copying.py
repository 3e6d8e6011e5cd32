"""Copying what a learner knows from one edition of a deck to another, and taking that back.

What is copied is the state of a memory, as a checkpoint in the log of the other edition's card: the fold goes on from
there. Answers are not copied, they were given once. All checkpoints of a copy have its id.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from app.clock import hour_of
from app.database import connection_of
from app.errors import N_, NotFound, Refused
from app.models import Card, Deck, Kind, Learner, Memory, Note, ProgressCopy, Review
from app.models.deck import decks_inside, other_editions
from app.models.user import one_at_a_time
from app.scheduling import NEW, Checkpoint, MemoryState, take
from app.study.keeping import LOG_STATE, MOVE_DAY, Logged, log_values, meet, memory_values
from app.study.showing import STATE, state_from
from app.study.undoing import undo_event

CARRIED = ("repetitions", "interval", "ease", "lapses", "last_day", "due_day")
"""What of a memory is copied. Not the drill: it belongs to the answers of its day."""


@dataclass(frozen=True, slots=True)
class EditionProgress:
    """What a learner knows of another edition: `copyable` cards they have not met in this one, `met` ones they have;
    and the `copy` that stands, if there was one."""

    deck: Deck
    copyable: int
    met: int
    copy: ProgressCopy | None


def progress_elsewhere(session: Session, learner: Learner, deck: Deck) -> list[EditionProgress]:
    """The other editions of a deck, with what the learner could copy from each."""
    found = []
    for edition in other_editions(session, deck):
        pairs = _pairs(session, learner, edition, deck)
        met = sum(1 for pair in pairs if pair.is_met)
        found.append(EditionProgress(edition, len(pairs) - met, met, _standing_copy(session, learner, edition, deck)))
    return found


def copy_progress(
    session: Session, learner: Learner, copy_id: UUID, decks: tuple[int, int], now: datetime
) -> ProgressCopy:
    """Makes known in the second deck what the learner knows in the first, card by card, with the same schedule.

    Only cards they have not met there: what they answered themselves says more. The same id again changes nothing.
    Raises NotFound unless both are editions of one deck that the learner may see, Refused if there is nothing to copy.
    """
    one_at_a_time(session, learner)
    known = session.get(ProgressCopy, (learner.id, copy_id))
    if known is not None:
        return known
    source, target = _editions(session, learner, *decks)
    day = learner.today(now)
    copy = ProgressCopy(user_id=learner.id, id=copy_id, from_deck_id=source.id, to_deck_id=target.id, day=day, at=now)
    copied = [
        pair for pair in _pairs(session, learner, source, target) if not pair.is_met and _take_over(session, copy, pair)
    ]
    if not copied:
        raise Refused(N_("There is nothing to copy: you know no card there that you have not met here."))
    copy.cards = len(copied)
    logs = [log_values(learner.id, pair.card_id, Kind.CHECKPOINT, _logged(copy, learner, pair)) for pair in copied]
    connection = connection_of(session)
    connection.execute(LOG_STATE, logs)
    connection.execute(MOVE_DAY, logs[0])
    session.add(copy)
    session.flush()
    return copy


def undo_copy(session: Session, learner: Learner, copy_id: UUID, now: datetime) -> ProgressCopy:
    """Takes a copy back. Cards answered since are scheduled by those answers alone. Once undone, it stays so.

    Raises NotFound for a copy that is not the learner's, Stale if one of the cards is answered at the same moment.
    """
    one_at_a_time(session, learner)
    copy = session.get(ProgressCopy, (learner.id, copy_id))
    if copy is None:
        raise NotFound()
    if copy.undone_at is not None:
        return copy
    own = (Review.user_id == learner.id, Review.day == copy.day, Review.at == copy.at, Review.undone_at.is_(None))
    rows = session.execute(
        sa.select(Card.id, Card.deck_id, Card.position)
        .join(Review, Review.card_id == Card.id)
        .where(*own, Review.id == copy_id)
    ).all()
    for card_id, deck_id, position in rows:
        undo_event(session, learner, (card_id, deck_id, position), copy_id, now)
    copy.undone_at = now
    session.flush()
    return copy


@dataclass(frozen=True, slots=True)
class _Pair:
    """A card of one edition with what the learner knows of it in the other."""

    card_id: int
    deck_id: int
    is_met: bool
    state: MemoryState


def _pairs(session: Session, learner: Learner, source: Deck, target: Deck) -> list[_Pair]:
    """The cards of the target that the learner has met in the source."""
    theirs, twin, card, met = aliased(Card), aliased(Note), aliased(Card), aliased(Memory)
    owner = twin.owner_id.is_(None) if target.owner_id is None else twin.owner_id == target.owner_id
    within = {deck.id: [deck.id, *decks_inside(session, [deck.id])] for deck in (source, target)}
    rows: Any = session.execute(
        sa.select(card.id, card.deck_id, met.card_id, *STATE)
        .select_from(Memory)
        .join(theirs, theirs.id == Memory.card_id)
        .join(Note, Note.id == theirs.note_id)
        .join(twin, sa.and_(owner, twin.language == target.language, twin.guid == Note.guid))
        .join(card, sa.and_(card.note_id == twin.id, card.ordinal == theirs.ordinal))
        .outerjoin(met, sa.and_(met.user_id == learner.id, met.card_id == card.id))
        .where(Memory.user_id == learner.id, Memory.deck_id.in_(within[source.id]))
        .where(card.deck_id.in_(within[target.id]), ~card.retired)
        .order_by(card.id)
    ).all()
    return [_Pair(row[0], row[1], row[2] is not None, state_from(row[3:])) for row in rows]


def _editions(session: Session, learner: Learner, source_id: int, target_id: int) -> tuple[Deck, Deck]:
    target = session.get(Deck, target_id)
    if target is None or not target.published or target.owner_id not in {None, learner.id}:
        raise NotFound()
    source = next((deck for deck in other_editions(session, target) if deck.id == source_id), None)
    if source is None:
        raise NotFound()
    return source, target


def _standing_copy(session: Session, learner: Learner, source: Deck, target: Deck) -> ProgressCopy | None:
    copies = (
        sa.select(ProgressCopy)
        .where(ProgressCopy.user_id == learner.id, ProgressCopy.undone_at.is_(None))
        .where(ProgressCopy.from_deck_id == source.id, ProgressCopy.to_deck_id == target.id)
        .order_by(ProgressCopy.at.desc())
    )
    return session.scalars(copies.limit(1)).first()


def _take_over(session: Session, copy: ProgressCopy, pair: _Pair) -> bool:
    """Makes the memory that the checkpoint makes; not if the card was met meanwhile."""
    state = take(NEW, _checkpoint(copy, pair))
    connection = connection_of(session)
    values = memory_values(copy.user_id, pair.card_id, pair.deck_id, NEW, state)
    return bool(connection.execute(meet(connection.dialect.name), values).rowcount == 1)


def _checkpoint(copy: ProgressCopy, pair: _Pair) -> Checkpoint:
    carried = {name: getattr(pair.state, name) for name in CARRIED}
    return Checkpoint(copy.id, copy.day, copy.at, MemoryState(**carried))


def _logged(copy: ProgressCopy, learner: Learner, pair: _Pair) -> Logged:
    state = {name: getattr(pair.state, name) for name in CARRIED}
    hour = hour_of(copy.at, learner.time_zone)
    return Logged(copy.id, copy.day, hour, copy.at, 0, pair.deck_id, 0, state)
