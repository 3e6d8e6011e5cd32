"""What somebody leaves behind who goes: decks that others follow stay with them, and are nobody's."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Audience, Card, Deck, Follow, MediaName, Memory, Note, NoteType, Standing, User
from app.models.across_learners import followers_of_trees, follows_of_owners_decks
from app.models.bulk import chunks
from app.models.change import content_of, content_when
from app.models.media import named_in
from app.models.note import set_tags

InTransaction = Callable[[], AbstractContextManager[Session]]

UNSEEN = {"synchronize_session": False}
NOTES_AT_ONCE = 300
Kept = dict[int, dict[int, int]]
"""By note, which of its cards stay, each with its deck."""


@dataclass(frozen=True, slots=True)
class LeftDeck:
    """A deck that stays with those who follow it, and how many these are."""

    name: str
    followers: int


def decks_left_behind(session: Session, owner_id: int) -> list[LeftDeck]:
    """Which decks of a learner's at the top would stay with others, if the learner went; by name."""
    return [LeftDeck(*one) for one in sorted(followers_of_trees(session, owner_id))]


def hand_over_notes(reading: Session, owner_id: int, now: datetime, in_transaction: InTransaction) -> None:
    """Gives to nobody what others follow of a leaving learner's notes: what they have met, as they see it, and in a
    deck that is open all there are; in short transactions, and stopped between two it can be called again. Nobody can
    come to follow the decks, which are the learner's still.

    Everything else stays the learner's, and goes with them: what was written before, and after a deck was closed.
    """
    follows, closed = follows_of_owners_decks(reading, owner_id), _closed(reading, owner_id)
    followed = {one.deck_id for one in follows if one.stopped_at is None}
    still_open = sorted(id for id in followed if closed[id] is None)
    met = _met_by(reading, owner_id, sorted({one.user_id for one in follows}))
    kept = _kept_cards(reading, owner_id, still_open, met)
    nobody_id = _nobody_of(reading, owner_id)
    names = set(reading.scalars(sa.select(MediaName.name).where(MediaName.owner_id == owner_id))) if kept else set()
    for some in chunks(sorted(kept), NOTES_AT_ONCE):
        as_closed = _as_closed(some, closed, kept)
        # Outside of transactions: of many files it takes its time.
        wanted = named_in(names, _text_of(reading, some, as_closed))
        with in_transaction() as session:
            owners = _owners_of(session, owner_id, some)
            nobody_id = nobody_id or next((one for one in owners.values() if one != owner_id), None)
            note_ids = [note_id for note_id, one in owners.items() if one == owner_id]
            if note_ids:
                nobody_id = nobody_id or _new_nobody(session, now)
                _remove_other_cards(session, note_ids, kept)
                _write_as_it_was_closed(session, note_ids, as_closed)
                _give_notes(session, (owner_id, nobody_id), note_ids, names, wanted)
                session.expire_all()
        names -= wanted


def hand_over_decks(session: Session, owner_id: int, now: datetime) -> None:
    """Gives to nobody the decks in which there is something left, once all that goes with the learner has gone from
    them, and those that are followed. Nobody new finds them; who follows one goes on, with new cards too."""
    _owners_of(session, owner_id, ())
    follows = follows_of_owners_decks(session, owner_id)
    own = sa.select(Deck.id, Deck.parent_id).where(Deck.owner_id == owner_id)
    parents: dict[int, int | None] = dict(session.execute(own).all())
    has_cards = sa.exists().where(Card.deck_id == Deck.id)
    deck_ids = set(session.scalars(sa.select(Deck.id).where(Deck.owner_id == owner_id, Deck.published, has_cards)))
    deck_ids |= {one.deck_id for one in follows if one.stopped_at is None}
    deck_ids |= {above for id in deck_ids for above in _above(parents, id)}
    if not deck_ids:
        return
    nobody_id = _nobody_of(session, owner_id) or _new_nobody(session, now)
    given = {"owner_id": nobody_id, "audience": Audience.OWNER, "link_token": None, "import_id": None}
    for ids in chunks(sorted(deck_ids)):
        session.execute(sa.update(Deck).where(Deck.id.in_(ids)).values(given), execution_options=UNSEEN)
        for users in chunks(sorted({one.user_id for one in follows})):
            # What they agreed to was that this owner sees it.
            agreed = (Follow.user_id.in_(users), Follow.deck_id.in_(ids))
            session.execute(sa.update(Follow).where(*agreed).values(shows_progress_at=None), execution_options=UNSEEN)
    session.expire_all()


def _owners_of(session: Session, owner_id: int, note_ids: Sequence[int]) -> dict[int, int | None]:
    """Whose some notes are by now. The leaving learner is locked to the end of the transaction: another process may be
    at it, and there shall be one nobody. On SQLite there is one writer anyway."""
    session.execute(sa.select(User.id).where(User.id == owner_id).with_for_update())
    rows = sa.select(Note.id, Note.owner_id).where(Note.id.in_(note_ids)).order_by(Note.id)
    return dict(session.execute(rows).all()) if note_ids else {}


def _nobody_of(session: Session, owner_id: int) -> int | None:
    """The nobody to whom some of a leaving learner's notes were given before: they lie in the learner's decks."""
    cards = sa.select(Note.owner_id).join(Card, Card.note_id == Note.id).join(Deck, Deck.id == Card.deck_id)
    nobody = cards.join(User, sa.and_(User.id == Note.owner_id, User.standing == Standing.NOBODY))
    return session.scalar(nobody.where(Deck.owner_id == owner_id, Note.owner_id != owner_id).limit(1))


def _new_nobody(session: Session, now: datetime) -> int:
    nobody = User(time_zone="UTC", standing=Standing.NOBODY, created_at=now, seen_at=now)
    session.add(nobody)
    session.flush()
    return nobody.id


def _closed(session: Session, owner_id: int) -> dict[int, int | None]:
    """By deck, after which change it was closed."""
    return dict(session.execute(sa.select(Deck.id, Deck.closed_after).where(Deck.owner_id == owner_id)).all())


def _above(parents: dict[int, int | None], deck_id: int) -> Iterator[int]:
    above = parents.get(deck_id)
    while above is not None and above in parents:
        yield above
        above = parents[above]


def _kept_cards(session: Session, owner_id: int, still_open: Sequence[int], met: set[int]) -> Kept:
    """The cards that stay of notes that are the learner's still: those that somebody has met, and those still to be
    met."""
    cards = sa.select(Card.id, Card.note_id, Card.deck_id).join(Note, Note.id == Card.note_id)
    cards = cards.where(Note.owner_id == owner_id)
    kept: Kept = {}
    for ids in chunks(still_open):
        for card_id, note_id, deck_id in session.execute(cards.where(Card.deck_id.in_(ids), ~Card.retired)):
            kept.setdefault(note_id, {})[card_id] = deck_id
    for ids in chunks(sorted(met.difference(*kept.values()))):
        for card_id, note_id, deck_id in session.execute(cards.where(Card.id.in_(ids))):
            kept.setdefault(note_id, {})[card_id] = deck_id
    return kept


def _met_by(session: Session, owner_id: int, user_ids: Sequence[int]) -> set[int]:
    """The cards of an owner's that some of these have met, and a few others. Asked of what they know alone: a planner
    that heard of the cards might go through all of them for each."""
    own = sa.select(sa.func.min(Card.id), sa.func.max(Card.id)).join(Note, Note.id == Card.note_id)
    first, last = session.execute(own.where(Note.owner_id == owner_id)).one()
    met: set[int] = set()
    for users in chunks(user_ids) if first is not None else ():
        known = sa.select(Memory.card_id).where(Memory.user_id.in_(users), Memory.card_id.between(first, last))
        met.update(session.scalars(known.distinct()))
    return met


def _remove_other_cards(session: Session, note_ids: Sequence[int], kept: Kept) -> None:
    """Removes the cards of notes that stay which nobody has met and nobody will."""
    of_notes = session.execute(sa.select(Card.id, Card.note_id).where(Card.note_id.in_(note_ids)))
    for gone in chunks([card_id for card_id, note_id in of_notes if card_id not in kept[note_id]]):
        session.execute(sa.delete(Card).where(Card.id.in_(gone)), execution_options=UNSEEN)


def _as_closed(note_ids: Sequence[int], closed: dict[int, int | None], kept: Kept) -> dict[int, list[int]]:
    """Those of the notes that followers see as they were when their deck was closed: by after which change that was."""
    by_change: dict[int, list[int]] = {}
    for note_id in note_ids:
        after = [closed[deck_id] for deck_id in kept[note_id].values()]
        if None not in after:
            by_change.setdefault(max(filter(None, after), default=0), []).append(note_id)
    return by_change


def _text_of(reading: Session, note_ids: Sequence[int], as_closed: dict[int, list[int]]) -> str:
    """All that followers see of notes."""
    rows = reading.execute(sa.select(Note.id, Note.fields).where(Note.id.in_(note_ids)))
    fields: dict[int, list[str]] = dict(rows.all())
    for closed_after, ids in as_closed.items():
        fields |= {version.note_id: version.fields for version in reading.scalars(content_when(ids, closed_after))}
    return "\n".join(text for texts in fields.values() for text in texts)


def _write_as_it_was_closed(session: Session, note_ids: Sequence[int], as_closed: dict[int, list[int]]) -> None:
    """Makes notes of closed decks what their followers see, for the versions that tell it go with their author."""
    for closed_after, ids in as_closed.items():
        own = sorted(set(ids).intersection(note_ids))
        for version in session.scalars(content_when(own, closed_after)).all():
            note = session.get_one(Note, version.note_id)
            for name, value in content_of(version).items():
                setattr(note, name, value)
    session.flush()


def _give_notes(
    session: Session, owners: tuple[int, int], note_ids: Sequence[int], names: set[str], wanted: set[str]
) -> None:
    """Gives notes of the learner's to nobody, with their types and names for the files they ask for. `names`: those
    that nobody does not have yet; `wanted`: of them what the notes name."""
    owner_id, nobody_id = owners
    own = sa.update(Note).where(Note.id.in_(note_ids)).values(owner_id=nobody_id, import_id=None)
    session.execute(own, execution_options=UNSEEN)
    cards = sa.update(Card).where(Card.note_id.in_(note_ids)).values(import_id=None)
    session.execute(cards, execution_options=UNSEEN)
    written = session.execute(sa.select(Note.id, Note.note_type_id, Note.tags).where(Note.id.in_(note_ids))).all()
    set_tags(session, nobody_id, {row.id: row.tags for row in written})
    type_ids = {row.note_type_id for row in written}
    own_types = sa.select(NoteType).where(NoteType.id.in_(type_ids), NoteType.owner_id == owner_id)
    for note_type in session.scalars(own_types).all():
        note_type.owner_id = nobody_id
        wanted |= named_in(names - wanted, "\n".join([note_type.css, *_texts(note_type)]))
    session.flush()
    for some in chunks(sorted(wanted)):
        _name_for_nobody(session, owners, some)


def _name_for_nobody(session: Session, owners: tuple[int, int], names: Sequence[str]) -> None:
    """Lets nobody have files by these names too; notes that are the learner's still ask for them as well."""
    owner_id, nobody_id = owners
    there = set(
        session.scalars(sa.select(MediaName.name).where(MediaName.owner_id == nobody_id, MediaName.name.in_(names)))
    )
    columns = [column for column in MediaName.__table__.columns if column.name != "owner_id"]
    own = sa.select(sa.literal(nobody_id), *columns)
    own = own.where(MediaName.owner_id == owner_id, MediaName.name.in_(set(names) - there))
    session.execute(sa.insert(MediaName).from_select(["owner_id", *(column.name for column in columns)], own))


def _texts(note_type: NoteType) -> Iterable[str]:
    return (text for template in note_type.templates for text in template.values())
