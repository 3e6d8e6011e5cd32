"""Deleting many notes of one's own. Nothing is pulled away: a card that others have met is retired and stays theirs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.library.bulk import Done, InTransaction, in_parts, own_notes
from app.models import Card, Change, Learner, Note
from app.models.across_learners import met_by_followers
from app.models.bulk import chunks
from app.models.change import AWAY

ForgetOwn = Callable[[Session, int, Sequence[int]], object]
"""Makes what the learner knows of cards be forgotten, as a part of the change with this id."""


@dataclass(slots=True)
class Leaving:
    """What deleting notes would do: the learner's own among them, their cards, how many of these others have met, and
    how many notes are not the learner's."""

    notes: int = 0
    cards: int = 0
    met: int = 0
    others: int = 0


def what_leaves(session: Session, learner: Learner, note_ids: Sequence[int]) -> Leaving:
    """Looks, and changes nothing."""
    leaving, met = Leaving(), met_by_followers(session, learner.id)
    for some in chunks(note_ids):
        # In two steps: told of the owner too, a planner may walk through all that is theirs.
        own = session.scalars(sa.select(Note.id).where(Note.id.in_(some), Note.owner_id == learner.id)).all()
        standing = (Card.note_id.in_(own), ~Card.retired)
        counts = sa.select(sa.func.count(Card.note_id.distinct()), sa.func.count()).select_from(Card)
        notes, cards = session.execute(counts.where(*standing)).one()
        theirs = sa.select(sa.func.count()).select_from(Card).where(*standing, met)
        leaving.notes, leaving.cards = leaving.notes + notes, leaving.cards + cards
        leaving.met += session.scalar(theirs) or 0
        leaving.others += len(some) - notes
    return leaving


def delete_notes(
    in_transaction: InTransaction, learner: Learner, note_ids: Sequence[int], now: datetime, forget_own: ForgetOwn
) -> Done:
    """Takes the learner's own notes away with all their cards, as one change: nobody new meets them, and the learner
    neither. They are retired, so that others who have met them keep them, and that the change can be taken back."""

    def act(session: Session, change: Change, some: Sequence[int], done: Done) -> None:
        notes = own_notes(session, learner, some)
        standing = sa.select(Card).where(Card.note_id.in_([note.id for note in notes]), ~Card.retired)
        locked = standing.order_by(Card.id).with_for_update()
        cards = session.scalars(locked, execution_options={"populate_existing": True}).all()
        card_ids = [card.id for card in cards]
        change.moved = [*(change.moved or []), *([AWAY, card.id, card.deck_id, card.position] for card in cards)]
        for card in cards:
            card.retired = True
        session.flush()
        forget_own(session, change.id, card_ids)
        done.changed += len({card.note_id for card in cards})
        done.others += len(some) - len(notes)

    return in_parts(in_transaction, learner, note_ids, now, act, "delete")


def notes_deleted_by(session: Session, learner: Learner, change_id: int) -> list[int]:
    """The notes that a change of the learner's has deleted."""
    change = session.get(Change, change_id)
    if change is None or change.user_id != learner.id:
        return []
    note_ids: dict[int, None] = {}
    for cards in chunks([card_id for to, card_id, *_ in change.moved or [] if to == AWAY]):
        for note_id in session.scalars(sa.select(Card.note_id).where(Card.id.in_(cards)).order_by(Card.id)):
            note_ids[note_id] = None
    return list(note_ids)
