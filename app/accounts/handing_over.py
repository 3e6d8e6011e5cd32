"""What somebody leaves behind who goes: decks that others follow stay with them, and are nobody's."""

from collections.abc import Iterable, Iterator, Sequence
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

UNSEEN = {"synchronize_session": False}


@dataclass(frozen=True, slots=True)
class LeftDeck:
    """A deck that stays with those who follow it, and how many these are."""

    name: str
    followers: int


def decks_left_behind(session: Session, owner_id: int) -> list[LeftDeck]:
    """Which decks of a learner's at the top would stay with others, if the learner went; by name."""
    return [LeftDeck(*one) for one in sorted(followers_of_trees(session, owner_id))]


def hand_over(session: Session, owner_id: int, now: datetime) -> None:
    """Gives to nobody what others follow of a leaving learner's decks: what they have met, as they see it, and in a
    deck that is open all cards there are. Nobody new finds it; who follows it goes on, with new cards too.

    Everything else stays the learner's, and goes with them: what was written before, and after a deck was closed.
    """
    # Another process may be at it, and there shall be one nobody. On SQLite there is one writer anyway.
    session.execute(sa.select(User.id).where(User.id == owner_id).with_for_update())
    follows, decks = follows_of_owners_decks(session, owner_id), _decks_of(session, owner_id)
    if not follows:
        return
    followed = {one.deck_id for one in follows if one.stopped_at is None}
    still_open = {id for id in followed if decks[id].closed_after is None}
    kept = _kept_cards(session, owner_id, still_open, sorted({one.user_id for one in follows}))
    deck_ids = followed | {deck_id for _, deck_id in kept.values()}
    deck_ids |= {above for id in deck_ids for above in _above(decks, id)}
    if not deck_ids:
        return
    note_ids = sorted({note_id for note_id, _ in kept.values()})
    _remove_other_cards(session, note_ids, kept)
    _write_as_it_was_closed(session, decks, kept)
    nobody = User(time_zone="UTC", standing=Standing.NOBODY, created_at=now, seen_at=now)
    session.add(nobody)
    session.flush()
    _hand_over_notes(session, nobody.id, owner_id, note_ids)
    closed = {"owner_id": nobody.id, "audience": Audience.OWNER, "link_token": None, "import_id": None}
    for ids in chunks(sorted(deck_ids)):
        session.execute(sa.update(Deck).where(Deck.id.in_(ids)).values(closed), execution_options=UNSEEN)
        for users in chunks(sorted({one.user_id for one in follows})):
            # What they agreed to was that this owner sees it.
            agreed = (Follow.user_id.in_(users), Follow.deck_id.in_(ids))
            session.execute(sa.update(Follow).where(*agreed).values(shows_progress_at=None), execution_options=UNSEEN)
    session.expire_all()


def _decks_of(session: Session, owner_id: int) -> dict[int, Deck]:
    return {deck.id: deck for deck in session.scalars(sa.select(Deck).where(Deck.owner_id == owner_id))}


def _above(decks: dict[int, Deck], deck_id: int) -> Iterator[int]:
    above = decks[deck_id].parent_id if deck_id in decks else None
    while above is not None and above in decks:
        yield above
        above = decks[above].parent_id


def _kept_cards(
    session: Session, owner_id: int, still_open: set[int], user_ids: Sequence[int]
) -> dict[int, tuple[int, int]]:
    """The cards that stay, with their notes and decks: those that somebody has met, and those still to be met."""
    cards = sa.select(Card.id, Card.note_id, Card.deck_id)
    found = [cards.where(Card.deck_id.in_(ids), ~Card.retired) for ids in chunks(sorted(still_open))]
    for ids in chunks(user_ids):
        met = cards.join(Memory, Memory.card_id == Card.id).join(Note, Note.id == Card.note_id).distinct()
        found.append(met.where(Memory.user_id.in_(ids), Note.owner_id == owner_id))
    return {id: (note_id, deck_id) for some in found for id, note_id, deck_id in session.execute(some)}


def _remove_other_cards(session: Session, note_ids: Sequence[int], kept: dict[int, tuple[int, int]]) -> None:
    """Removes the cards of notes that stay which nobody has met and nobody will."""
    for ids in chunks(note_ids):
        others = set(session.scalars(sa.select(Card.id).where(Card.note_id.in_(ids)))) - kept.keys()
        for gone in chunks(sorted(others)):
            session.execute(sa.delete(Card).where(Card.id.in_(gone)), execution_options=UNSEEN)


def _write_as_it_was_closed(session: Session, decks: dict[int, Deck], kept: dict[int, tuple[int, int]]) -> None:
    """Makes notes of closed decks what their followers see, for the versions that tell it go with their author."""
    open_notes = {note_id for note_id, deck_id in kept.values() if decks[deck_id].closed_after is None}
    closed: dict[int, set[int]] = {}
    for note_id, deck_id in kept.values():
        if note_id not in open_notes:
            closed.setdefault(decks[deck_id].closed_after or 0, set()).add(note_id)
    for closed_after, note_ids in closed.items():
        for ids in chunks(sorted(note_ids)):
            for version in session.scalars(content_when(ids, closed_after)).all():
                note = session.get_one(Note, version.note_id)
                for name, value in content_of(version).items():
                    setattr(note, name, value)
    session.flush()


def _hand_over_notes(session: Session, nobody_id: int, owner_id: int, note_ids: Sequence[int]) -> None:
    """Gives notes to nobody, with their types and the files they name."""
    names = set(session.scalars(sa.select(MediaName.name).where(MediaName.owner_id == owner_id)))
    wanted: set[str] = set()
    type_ids: set[int] = set()
    for ids in chunks(note_ids):
        own = sa.update(Note).where(Note.id.in_(ids)).values(owner_id=nobody_id, import_id=None)
        session.execute(own, execution_options=UNSEEN)
        cards = sa.update(Card).where(Card.note_id.in_(ids)).values(import_id=None)
        session.execute(cards, execution_options=UNSEEN)
        rows = session.execute(sa.select(Note.id, Note.note_type_id, Note.fields, Note.tags).where(Note.id.in_(ids)))
        written = rows.all()
        set_tags(session, nobody_id, {row.id: row.tags for row in written})
        type_ids |= {row.note_type_id for row in written}
        wanted |= named_in(names - wanted, "\n".join(text for row in written for text in row.fields))
    own_types = sa.select(NoteType).where(NoteType.id.in_(type_ids), NoteType.owner_id == owner_id)
    for note_type in session.scalars(own_types).all():
        note_type.owner_id = nobody_id
        wanted |= named_in(names - wanted, "\n".join([note_type.css, *_texts(note_type)]))
    session.flush()
    for some in chunks(sorted(wanted)):
        own_names = (MediaName.owner_id == owner_id, MediaName.name.in_(some))
        given = sa.update(MediaName).where(*own_names).values(owner_id=nobody_id)
        session.execute(given, execution_options=UNSEEN)


def _texts(note_type: NoteType) -> Iterable[str]:
    return (text for template in note_type.templates for text in template.values())
