"""Taking back what was done to many notes or cards at once, but for what was changed again since."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.database import Handle, connection_of
from app.errors import NotFound
from app.library.bulk import InTransaction, lay, look_again
from app.models import Card, Change, Deck, Learner, NoteVersion
from app.models.across_learners import met_by_followers
from app.models.audience import was_closed_since
from app.models.bulk import chunks
from app.models.change import AWAY, OF_MANY, begin_change, changed_since, hold, put_back, resets_of
from app.models.indexing import index_changes, index_decks

DAYS_OFFERED, LOOKED_AT = 7, 100
RememberOwn = Callable[[Session, int, Sequence[int]], object]
"""Makes the learner know cards again that a change with this id made them forget."""


@dataclass(slots=True)
class Undone:
    """How many are as they were; `left`: how many were changed since, or met by others where they lie, and left so."""

    restored: int = 0
    left: int = 0


def undo_bulk(
    in_transaction: InTransaction, learner: Learner, change_id: int, now: datetime, remember_own: RememberOwn
) -> Undone:
    """Takes back a change of many, in transactions that hold nobody up for long; once undone, again does nothing.
    Stopped in the middle, it can be called again; a change that is still being made is taken back as it comes. Raises
    NotFound if it is not theirs."""
    undone, seen, laid, back_id = Undone(), set[int](), 0, 0
    while True:
        with in_transaction() as session:
            change = _own_change(session, learner, change_id)
            kept = session.scalars(sa.select(NoteVersion.note_id).where(NoteVersion.change_id == change_id)).all()
            note_ids, moved = sorted(set(kept) - seen), (change.moved or [])[laid:]
            if change.undone_at is not None:
                return undone
            if not note_ids and not moved:
                # Each part of the change locks it too: what is not there by now will not be done.
                change.undone_at = now
                return undone
            back_id = back_id or _begin_undo(session, learner, now)
        for some in chunks(note_ids):
            with in_transaction() as session:
                if was_closed_since(session, session.get_one(Change, back_id)):
                    # What is left can be taken back by another press.
                    undone.left = len(seen) + laid + len(note_ids) + len(moved) - undone.restored
                    return undone
                _restore(session, learner, (change_id, back_id), some, undone, now)
        for cards in chunks(moved):
            with in_transaction() as session:
                _lay_back(session, learner, change_id, cards, undone, remember_own)
        seen, laid = seen.union(note_ids), laid + len(moved)


def _begin_undo(session: Session, learner: Learner, now: datetime) -> int:
    back = Change(user_id=learner.id, day=learner.today(now), at=now, verb="undo")
    return begin_change(session, back).id


def _own_change(session: Session, learner: Learner, change_id: int) -> Change:
    change = session.get(Change, change_id, with_for_update=True, populate_existing=True)
    if change is None or change.user_id != learner.id or change.verb not in OF_MANY:
        raise NotFound()
    return change


def _restore(
    session: Session,
    learner: Learner,
    change_and_back: tuple[int, int],
    note_ids: Sequence[int],
    undone: Undone,
    now: datetime,
) -> None:
    change_id, back_id = change_and_back
    # First locked, then looked at: whoever edits one of them comes before that, or after all of it.
    hold(session, note_ids)
    changed = changed_since(session, change_id, note_ids)
    unchanged = [note_id for note_id in note_ids if note_id not in changed]
    changes = put_back(session, change_id, session.get_one(Change, back_id), unchanged, now)
    undone.left += len(changed)
    undone.restored += len(unchanged)
    index_changes(session, learner.id, changes)


def _lay_back(
    session: Session,
    learner: Learner,
    change_id: int,
    moved: Sequence[Sequence[int]],
    undone: Undone,
    remember_own: RememberOwn,
) -> None:
    """Of `moved` each is where the card was laid, which it is, and its deck and position before."""
    card_ids = [card_id for _, card_id, *_ in moved]
    hold(session, (), card_ids)
    _move_back(session, learner, [card for card in moved if card[0] != AWAY], undone)
    deleted = {card_id: deck_id for to, card_id, deck_id, _ in moved if to == AWAY}
    remember_own(session, change_id, _bring_back(session, learner, deleted, undone))
    lying = sa.select(Card.note_id, Card.deck_id).where(Card.id.in_(card_ids)).order_by(Card.id)
    index_decks(session, learner.id, [(note_id, deck_id) for note_id, deck_id in session.execute(lying)])


def _move_back(session: Session, learner: Learner, moved: Sequence[Sequence[int]], undone: Undone) -> None:
    """Of `moved` each is where the card was laid, which it is, and its deck and position before. What somebody else
    has met there meanwhile stays with them."""
    former = {card_id: (to, deck_id, position) for to, card_id, deck_id, position in moved}
    own = sa.select(Card).join(Deck).where(Card.id.in_(former), Deck.owner_id == learner.id).order_by(Card.id)
    lying = session.scalars(own.with_for_update(of=Card), execution_options={"populate_existing": True}).all()
    # Once they are locked: whoever meets a card now for the first time waits, and finds it where it lies then.
    by_others = met_by_followers(session, learner.id)
    met = set(session.scalars(sa.select(Card.id).where(Card.id.in_(former), by_others)))
    there = set(session.scalars(sa.select(Deck.id).where(Deck.id.in_({place[1] for place in former.values()}))))
    cards = {
        card: former[card.id][1:]
        for card in lying
        if card.deck_id == former[card.id][0] and former[card.id][1] in there and card.id not in met
    }
    lay(session, learner, cards)
    undone.restored += len(cards)
    undone.left += len(former) - len(cards)


def _bring_back(session: Session, learner: Learner, deleted: dict[int, int], undone: Undone) -> list[int]:
    """Brings deleted cards back, by card the deck it lay in; which of them."""
    own = sa.select(Card).join(Deck).where(Card.id.in_(deleted), Deck.owner_id == learner.id, Card.retired)
    cards = session.scalars(own.with_for_update(of=Card), execution_options={"populate_existing": True}).all()
    for card in cards:
        card.retired = False
    look_again(session, {card.deck_id for card in cards})
    undone.restored += len(cards)
    undone.left += len(deleted) - len(cards)
    return [card.id for card in cards]


def deletion_with(handle: Handle, learner: Learner, day: int, act: UUID) -> int | None:
    """The deletion of a study day by which a card of the learner's became new again; None: it was something else."""
    own = sa.select(Change.id).where(Change.user_id == learner.id, Change.day == day, Change.verb.in_(OF_MANY))
    return next((one for one in connection_of(handle).scalars(own) if resets_of(one) == act), None)


def latest_bulk(handle: Handle, learner: Learner, day: int) -> tuple[int, datetime] | None:
    """The learner's latest change of many that stands, and when it was, if it is a few days old at most and among their
    latest hundred: whoever did not get the answer to it can still take it back."""
    recent = sa.select(Change.id, Change.at, Change.verb, Change.undone_at).order_by(
        Change.day.desc(), Change.at.desc()
    )
    own = recent.where(Change.user_id == learner.id, Change.day > day - DAYS_OFFERED).limit(LOOKED_AT).subquery()
    standing = sa.select(own.c.id, own.c.at).where(own.c.verb.in_(OF_MANY), own.c.undone_at.is_(None))
    row = connection_of(handle).execute(standing.order_by(own.c.at.desc(), own.c.id.desc()).limit(1)).first()
    return None if row is None else (row.id, row.at)
