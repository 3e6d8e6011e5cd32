"""Copying what a learner knows from one edition of a deck to another, and taking that back.

What is copied is the state of a memory, as a checkpoint in the log of the other edition's card: the fold goes on from
there. Answers are not copied, they were given once. All checkpoints of a copy have its id.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from app.clock import hour_of
from app.database import connection_of, forget
from app.errors import N_, NotFound, Refused
from app.models import Card, Deck, Follow, Kind, Learner, Memory, Note, ProgressCopy, Review
from app.models.audience import may_see
from app.models.deck import decks_inside, other_editions
from app.models.follow import lock_follows
from app.models.memory_count import counting_one
from app.models.review import GIVEN_HERE
from app.models.scheduling import Versioned, versioned_of
from app.models.summing import Logged
from app.models.user import one_at_a_time
from app.scheduling import NEW, Checkpoint, MemoryState, take
from app.study.folding import REMEMBERED, remembered_from
from app.study.keeping import LOG_STATE, MOVE_CURSOR, MOVE_DAY, Remembered, log_values, meet, memory_values, named
from app.study.undoing import undo_event

CARRIED = ("repetitions", "interval", "ease", "lapses", "last_day", "due_day", "stability", "difficulty")
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
    for edition in _visible_editions(session, learner, deck):
        known, met = session.execute(_twins(session, learner, edition, deck, COUNTS)).one()
        found.append(EditionProgress(edition, known - met, met, _standing_copy(session, learner, edition, deck)))
    return found


def copy_progress(
    session: Session, learner: Learner, copy_id: UUID, decks: tuple[int, int], now: datetime
) -> ProgressCopy:
    """Makes known in the second deck what the learner knows in the first, card by card, with the same schedule.

    Only cards they have not met there: what they answered themselves says more. The same id again changes nothing.
    Raises NotFound unless both are editions of one deck and the learner follows the second, Refused if there is nothing
    to copy, or the copy with this id was undone.
    """
    _alone(session, learner, decks[1])
    known = session.get(ProgressCopy, (learner.id, copy_id))
    if known is not None:
        if known.undone_at is not None:
            raise Refused(N_("This copy was undone. Load the page again to copy anew."))
        return known
    source, target = _editions(session, learner, *decks)
    day = learner.today(now)
    copy = ProgressCopy(user_id=learner.id, id=copy_id, from_deck_id=source.id, to_deck_id=target.id, day=day, at=now)
    chosen = versioned_of(connection_of(session), learner.id, target.id)
    copied = [pair for pair in _pairs(session, learner, source, target) if _take_over(session, copy, pair, chosen)]
    if not copied:
        raise Refused(N_("There is nothing to copy: you know no card there that you have not met here."))
    copy.cards = len(copied)
    _write_log(session, learner, copy, copied)
    session.add(copy)
    session.flush()
    return copy


def _write_log(session: Session, learner: Learner, copy: ProgressCopy, copied: list["_Pair"]) -> None:
    """The checkpoints, and what follows from them: the learner's day, and where each deck's next new card is."""
    connection = connection_of(session)
    logs = [log_values(learner.id, pair.card_id, _logged(copy, learner, pair)) for pair in copied]
    connection.execute(LOG_STATE, logs)
    connection.execute(MOVE_DAY, logs[0])
    orders = sa.select(Deck.id, Deck.order_version).where(Deck.id.in_({pair.deck_id for pair in copied}))
    for deck_id, order_version in session.execute(orders).all():
        place = named(user_id=learner.id, deck_id=deck_id, card_id=0, order_version=order_version)
        connection.execute(MOVE_CURSOR, place)


def undo_copy(session: Session, learner: Learner, copy_id: UUID, now: datetime) -> ProgressCopy:
    """Takes a copy back. Cards answered since are scheduled by those answers alone. Once undone, it stays so.

    Raises NotFound for a copy that is not the learner's, Stale if one of the cards is answered at the same moment.
    """
    copy = session.get(ProgressCopy, (learner.id, copy_id))
    if copy is None:
        raise NotFound()
    _alone(session, learner, copy.to_deck_id)
    session.refresh(copy)
    if copy.undone_at is not None:
        return copy
    own = (Review.user_id == learner.id, Review.day == copy.day, Review.at == copy.at)
    standing = (Review.undone_at.is_(None), GIVEN_HERE)
    rows = session.execute(
        sa.select(Card.id, Card.deck_id, Card.position)
        .join(Review, Review.card_id == Card.id)
        .where(*own, *standing, Review.id == copy_id)
        .order_by(Card.id)
    ).all()
    copy.undone_at = now
    session.flush()
    connection = connection_of(session)
    for card_id, deck_id, position in rows:
        undo_event(connection, learner, (card_id, deck_id, position), copy_id, now)
    forget(session)
    return copy


def _alone(session: Session, learner: Learner, deck_id: int) -> None:
    """Lets nobody else write of this deck for the learner."""
    lock_follows(session, learner.id, [deck_id, *decks_inside(session, [deck_id])])
    one_at_a_time(session, learner)


@dataclass(frozen=True, slots=True)
class _Pair:
    """A card that was not met, with what the learner knows of its twin."""

    card_id: int
    deck_id: int
    state: MemoryState


_TWIN, _CARD, _MET = aliased(Note), aliased(Card), aliased(Memory)
COUNTS = (sa.func.count(), sa.func.count(_MET.card_id))
"""How many twins there are, and how many of them were met."""


def _pairs(session: Session, learner: Learner, source: Deck, target: Deck) -> list[_Pair]:
    twins = _twins(session, learner, source, target, (_CARD.id, _CARD.deck_id, *REMEMBERED))
    rows: Any = session.execute(twins.where(_MET.card_id.is_(None)).order_by(_CARD.id)).all()
    return [_Pair(row[0], row[1], remembered_from(row[2:]).state) for row in rows]


def _twins(session: Session, learner: Learner, source: Deck, target: Deck, columns: Sequence[Any]) -> sa.Select[Any]:
    """The cards of the target whose twins in the source the learner has met."""
    theirs = aliased(Card)
    owner = _TWIN.owner_id.is_(None) if target.owner_id is None else _TWIN.owner_id == target.owner_id
    within = {deck.id: [deck.id, *decks_inside(session, [deck.id])] for deck in (source, target)}
    return (
        sa.select(*columns)
        .select_from(Memory)
        .join(theirs, theirs.id == Memory.card_id)
        .join(Note, Note.id == theirs.note_id)
        .join(_TWIN, sa.and_(owner, _TWIN.language == target.language, _TWIN.guid == Note.guid))
        .join(_CARD, sa.and_(_CARD.note_id == _TWIN.id, _CARD.ordinal == theirs.ordinal))
        .outerjoin(_MET, sa.and_(_MET.user_id == learner.id, _MET.card_id == _CARD.id))
        .where(Memory.user_id == learner.id, Memory.deck_id.in_(within[source.id]))
        .where(_CARD.deck_id.in_(within[target.id]), ~_CARD.retired)
    )


def _editions(session: Session, learner: Learner, source_id: int, target_id: int) -> tuple[Deck, Deck]:
    target, followed = session.get(Deck, target_id), session.get(Follow, (learner.id, target_id))
    if target is None or not target.published or followed is None or followed.stopped_at is not None:
        raise NotFound()
    source = next((deck for deck in _visible_editions(session, learner, target) if deck.id == source_id), None)
    if source is None:
        raise NotFound()
    return source, target


def _visible_editions(session: Session, learner: Learner, deck: Deck) -> list[Deck]:
    """Of somebody's deck in other languages, those that the learner may see too."""
    others = other_editions(session, deck)
    seen = sa.select(Deck.id).where(Deck.id.in_([one.id for one in others]), may_see(learner.id))
    ids = set(session.scalars(seen))
    return [one for one in others if one.id in ids]


def _standing_copy(session: Session, learner: Learner, source: Deck, target: Deck) -> ProgressCopy | None:
    copies = (
        sa.select(ProgressCopy)
        .where(ProgressCopy.user_id == learner.id, ProgressCopy.undone_at.is_(None))
        .where(ProgressCopy.from_deck_id == source.id, ProgressCopy.to_deck_id == target.id)
        .order_by(ProgressCopy.at.desc())
    )
    return session.scalars(copies.limit(1)).first()


def _take_over(session: Session, copy: ProgressCopy, pair: _Pair, chosen: Versioned) -> bool:
    """Makes the memory that the checkpoint makes; not if the card was met meanwhile."""
    state = take(NEW, _checkpoint(copy, pair), chosen.settings, pair.card_id)
    connection = connection_of(session)
    new = Remembered(chosen.version, state)
    values = memory_values(copy.user_id, pair.card_id, pair.deck_id, Remembered(None, NEW), new)
    with counting_one(connection, copy.user_id, pair.card_id):
        return bool(connection.execute(meet(connection.dialect.name), values).rowcount == 1)


def _checkpoint(copy: ProgressCopy, pair: _Pair) -> Checkpoint:
    carried = {name: getattr(pair.state, name) for name in CARRIED}
    return Checkpoint(copy.id, copy.day, copy.at, MemoryState(**carried))


def _logged(copy: ProgressCopy, learner: Learner, pair: _Pair) -> Logged:
    state = {name: getattr(pair.state, name) for name in CARRIED}
    hour = hour_of(copy.at, learner.time_zone)
    return Logged(copy.id, copy.day, hour, copy.at, 0, pair.deck_id, 0, state, Kind.CHECKPOINT)
