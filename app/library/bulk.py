"""Changing many notes or cards at once, and taking all of it back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.database import connection_of
from app.errors import NotFound
from app.library.editing import check_tags
from app.library.media import own_deck
from app.models import Card, Change, Deck, Learner, Memory, Note, NoteVersion
from app.models.across_learners import met_by_followers
from app.models.change import SWINGS, begin_change, keep_versions
from app.models.indexing import index_if_many
from app.models.memory_count import counting
from app.models.note import set_tags, tag_key
from app.models.posting import to_be_indexed

AT_ONCE = 300
One = TypeVar("One")


@dataclass(slots=True)
class Done:
    """How many a change has changed, by its id (None: nothing); `others`: how many are not the learner's own; `kept`:
    how many stay where they are, for others have met them there."""

    changed: int = 0
    others: int = 0
    kept: int = 0
    change_id: int | None = None


@dataclass(slots=True)
class Undone:
    """How many are as they were; `left`: how many were changed since, and left as they are."""

    restored: int = 0
    left: int = 0


def tag_notes(
    session: Session,
    learner: Learner,
    note_ids: Sequence[int],
    tags: tuple[Sequence[str], Sequence[str]],
    now: datetime,
) -> Done:
    """Gives the learner's own notes the first of these tags and takes the second away, as one change. Raises Refused
    for tags that are too long or too many."""
    done, change = Done(), _begun(session, learner, now)
    for some in _chunks(note_ids):
        own = sa.select(Note).where(Note.id.in_(some), Note.owner_id == learner.id).order_by(Note.id)
        notes = session.scalars(own.with_for_update(), execution_options={"populate_existing": True}).all()
        done.others += len(some) - len(notes)
        wanted = {note.id: _tagged(note.tags, *tags) for note in notes}
        differing = [note for note in notes if wanted[note.id] != note.tags]
        keep_versions(session, change, [note.id for note in differing])
        for note in differing:
            check_tags(wanted[note.id])
            note.tags, note.changed_at = wanted[note.id], now
        session.flush()
        set_tags(session, learner.id, {note.id: note.tags for note in differing})
        done.changed += len(differing)
    return _ended(session, learner, change, done)


def _tagged(tags: Sequence[str], added: Sequence[str], removed: Sequence[str]) -> list[str]:
    here, gone = {tag_key(tag) for tag in tags}, {tag_key(tag) for tag in removed}
    left = [tag for tag in tags if tag_key(tag) not in gone]
    return left + [tag for tag in added if tag_key(tag) not in here]


def move_cards(session: Session, learner: Learner, card_ids: Sequence[int], deck_id: int, now: datetime) -> Done:
    """Moves the learner's own cards to the end of one of their decks, as one change; what they know comes along. A card
    that somebody else has met stays, or it would be gone from where they study it. Raises NotFound unless the deck is
    theirs."""
    own_deck(session, learner, deck_id)
    done, change, moved = Done(), _begun(session, learner, now), []
    for some in _chunks(card_ids):
        own = sa.select(Card).join(Note).where(Card.id.in_(some), Note.owner_id == learner.id).order_by(Card.id)
        cards = session.scalars(own.with_for_update(of=Card), execution_options={"populate_existing": True}).all()
        done.others += len(some) - len(cards)
        lying = sa.select(Card.id).where(Card.id.in_(some), Card.deck_id != deck_id)
        met = set(session.scalars(lying.where(met_by_followers(session, learner.id))))
        moving = [card for card in cards if card.deck_id != deck_id and card.id not in met]
        done.kept += len(met.intersection(card.id for card in cards))
        moved += [(card.id, card.deck_id, card.position) for card in moving]
        end = session.scalar(sa.select(sa.func.max(Card.position)).where(Card.deck_id == deck_id, ~Card.retired))
        first = 0 if end is None else end + 1
        _lay(session, learner, {card: (deck_id, first + n) for n, card in enumerate(moving)})
    change.moved = [[deck_id, *one] for one in moved]
    done.changed = len(moved)
    return _ended(session, learner, change, done)


def _lay(session: Session, learner: Learner, places: dict[Card, tuple[int, int]]) -> None:
    """Lays cards into decks at positions, with what the learner knows of them."""
    connection = connection_of(session)
    decks = {deck_id for deck_id, _ in places.values()} | {card.deck_id for card in places}
    for deck_id in {deck_id for deck_id, _ in places.values()}:
        card_ids = [card.id for card, (to, _) in places.items() if to == deck_id]
        with counting(connection, learner.id, Memory.card_id.in_(card_ids)):
            own = (Memory.user_id == learner.id, Memory.card_id.in_(card_ids))
            connection.execute(sa.update(Memory).where(*own).values(deck_id=deck_id))
    for card, (deck_id, position) in places.items():
        card.deck_id, card.position = deck_id, position
    # Whoever's cursor has passed the places looks from the start once.
    session.execute(sa.update(Deck).where(Deck.id.in_(decks)).values(order_version=Deck.order_version + 1))
    session.flush()
    to_be_indexed(session, learner.id, {card.note_id for card in places})


def _begun(session: Session, learner: Learner, now: datetime) -> Change:
    return begin_change(session, Change(user_id=learner.id, day=learner.today(now), at=now, verb="bulk"))


def _ended(session: Session, learner: Learner, change: Change, done: Done) -> Done:
    if done.changed:
        done.change_id = change.id
    else:
        session.delete(change)
    session.flush()
    index_if_many(session, learner.id)
    return done


def undo_bulk(session: Session, learner: Learner, change_id: int, now: datetime) -> Undone:
    """Takes back a change of many, but for what was changed again since; once undone, again does nothing. Raises
    NotFound if it is not theirs."""
    change = session.get(Change, change_id, with_for_update=True)
    if change is None or change.user_id != learner.id or change.verb != "bulk":
        raise NotFound()
    undone = Undone()
    if change.undone_at is not None:
        return undone
    back = begin_change(session, Change(user_id=learner.id, day=learner.today(now), at=now, verb="undo"))
    kept = session.scalars(sa.select(NoteVersion.note_id).where(NoteVersion.change_id == change_id)).all()
    for some in _chunks(kept):
        _restore_tags(session, learner, change, back, some, undone, now)
    for cards in _chunks(change.moved or []):
        _move_back(session, learner, cards, undone)
    change.undone_at = now
    session.flush()
    index_if_many(session, learner.id)
    return undone


def _restore_tags(
    session: Session,
    learner: Learner,
    change: Change,
    back: Change,
    note_ids: Sequence[int],
    undone: Undone,
    now: datetime,
) -> None:
    keep_versions(session, back, note_ids)
    later = sa.select(NoteVersion.note_id).join(Change, Change.id == NoteVersion.change_id)
    later = later.where(NoteVersion.note_id.in_(note_ids), NoteVersion.change_id > change.id)
    changed = set(session.scalars(later.where(Change.verb.not_in(SWINGS), Change.undone_at.is_(None))))
    own = sa.select(Note, NoteVersion.tags).join(NoteVersion, NoteVersion.note_id == Note.id)
    own = own.where(NoteVersion.change_id == change.id, Note.id.in_(note_ids))
    for note, tags in session.execute(own, execution_options={"populate_existing": True}).all():
        if note.id not in changed:
            note.tags, note.changed_at = tags, now
            set_tags(session, learner.id, {note.id: tags})
    session.execute(sa.delete(NoteVersion).where(NoteVersion.change_id == back.id, NoteVersion.note_id.in_(changed)))
    undone.left += len(changed)
    undone.restored += len(note_ids) - len(changed)


def _move_back(session: Session, learner: Learner, moved: Sequence[Sequence[int]], undone: Undone) -> None:
    """Of `moved` each is where the card was laid, which it is, and its deck and position before."""
    former = {card_id: (to, deck_id, position) for to, card_id, deck_id, position in moved}
    own = sa.select(Card).join(Deck).where(Card.id.in_(former), Deck.owner_id == learner.id)
    there = set(session.scalars(sa.select(Deck.id).where(Deck.id.in_({place[1] for place in former.values()}))))
    cards = {
        card: former[card.id][1:]
        for card in session.scalars(own)
        if card.deck_id == former[card.id][0] and former[card.id][1] in there
    }
    _lay(session, learner, cards)
    undone.restored += len(cards)
    undone.left += len(former) - len(cards)


def _chunks(all_of_them: Sequence[One]) -> Iterator[Sequence[One]]:
    for start in range(0, len(all_of_them), AT_ONCE):
        yield all_of_them[start : start + AT_ONCE]
