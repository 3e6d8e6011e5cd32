"""Undoing an import as a whole: what it brought goes, what it changed is as it was, and what somebody has worked with
since stays."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from app.database import connection_of
from app.errors import NotFound
from app.importing.opening import InTransaction
from app.importing.progressing import add_totals
from app.importing.removing import remove_cards, removed
from app.models import Card, Change, DailySummary, Deck, Import, Memory, Note, NoteVersion, Review, Tombstone
from app.models.across_learners import met_by_followers
from app.models.bulk import AT_ONCE, chunks
from app.models.change import begin_change, content_of, keep_versions
from app.models.contents import fit_cards
from app.models.deck import unseen_decks
from app.models.memory_count import counting
from app.models.note import set_tags
from app.models.review import IMPORTED_ROWS, imported_totals
from app.rendering import card_ordinals

GIVEN_SINCE = (Review.import_id.is_(None), Review.undone_at.is_(None))


Refold = Callable[[Session, int, Sequence[int]], None]
"""Folds some cards of a learner again."""


def nothing_refolded(session: Session, user_id: int, card_ids: Sequence[int]) -> None:
    """For who folds them later."""


@dataclass
class UndoneImport:
    """What undoing an import did, in notes. `kept` were studied or edited since, and stay as they are; the memories of
    `card_ids` have to be folded again."""

    removed: int = 0
    restored: int = 0
    kept: int = 0
    card_ids: list[int] = field(default_factory=list)


def undo_import(
    user_id: int, import_id: int, now: datetime, in_transaction: InTransaction, refold: Refold = nothing_refolded
) -> UndoneImport:
    """Undoes a learner's import; once undone, again does nothing more. One transaction takes all of it out of sight and
    folds again what stays; stopped after it, the next start ends it. `refold` is lent by the door.

    Raises NotFound unless it is theirs and has come to its end.
    """
    undone = UndoneImport()
    with in_transaction() as session:
        row = session.get(Import, import_id)
        if row is None or row.user_id != user_id or row.finished_at is None:
            raise NotFound()
        if row.undone_at is not None:
            return undone
        row.undone_at = now
        undone.kept = _let_go_of_what_was_used(session, user_id, import_id)
        _restore(session, user_id, import_id, now, undone)
        own = (Note.owner_id == user_id, Note.import_id == import_id)
        undone.removed = session.scalar(sa.select(sa.func.count(Note.id)).where(*own)) or 0
        _hide_decks(session, user_id, import_id)
        undone.card_ids = _take_back_history(session, user_id, import_id)
        _hide_cards(session, user_id, import_id, now)
        session.flush()
        refold(session, user_id, undone.card_ids)
    finish_undoing(user_id, import_id, in_transaction)
    return undone


def finish_undoing(user_id: int, import_id: int, in_transaction: InTransaction) -> None:
    """Removes what an undone import brought, some hundreds of cards at a time."""
    note_ids: list[int] = [0]
    while note_ids:
        with in_transaction() as session:
            own = (Note.owner_id == user_id, Note.import_id == import_id)
            note_ids = list(session.scalars(sa.select(Note.id).where(*own).limit(AT_ONCE)))
            card_ids = list(session.scalars(sa.select(Card.id).where(Card.note_id.in_(note_ids))))
            remove_cards(session, user_id, card_ids)
            session.execute(sa.delete(Note).where(Note.id.in_(note_ids)))
            unseen = (Deck.owner_id == user_id, Deck.import_id == import_id, ~Deck.published)
            deck_ids = list(session.scalars(sa.select(Deck.id).where(*unseen)))
    for _ in removed(in_transaction, deck_ids):
        pass


def undone_halfway(session: Session) -> list[tuple[int, int]]:
    """Imports that were undone and of which something is left: learner and import."""
    left = sa.exists().where(Note.owner_id == Import.user_id, Note.import_id == Import.id)
    rows = session.execute(sa.select(Import.user_id, Import.id).where(Import.undone_at.is_not(None), left))
    return list(rows.all())


def _let_go_of_what_was_used(session: Session, user_id: int, import_id: int) -> int:
    """Makes the notes that were studied or edited since the import's no more, and their history with them."""
    log = (Review.user_id == user_id, Review.card_id == Card.id, *GIVEN_SINCE)
    by_others = met_by_followers(session, user_id)
    studied = sa.exists().where(Card.note_id == Note.id, sa.or_(sa.exists().where(*log), by_others))
    edited = sa.exists().where(NoteVersion.note_id == Note.id)
    own = (Note.owner_id == user_id, Note.import_id == import_id)
    note_ids = list(session.scalars(sa.select(Note.id).where(*own, sa.or_(studied, edited))))
    for some in chunks(note_ids):
        card_ids = list(session.scalars(sa.select(Card.id).where(Card.note_id.in_(some))))
        theirs = (Review.user_id == user_id, Review.card_id.in_(card_ids), Review.import_id == import_id)
        for statement in (
            sa.update(Note).where(Note.id.in_(some)),
            sa.update(Card).where(Card.note_id.in_(some)),
            sa.update(Review).where(*theirs),
        ):
            session.execute(statement.values(import_id=None))
    return len(note_ids)


def _restore(session: Session, user_id: int, import_id: int, now: datetime, undone: UndoneImport) -> None:
    """Gives the notes the import changed their former words, but for those that were changed again since; takes back
    the cards it added to notes that were here."""
    own = (Change.user_id == user_id, Change.import_id == import_id, Change.verb == "import")
    change = session.scalars(sa.select(Change).where(*own)).first()
    if change is not None:
        change.undone_at = now
        newer = aliased(NoteVersion)
        since = sa.exists().where(newer.note_id == NoteVersion.note_id, newer.change_id > change.id)
        versions = sa.select(NoteVersion).where(NoteVersion.change_id == change.id)
        former = session.scalars(versions.where(~since)).all()
        undone.kept += len(session.scalars(versions.where(since)).all())
        undone.restored = len(former)
        if former:
            back = begin_change(session, Change(user_id=user_id, at=now, verb="undo", import_id=import_id))
            for versions_of_some in chunks(former):
                _put_back(session, back, versions_of_some, now)
    added = sa.select(Card.id).join(Note, Note.id == Card.note_id)
    added = added.where(Note.owner_id == user_id, Card.import_id == import_id)
    card_ids = list(session.scalars(added.where(Note.import_id.is_distinct_from(import_id))))
    by_others = met_by_followers(session, user_id)
    for some in chunks(card_ids):
        met = (Review.user_id == user_id, Review.card_id.in_(some))
        used = set(session.scalars(sa.select(Review.card_id).where(*met, *GIVEN_SINCE)))
        used |= set(session.scalars(sa.select(Card.id).where(Card.id.in_(some), by_others)))
        session.execute(sa.update(Card).where(Card.id.in_(used)).values(retired=True))
        remove_cards(session, user_id, [card_id for card_id in some if card_id not in used])


def _put_back(session: Session, change: Change, former: Any, now: datetime) -> None:
    note_ids = [version.note_id for version in former]
    keep_versions(session, change, note_ids)
    notes = {note.id: note for note in session.scalars(sa.select(Note).where(Note.id.in_(note_ids)))}
    for version in former:
        note = notes[version.note_id]
        for name, value in content_of(version).items():
            setattr(note, name, value)
        note.changed_at = now
    session.flush()
    set_tags(session, change.user_id, {note.id: note.tags for note in notes.values()})
    for note in notes.values():
        session.refresh(note, ["note_type"])
        fit_cards(session, note.id, card_ordinals(note.content("")))


def _hide_decks(session: Session, user_id: int, import_id: int) -> None:
    """Takes out of sight the decks that hold nothing but what goes, so that all of it is gone at once."""
    stays = sa.exists().where(
        *(Card.deck_id == Deck.id, Note.id == Card.note_id, Note.import_id.is_distinct_from(import_id))
    )
    own = (Deck.owner_id == user_id, Deck.import_id == import_id)
    deck_ids = set(session.scalars(sa.select(Deck.id).where(*own, ~stays)))
    # A deck stays for what stays inside it.
    parents = dict(session.execute(sa.select(Deck.id, Deck.parent_id).where(Deck.owner_id == user_id)).all())
    for deck_id in parents.keys() - deck_ids:
        above = parents[deck_id]
        while above is not None:
            deck_ids.discard(above)
            above = parents.get(above)
    session.execute(sa.update(Deck).where(Deck.id.in_(deck_ids)).values(published=False))


def _hide_cards(session: Session, user_id: int, import_id: int, now: datetime) -> None:
    """Puts the cards that go, but lie in decks that stay, into a deck nobody sees."""
    mine = (Note.owner_id == user_id, Note.import_id == import_id)
    lying = sa.select(Card.id).join(Note, Note.id == Card.note_id).where(*mine)
    card_ids = list(session.scalars(lying.where(Card.deck_id.not_in(unseen_decks(user_id)))))
    if not card_ids:
        return
    deck = Deck(owner_id=user_id, guid=f"undone:{import_id}", language="en", name="", import_id=import_id)
    deck.created_at = now
    session.add(deck)
    session.flush()
    connection = connection_of(session)
    for some in chunks(card_ids):
        connection.execute(sa.update(Card).where(Card.id.in_(some)).values(deck_id=deck.id))
        theirs = (Memory.user_id == user_id, Memory.card_id.in_(some))
        with counting(connection, user_id, Memory.card_id.in_(some)):
            connection.execute(sa.update(Memory).where(*theirs).values(deck_id=deck.id))


def _take_back_history(session: Session, user_id: int, import_id: int) -> list[int]:
    """Takes out of the log of cards that stay what the import brought, and out of the totals; whose memories have to be
    folded again. It is no act of the learner's that could be redone: importing the file again brings it back."""
    connection = connection_of(session)
    # What decks that go knew goes with them.
    going = sa.select(Card.id).where(Card.deck_id.in_(unseen_decks(user_id)))
    own = (Review.user_id == user_id, Review.import_id == import_id, Review.card_id.not_in(going))
    card_ids = list(connection.scalars(sa.select(Review.card_id).where(*own).distinct()))
    for some in chunks(card_ids):
        log = IMPORTED_ROWS.where(Review.user_id == user_id, Review.card_id.in_(some))
        before = imported_totals(connection.execute(log))
        connection.execute(sa.delete(Review).where(*own, Review.card_id.in_(some)))
        after = imported_totals(connection.execute(log))
        keys = before.keys() | after.keys()
        changed = [(key, before.get(key, (0, 0)), after.get(key, (0, 0))) for key in keys]
        add_totals(connection, [(user_id, *key, b[0] - a[0], b[1] - a[1]) for key, a, b in changed if a != b])
    empty = (DailySummary.user_id == user_id, DailySummary.answers == 0)
    connection.execute(sa.delete(DailySummary).where(*empty))
    graves = (Tombstone.user_id == user_id, Tombstone.import_id == import_id)
    connection.execute(sa.delete(Tombstone).where(*graves))
    return card_ids
