"""Changing many notes or cards of one's own at once: other tags, another deck."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.database import connection_of
from app.errors import Refused
from app.library.editing import check_tags
from app.library.media import own_deck
from app.models import Card, Change, Deck, Learner, Memory, Note
from app.models.across_learners import met_by_followers
from app.models.audience import was_closed_since
from app.models.bulk import chunks
from app.models.change import Verb, begin_change, keep_versions, written
from app.models.indexing import index_changes, index_decks
from app.models.memory_count import counting
from app.models.note import put_tags, tag_key

InTransaction = Callable[[], AbstractContextManager[Session]]
"""What a door lends a verb that writes in several short transactions."""


@dataclass(slots=True)
class Done:
    """How many a change has changed, by its id (None: nothing); `others`: how many are not the learner's own; `kept`:
    how many cards others have met, which stay for them; `unfit`: how many notes stay as they are, for it would spoil
    them; `newer`: or because they were changed since the learner looked."""

    changed: int = 0
    others: int = 0
    kept: int = 0
    unfit: int = 0
    newer: int = 0
    change_id: int | None = None


Act = Callable[[Session, Change, Sequence[int], Done], None]
"""Does to some notes or cards what a change does to all, and counts them."""


def in_parts(
    in_transaction: InTransaction,
    learner: Learner,
    ids: Sequence[int],
    now: datetime,
    act: Act,
    verb: Verb = "bulk",
) -> Done:
    """One change in transactions that hold nobody up for long. It ends when its learner takes it back meanwhile, or
    closes a deck: what comes after that must be another change."""
    done = Done()
    for some in chunks(ids):
        with in_transaction() as session:
            change = _change(session, learner, done.change_id, now, verb)
            if change.undone_at is not None or was_closed_since(session, change):
                break
            act(session, change, some, done)
            session.flush()
            if done.changed:
                done.change_id = change.id
            else:
                session.delete(change)
            session.flush()
    return done


def _change(session: Session, learner: Learner, change_id: int | None, now: datetime, verb: Verb) -> Change:
    if change_id is not None:
        return session.get_one(Change, change_id, with_for_update=True, populate_existing=True)
    return begin_change(session, Change(user_id=learner.id, day=learner.today(now), at=now, verb=verb))


def tag_notes(
    in_transaction: InTransaction,
    learner: Learner,
    note_ids: Sequence[int],
    tags: tuple[Sequence[str], Sequence[str]],
    now: datetime,
) -> Done:
    """Gives the learner's own notes the first of these tags and takes the second away, as one change. Raises Refused
    for tags that are too long or too many."""
    check_tags(tags[0])

    def act(session: Session, change: Change, some: Sequence[int], done: Done) -> None:
        notes = own_notes(session, learner, some)
        done.others += len(some) - len(notes)
        wanted = {note.id: _tagged(note.tags, *tags) for note in notes}
        differing = [note for note in notes if wanted[note.id] != note.tags and _fit(wanted[note.id], done)]
        keep_versions(session, change, [note.id for note in differing])
        before = {note.id: written(note) for note in differing}
        for note in differing:
            note.tags, note.changed_at = wanted[note.id], now
        session.flush()
        put_tags(session, learner.id, {note.id: note.tags for note in differing})
        index_changes(session, learner.id, {note.id: (before[note.id], written(note)) for note in differing})
        done.changed += len(differing)

    return in_parts(in_transaction, learner, note_ids, now, act)


def _fit(tags: Sequence[str], done: Done) -> bool:
    try:
        check_tags(tags)
    except Refused:
        done.unfit += 1
        return False
    return True


def own_notes(session: Session, learner: Learner, note_ids: Sequence[int]) -> Sequence[Note]:
    """Those of these notes that are the learner's own, locked to the end of the transaction."""
    own = sa.select(Note).where(Note.id.in_(note_ids), Note.owner_id == learner.id).order_by(Note.id)
    return session.scalars(own.with_for_update(), execution_options={"populate_existing": True}).all()


def _tagged(tags: Sequence[str], added: Sequence[str], removed: Sequence[str]) -> list[str]:
    here, gone = {tag_key(tag) for tag in tags}, {tag_key(tag) for tag in removed}
    left = [tag for tag in tags if tag_key(tag) not in gone]
    return left + [tag for tag in added if tag_key(tag) not in here]


def move_cards(
    in_transaction: InTransaction, learner: Learner, card_ids: Sequence[int], deck_id: int, now: datetime
) -> Done:
    """Moves the learner's own cards to the end of one of their decks, as one change; what they know comes along. A card
    that somebody else has met stays, or it would be gone from where they study it. Raises NotFound unless the deck is
    theirs."""

    def act(session: Session, change: Change, some: Sequence[int], done: Done) -> None:
        own_deck(session, learner, deck_id)
        own = sa.select(Card).join(Note).where(Card.id.in_(some), Note.owner_id == learner.id).order_by(Card.id)
        cards = session.scalars(own.with_for_update(of=Card), execution_options={"populate_existing": True}).all()
        done.others += len(some) - len(cards)
        lying = sa.select(Card.id).where(Card.id.in_(some), Card.deck_id != deck_id)
        met = set(session.scalars(lying.where(met_by_followers(session, learner.id))))
        moving = [card for card in cards if card.deck_id != deck_id and card.id not in met]
        done.kept += len(met.intersection(card.id for card in cards))
        moved = [[deck_id, card.id, card.deck_id, card.position] for card in moving]
        end = session.scalar(sa.select(sa.func.max(Card.position)).where(Card.deck_id == deck_id, ~Card.retired))
        first = 0 if end is None else end + 1
        lay(session, learner, {card: (deck_id, first + n) for n, card in enumerate(moving)})
        change.moved = [*(change.moved or []), *moved]
        session.flush()
        index_decks(session, learner.id, [(card.note_id, deck_id) for card in moving])
        done.changed += len(moved)

    return in_parts(in_transaction, learner, card_ids, now, act)


def lay(session: Session, learner: Learner, places: dict[Card, tuple[int, int]]) -> None:
    """Lays cards into decks at positions, with what the learner knows of them. The index of words is still to be told
    by `index_decks`."""
    connection = connection_of(session)
    decks = {deck_id for deck_id, _ in places.values()} | {card.deck_id for card in places}
    for deck_id in {deck_id for deck_id, _ in places.values()}:
        card_ids = [card.id for card, (to, _) in places.items() if to == deck_id]
        with counting(connection, learner.id, Memory.card_id.in_(card_ids)):
            own = (Memory.user_id == learner.id, Memory.card_id.in_(card_ids))
            connection.execute(sa.update(Memory).where(*own).values(deck_id=deck_id))
    for card, (deck_id, position) in places.items():
        card.deck_id, card.position = deck_id, position
    look_again(session, decks)


def look_again(session: Session, deck_ids: Sequence[int] | set[int]) -> None:
    """Whoever's cursor of these decks has passed a place where a card is now looks from the start once."""
    session.execute(sa.update(Deck).where(Deck.id.in_(deck_ids)).values(order_version=Deck.order_version + 1))
    session.flush()
