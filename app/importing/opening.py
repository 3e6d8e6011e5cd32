"""Finding or making the deck an import goes into, and publishing it at the end."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import N_, Stale, UnreadableFile
from app.importing.parsed import DeckHeader
from app.models import Card, Deck, Follow, Note, NoteType
from app.models.across_learners import followers_of

InTransaction = Callable[[], AbstractContextManager[Session]]
LONGEST_NAME = 150
ABANDONED_AFTER = timedelta(minutes=10)


@dataclass(frozen=True)
class Target:
    """The deck an import goes into. `new_deck_ids`: what this import made of the way there, outermost first."""

    deck_id: int
    guid: str
    language: str
    owner_id: int | None
    is_new: bool
    header: DeckHeader
    now: datetime
    note_type_ids: dict[str, int]
    new_deck_ids: list[int] = field(default_factory=list)

    def guid_of(self, guid: str) -> str:
        """A note's identity among all notes of the owner: ids hold inside their deck."""
        return f"{self.guid}/{guid}"


def open_deck(session: Session, header: DeckHeader, owner_id: int | None, now: datetime) -> Target:
    """The deck a header names, made invisible if it is new, with the decks it lies in."""
    if len("::".join(header.path)) > LONGEST_NAME:
        raise UnreadableFile(N_("a deck's name has at most %(longest)s characters"), longest=LONGEST_NAME)
    made: list[int] = []
    parent_id: int | None = None
    for depth in range(1, len(header.path)):
        above = Deck(parent_id=parent_id, guid=_name_guid(header.path[:depth]), name=header.path[depth - 1])
        parent_id = _find_or_make(session, above, header.language, owner_id, now, made).id
    wanted = Deck(parent_id=parent_id, guid=header.guid or _name_guid(header.path), name=header.path[-1])
    deck = _find_or_make(session, wanted, header.language, owner_id, now, made)
    built_in = session.scalars(sa.select(NoteType).where(NoteType.owner_id.is_(None)))
    return Target(
        deck_id=deck.id,
        guid=deck.guid,
        language=header.language,
        owner_id=owner_id,
        is_new=deck.id in made,
        header=header,
        now=now,
        note_type_ids={note_type.kind: note_type.id for note_type in built_in},
        new_deck_ids=made,
    )


def _name_guid(path: tuple[str, ...]) -> str:
    """A deck without an id is known by its name."""
    return f"name:{'::'.join(path)}"


def _find_or_make(
    session: Session, wanted: Deck, language: str, owner_id: int | None, now: datetime, made: list[int]
) -> Deck:
    """The owner's deck with the wanted one's identity, or the wanted one, added and noted in `made`."""
    same = Deck.owner_id.is_not_distinct_from(owner_id), Deck.guid == wanted.guid, Deck.language == language
    deck = session.scalar(sa.select(Deck).where(*same))
    if deck is not None and deck.published:
        return deck
    if deck is not None:
        if now - deck.created_at < ABANDONED_AFTER:
            raise Stale(N_("This deck is being imported at this moment. Wait for it to finish."))
        remove_unfinished(session, [deck.id])
    wanted.owner_id, wanted.language, wanted.created_at = owner_id, language, now
    session.add(wanted)
    session.flush()
    made.append(wanted.id)
    return wanted


def remove_unfinished(session: Session, deck_ids: Sequence[int]) -> None:
    """Deletes decks that nobody has seen yet, with their notes: a note left behind would block its next import."""
    notes = sa.select(Card.note_id).where(Card.deck_id.in_(deck_ids))
    session.execute(sa.delete(Note).where(Note.id.in_(notes)))
    session.execute(sa.delete(Deck).where(Deck.id.in_(deck_ids)))
    session.expire_all()


def publish(session: Session, target: Target, *, reordered: bool = False) -> None:
    """Makes the deck visible and what the header says of it true; who follows the deck above it follows it too."""
    session.execute(sa.update(Deck).where(Deck.id.in_(target.new_deck_ids)).values(published=True))
    deck = session.get_one(Deck, target.deck_id)
    if target.is_new or target.header.guid is not None:
        deck.name, deck.description, deck.license = (
            target.header.path[-1],
            target.header.description,
            target.header.license,
        )
    if reordered:
        deck.order_version += 1
    if target.is_new and deck.parent_id is not None:
        for above in session.scalars(followers_of(deck.parent_id)):
            session.merge(
                Follow(
                    user_id=above.user_id,
                    deck_id=deck.id,
                    place=above.place,
                    new_per_day=above.new_per_day,
                    followed_at=target.now,
                )
            )
    session.flush()
