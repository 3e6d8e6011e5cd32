"""Taking back what was done to many notes or cards at once, but for what was changed again since."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.database import Handle, connection_of
from app.errors import NotFound
from app.library.bulk import InTransaction, chunks, lay, look_again
from app.models import Card, Change, Deck, Learner, Note, NoteVersion
from app.models.across_learners import met_by_followers
from app.models.audience import was_closed_since
from app.models.change import AWAY, SWINGS, begin_change, content_of, keep_versions, resets_of
from app.models.indexing import index_if_many
from app.models.note import set_tags

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
    Stopped in the middle, it can be called again. Raises NotFound if it is not theirs."""
    undone = Undone()
    with in_transaction() as session:
        change = _own_change(session, learner, change_id)
        if change.undone_at is not None:
            return undone
        moved = change.moved or []
        kept = session.scalars(sa.select(NoteVersion.note_id).where(NoteVersion.change_id == change_id)).all()
        back = Change(user_id=learner.id, day=learner.today(now), at=now, verb="undo")
        back_id = begin_change(session, back).id
    for some in chunks(sorted(kept)):
        with in_transaction() as session:
            if was_closed_since(session, session.get_one(Change, back_id)):
                # What is left can be taken back by another press.
                undone.left = len(kept) + len(moved) - undone.restored
                return undone
            _restore(session, learner, (change_id, back_id), some, undone, now)
            index_if_many(session, learner.id)
    for cards in chunks(moved):
        with in_transaction() as session:
            _move_back(session, learner, [card for card in cards if card[0] != AWAY], undone)
            deleted = {card_id: deck_id for to, card_id, deck_id, _ in cards if to == AWAY}
            remember_own(session, change_id, _bring_back(session, learner, deleted, undone))
            index_if_many(session, learner.id)
    with in_transaction() as session:
        _own_change(session, learner, change_id).undone_at = now
    return undone


def _own_change(session: Session, learner: Learner, change_id: int) -> Change:
    change = session.get(Change, change_id, with_for_update=True, populate_existing=True)
    if change is None or change.user_id != learner.id or change.verb != "bulk":
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
    later = sa.select(NoteVersion.note_id).join(Change, Change.id == NoteVersion.change_id)
    later = later.where(NoteVersion.note_id.in_(note_ids), NoteVersion.change_id > change_id)
    changed = set(session.scalars(later.where(Change.verb.not_in(SWINGS), Change.undone_at.is_(None))))
    unchanged = [note_id for note_id in note_ids if note_id not in changed]
    keep_versions(session, session.get_one(Change, back_id), unchanged)
    former = sa.select(Note, NoteVersion).join(NoteVersion, NoteVersion.note_id == Note.id)
    former = former.where(NoteVersion.change_id == change_id, Note.id.in_(unchanged))
    tags = {}
    for note, version in session.execute(former, execution_options={"populate_existing": True}).all():
        for name, value in content_of(version).items():
            setattr(note, name, value)
        note.changed_at, tags[note.id] = now, note.tags
    session.flush()
    set_tags(session, learner.id, tags)
    undone.left += len(changed)
    undone.restored += len(unchanged)


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
    own = sa.select(Change.id).where(Change.user_id == learner.id, Change.day == day, Change.verb == "bulk")
    return next((one for one in connection_of(handle).scalars(own) if resets_of(one) == act), None)
