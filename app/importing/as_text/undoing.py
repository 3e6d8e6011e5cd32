"""Taking a saved text back: what it changed is as it was, but for what was changed or studied since."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.importing.removing import remove_cards
from app.models import Card, Change, Deck, Learner, Memory, Note, NoteVersion, Review
from app.models.across_learners import met_by_followers
from app.models.bulk import chunks
from app.models.change import AWAY, begin_change, changed_since, hold, put_back
from app.models.indexing import Written, index_changes

LOOKED_AT = 20


@dataclass(slots=True)
class Undone:
    """How many notes are as they were; `left`: how many were changed or studied since, and stay as they are."""

    restored: int = 0
    left: int = 0


def latest_save(session: Session, learner: Learner, deck_id: int) -> Change | None:
    """The learner's latest save of a deck's text that stands, if it is among the latest of all their decks."""
    own = (Change.user_id == learner.id, Change.verb == "text", Change.undone_at.is_(None))
    for change in session.scalars(sa.select(Change).where(*own).order_by(Change.id.desc()).limit(LOOKED_AT)):
        kept = sa.select(NoteVersion.note_id).join(Card, Card.note_id == NoteVersion.note_id)
        kept = kept.where(NoteVersion.change_id == change.id, Card.deck_id == deck_id).limit(1)
        if any(deck_id in (to, before) for to, _, before, _ in change.moved or []) or session.scalar(kept):
            return change
    return None


def undo_text(session: Session, learner: Learner, change_id: int, now: datetime) -> Undone:
    """Takes a saved text back, as a change of its own; once undone, again does nothing. Raises NotFound if it is not
    theirs."""
    change = session.get(Change, change_id, with_for_update=True)
    if change is None or change.user_id != learner.id or change.verb != "text":
        raise NotFound()
    if change.undone_at is not None:
        return Undone()
    undoing = _Undoing(session, learner, change, now)
    changes = undoing.restore_words()
    undoing.lay_back()
    change.undone_at = now
    session.flush()
    index_changes(session, learner.id, changes)
    return Undone(len(undoing.touched - undoing.left), len(undoing.left))


class _Undoing:
    """One undo. `touched`: the notes the change has reworded, added or removed; `left`: those that stay as they are."""

    def __init__(self, session: Session, learner: Learner, change: Change, now: datetime) -> None:
        self.session, self.learner, self.change, self.now = session, learner, change, now
        self.back = begin_change(session, Change(user_id=learner.id, day=learner.today(now), at=now, verb="undo"))
        self.former = {card_id: (to, deck, place) for to, card_id, deck, place in change.moved or []}
        kept = sa.select(NoteVersion.note_id).where(NoteVersion.change_id == change.id)
        self.versions = set(session.scalars(kept))
        self.cards = self._held_cards()
        self.touched = self.versions | {card.note_id for card in self.cards if self._came_or_went(card)}
        self.added = self._added()
        self.left = changed_since(session, change.id, self.touched) | self._studied(self.added)

    def _held_cards(self) -> list[Card]:
        """The cards that are still the learner's, locked with all the notes: first that, then it is looked at what was
        changed since, or an edit that comes in between would be lost."""
        lying = (sa.select(Card.note_id).where(Card.id.in_(some)) for some in chunks(list(self.former)))
        note_ids = {note_id for some in lying for note_id in self.session.scalars(some)}
        hold(self.session, self.versions | note_ids, self.former)
        cards: list[Card] = []
        for some in chunks(sorted(self.former)):
            own = sa.select(Card).join(Note, Note.id == Card.note_id).where(Card.id.in_(some))
            own = own.where(Note.owner_id == self.learner.id).order_by(Card.id)
            cards += self.session.scalars(own, execution_options={"populate_existing": True}).all()
        return cards

    def _came_or_went(self, card: Card) -> bool:
        return AWAY in self.former[card.id][:2]

    def _added(self) -> set[int]:
        """The notes that were not there at all before."""
        found: set[int] = set()
        for some in chunks(sorted(self.touched - self.versions)):
            made = (Note.id.in_(some), Note.created_at == self.change.at)
            found.update(self.session.scalars(sa.select(Note.id).where(*made)))
        return found

    def _studied(self, note_ids: set[int]) -> set[int]:
        log = (Review.user_id == self.learner.id, Review.card_id == Card.id)
        met = (Memory.user_id == self.learner.id, Memory.card_id == Card.id)
        by_others = met_by_followers(self.session, self.learner.id)
        known = sa.or_(sa.exists().where(*log), sa.exists().where(*met), by_others)
        chosen = sa.select(Card.note_id).where(known)
        parts = chunks(sorted(note_ids))
        return {note for some in parts for note in self.session.scalars(chosen.where(Card.note_id.in_(some)))}

    def restore_words(self) -> dict[int, tuple[Written, Written]]:
        """Returns what `put_back` does."""
        changes: dict[int, tuple[Written, Written]] = {}
        for some in chunks(sorted(self.versions - self.left)):
            changes |= put_back(self.session, self.change.id, self.back, some, self.now)
        return changes

    def lay_back(self) -> None:
        """Retires what came, brings back what went, and lays the rest where it lay."""
        away, decks = [], set[int]()
        for card in self.cards:
            to, deck_id, position = self.former[card.id]
            stays = card.note_id in self.left and self._came_or_went(card)
            if stays or not self._is_where(card, to, deck_id):
                continue
            decks.add(card.deck_id)
            if card.note_id in self.added:
                away.append(card.id)
            elif deck_id == AWAY:
                card.retired, card.position = True, position
            else:
                card.retired, card.position = False, position
        self.session.flush()
        self._remove(away)
        raised = sa.update(Deck).where(Deck.id.in_(decks)).values(order_version=Deck.order_version + 1)
        self.session.execute(raised)

    @staticmethod
    def _is_where(card: Card, to: int, deck_id: int) -> bool:
        """Whether the card is as the change left it: not moved on, retired or brought back since."""
        if to == AWAY:
            return card.retired and card.deck_id == deck_id
        return not card.retired and card.deck_id == to

    def _remove(self, card_ids: Sequence[int]) -> None:
        """Really deletes the new notes: nobody has met them."""
        for some in chunks(card_ids):
            remove_cards(self.session, self.learner.id, some)
        self.session.expire_all()
