"""Saving a deck's text: what the plan says, as one change that can be taken back."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import N_, Refused
from app.importing.as_text.arranging import Key, arranged
from app.importing.as_text.planning import Added, Plan
from app.models import Card, Change, Deck, Learner, Note, User
from app.models.bulk import chunks
from app.models.change import AWAY, begin_change, hold, keep_versions
from app.models.contents import cards_of
from app.models.note import set_tags


def save_text(session: Session, learner: Learner, plan: Plan, now: datetime) -> int | None:
    """Does what a plan says and returns the change; None if it says nothing. The deck must be as it was when the plan
    was made: the door asks, in the same transaction, with the notes locked by `lock_notes`."""
    if plan.problems:
        raise Refused(N_("Nothing was saved: the text has mistakes."))
    if not plan:
        return None
    change = begin_change(session, Change(user_id=learner.id, day=learner.today(now), at=now, verb="text"))
    saving = _Saving(session, learner, plan, change, now)
    saving.write_notes()
    saving.lay_cards()
    change.moved = saving.moved or None
    session.flush()
    return change.id


def lock_notes(session: Session, plan: Plan) -> None:
    """Holds the notes of a plan and of its deck, their cards and then the deck to the end of the transaction, so that
    nobody changes them meanwhile or adds others."""
    # The owner first, as every change has it: see `hold_changes`.
    owner = sa.select(User.id).join(Deck, Deck.owner_id == User.id).where(Deck.id == plan.deck_id)
    session.execute(owner.with_for_update(read=True, key_share=True, of=User))
    lying = sa.select(Card.note_id).where(Card.deck_id == plan.deck_id, ~Card.retired)
    note_ids = {*session.scalars(lying), *(one.note_id for one in plan.added if one.note_id is not None)}
    cards = (sa.select(Card.id).where(Card.note_id.in_(some)) for some in chunks(sorted(note_ids)))
    hold(session, note_ids, [card_id for some in cards for card_id in session.scalars(some)])
    session.execute(sa.select(Deck.id).where(Deck.id == plan.deck_id).with_for_update())


@dataclass
class _Saving:
    session: Session
    learner: Learner
    plan: Plan
    change: Change
    now: datetime
    moved: list[list[int]] = field(default_factory=list)
    made: dict[int, int] = field(default_factory=dict)
    """The ids of new notes by what the plan's order calls them."""

    def write_notes(self) -> None:
        """Keeps what is here as it was and writes what the text says instead."""
        columns = {one.note_id: one.columns for one in self.plan.changed if one.columns}
        columns |= {one.note_id: one.columns for one in self.plan.added if one.note_id is not None}
        removed = [one.note_id for one in self.plan.removed]
        for some in chunks([*columns, *removed]):
            keep_versions(self.session, self.change, some)
        for some in chunks(list(columns)):
            chosen = sa.select(Note).where(Note.id.in_(some))
            notes = self.session.scalars(chosen, execution_options={"populate_existing": True}).all()
            for note in notes:
                for name, value in columns[note.id].items():
                    setattr(note, name, value)
                note.changed_at = self.now
            self.session.flush()
            set_tags(self.session, self.learner.id, {note.id: note.tags for note in notes})
        self._add_notes()

    def _add_notes(self) -> None:
        deck = self.session.get_one(Deck, self.plan.deck_id)
        named = {"owner_id": self.learner.id, "language": deck.language}
        dated = {"created_at": self.now, "changed_at": self.now}
        notes: dict[int, Note] = {}
        for number, one in enumerate(self.plan.added):
            if one.note_id is None:
                notes[-1 - number] = Note(guid=one.guid, **named, **dated, **one.columns)
        self.session.add_all(notes.values())
        self.session.flush()
        self.made = {number: note.id for number, note in notes.items()}
        for some in chunks(list(notes)):
            tags = {notes[number].id: notes[number].tags for number in some}
            set_tags(self.session, self.learner.id, tags, new=True)

    def lay_cards(self) -> None:
        """Retires, adds and lays the cards, and notes down how they were."""
        plan, deck_id = self.plan, self.plan.deck_id
        arriving, known = self._arriving(), self._cards()
        self._retire(known)
        own = sa.select(Card).where(Card.deck_id == deck_id, ~Card.retired).order_by(Card.position, Card.id)
        lying = {(card.note_id, card.ordinal): card for card in self.session.scalars(own)}
        there = {note_id for note_id, _ in lying}
        order = [self.made.get(note_id, note_id) for note_id in plan.order]
        loose = {one.note_id for one in plan.moved} | {note_id for note_id in order if note_id not in there}
        places = arranged([(key, card.position) for key, card in lying.items()], order, loose, arriving)
        new = []
        for key, position in places.items():
            if (card := lying.get(key) or known.get(key)) is None:
                new.append(Card(deck_id=deck_id, note_id=key[0], ordinal=key[1], position=position))
            else:
                self._lay(card, position)
        self.session.add_all(new)
        self.session.flush()
        self.moved += [[deck_id, card.id, AWAY, card.position] for card in new]
        decks = {deck_id} | {moved[2] for moved in self.moved} - {AWAY}
        if self.moved:
            # A card that came, or came to lie elsewhere, may lie below what a follower's cursor has passed.
            raised = sa.update(Deck).where(Deck.id.in_(decks)).values(order_version=Deck.order_version + 1)
            self.session.execute(raised)

    def _arriving(self) -> dict[int, Sequence[int]]:
        arriving = {one.note_id: one.new for one in self.plan.changed if one.new}
        return arriving | {self._id_of(number, one): one.ordinals for number, one in enumerate(self.plan.added)}

    def _id_of(self, number: int, one: Added) -> int:
        return self.made[-1 - number] if one.note_id is None else one.note_id

    def _cards(self) -> dict[Key, Card]:
        """The cards, retired ones too, of notes that get or lose some."""
        touched: list[int] = [one.note_id for one in self.plan.changed if one.new or one.gone]
        touched += [one.note_id for one in self.plan.added if one.note_id is not None]
        touched += [one.note_id for one in self.plan.removed]
        found: dict[Key, Card] = {}
        for some in chunks(touched):
            for note_id, cards in cards_of(self.session, some).items():
                found |= {(note_id, card.ordinal): card for card in cards}
        return found

    def _retire(self, known: dict[Key, Card]) -> None:
        gone = {(one.note_id, ordinal) for one in self.plan.changed for ordinal in one.gone}
        removed = {one.note_id for one in self.plan.removed}
        for key, card in known.items():
            if not card.retired and (key in gone or card.note_id in removed):
                self.moved.append([AWAY, card.id, card.deck_id, card.position])
                card.retired = True
        self.session.flush()

    def _lay(self, card: Card, position: int) -> None:
        """Lays a card that is there, or was retired."""
        if card.retired:
            self.moved.append([card.deck_id, card.id, AWAY, card.position])
        elif card.position != position:
            self.moved.append([card.deck_id, card.id, card.deck_id, card.position])
        card.retired, card.position = False, position
