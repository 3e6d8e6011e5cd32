"""Finding or making the deck an import goes into, and publishing it at the end."""

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import takewhile

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import N_, Stale, UnreadableFile
from app.importing.identity import Incoming
from app.importing.note_types import own_type, remove_types
from app.importing.parsed import DeckHeader, ParsedNote
from app.models import Card, Deck, Note, NoteType
from app.models.audience import take_audience
from app.models.deck import decks_inside, with_parents
from app.models.own_types import EVERYWHERE, types_begin
from app.models.placing import LONGEST_NAME, decks_above, fit_into_trees, name_guid

InTransaction = Callable[[], AbstractContextManager[Session]]
ABANDONED_AFTER = timedelta(minutes=10)


@dataclass(frozen=True)
class Target:
    """The deck an import goes into. `new_deck_ids`: all that this import makes, for its other decks too;
    `import_id`: the Import, if it is a learner's; `whole_guids`: see ParsedDeck."""

    deck_id: int
    guid: str
    language: str
    owner_id: int | None
    parent_id: int | None
    is_new: bool
    header: DeckHeader
    now: datetime
    note_type_ids: dict[str, int]
    new_deck_ids: list[int] = field(default_factory=list)
    import_id: int | None = None
    whole_guids: bool = False
    of_server: bool = False
    """A starter deck: the file says only what the learner knows of it."""

    def type_id_of(self, note: ParsedNote) -> int:
        """The row of a note's type; one of the author's own is known by its name."""
        return self.note_type_ids[note.kind if note.shape is None else own_type(note.shape.name)]

    @property
    def type_guid(self) -> str:
        """How the identity of the note types that came with the deck begins."""
        return types_begin(self.language, EVERYWHERE if self.whole_guids else self.guid)

    def guid_of(self, incoming: Incoming) -> str:
        """A note's identity among all notes of the owner: ids hold inside their deck, unless the file's are whole."""
        whole = self.whole_guids and incoming.own_guid
        return incoming.guid if whole else f"{self.guid}/{incoming.guid}"


def open_deck(
    session: Session,
    header: DeckHeader,
    owner_id: int | None,
    now: datetime,
    import_id: int | None = None,
    made: list[int] | None = None,
    *,
    by_path: bool = False,
    types: dict[str, int] | None = None,
) -> Target:
    """The deck a header names, made invisible if it is new, with the decks it lies in. `made`: what the import has
    made, to which more is added. `by_path`: without an identity it is the deck of this name in its place. `types`: the
    note types, if they are known already."""
    if len("::".join(header.path)) > LONGEST_NAME:
        raise UnreadableFile(N_("a deck's name has at most %(longest)s characters"), longest=LONGEST_NAME)
    there = deck_at(session, header, owner_id) if by_path and header.guid is None else None
    language = header.language if there is None else there.language
    opened = _Opened(session, owner_id, language, now, import_id, [] if made is None else made)
    guid = (header.guid or name_guid(header.path)) if there is None else there.guid
    deck = there or opened.known(Deck.guid == guid)
    parent_id = opened.all_above(header.path, deck) if there is None else there.parent_id
    if deck is None:
        deck = opened.make(guid, header.path[-1], parent_id)
    return Target(
        deck_id=deck.id,
        guid=guid,
        language=language,
        owner_id=owner_id,
        parent_id=parent_id,
        is_new=deck.id in opened.made,
        header=header,
        now=now,
        note_type_ids=_built_in(session) if types is None else types,
        new_deck_ids=opened.made,
        import_id=import_id,
    )


def server_deck(session: Session, header: DeckHeader, now: datetime) -> Target | None:
    """The starter deck a header names, if this server has it."""
    same = (Deck.owner_id.is_(None), Deck.guid == header.guid, Deck.language == header.language, Deck.published)
    deck = session.scalars(sa.select(Deck).where(*same)).first() if header.of_server and header.guid else None
    if deck is None:
        return None
    place = (deck.id, deck.guid, deck.language, None, deck.parent_id)
    return Target(*place, False, header, now, _built_in(session), whole_guids=True, of_server=True)


def _built_in(session: Session) -> dict[str, int]:
    return dict(session.execute(sa.select(NoteType.kind, NoteType.id).where(NoteType.guid.is_(None))).all())


def known_deck(
    session: Session, header: DeckHeader, owner_id: int | None, *, by_path: bool = False
) -> tuple[str, Deck | None]:
    """The identity of the deck a header names, and the deck if it is there; nothing is made."""
    guid = header.guid or name_guid(header.path)
    there = deck_at(session, header, owner_id) if by_path and header.guid is None else None
    own = (Deck.owner_id.is_not_distinct_from(owner_id), Deck.language == header.language, Deck.guid == guid)
    there = there or session.scalar(sa.select(Deck).where(*own, Deck.published))
    return guid if there is None else there.guid, there


def deck_at(session: Session, header: DeckHeader, owner_id: int | None) -> Deck | None:
    """The deck that has this name in this place; of several, the one in the header's language, else the oldest."""
    own = sa.select(Deck).where(Deck.owner_id.is_not_distinct_from(owner_id), Deck.published)
    named = session.scalars(own.where(Deck.name == header.path[-1]).order_by(Deck.id)).all()
    here = [deck for deck in with_parents(session, named) if tuple(deck.path.split("::")) == header.path]
    return min(here, key=lambda deck: deck.language != header.language, default=None)


@dataclass
class _Opened:
    """One owner's decks in one language, and the ids of those this import made."""

    session: Session
    owner_id: int | None
    language: str
    now: datetime
    import_id: int | None
    made: list[int]

    def all_above(self, path: tuple[str, ...], deck: Deck | None) -> int | None:
        """The id of the deck that one with this path lies in directly. Raises UnreadableFile if that is itself."""
        parent_id: int | None = None
        for depth in range(1, len(path)):
            parent = self.above(path[:depth], parent_id)
            if deck is not None and parent.id == deck.id:
                raise UnreadableFile(N_("a deck cannot lie inside itself"))
            parent_id = parent.id
        return parent_id

    def above(self, path: tuple[str, ...], parent_id: int | None) -> Deck:
        """The deck another one lies in: whichever has the name in that place, whatever its identity."""
        in_place = self.known(Deck.name == path[-1], Deck.parent_id.is_not_distinct_from(parent_id))
        return in_place or self.known(Deck.guid == name_guid(path)) or self.make(name_guid(path), path[-1], parent_id)

    def known(self, *same: sa.ColumnElement[bool]) -> Deck | None:
        """A deck that is there. One that another import has not finished is removed if that import is long gone."""
        own = Deck.owner_id.is_not_distinct_from(self.owner_id), Deck.language == self.language
        deck = self.session.scalars(sa.select(Deck).where(*own, *same).order_by(Deck.id).limit(1)).first()
        if deck is None or deck.published or deck.id in self.made:
            return deck
        if self.now - deck.created_at < ABANDONED_AFTER:
            raise Stale(N_("This deck is being imported at this moment. Wait for it to finish."))
        remove_unfinished(self.session, [deck.id])
        return None

    def make(self, guid: str, name: str, parent_id: int | None) -> Deck:
        deck = Deck(owner_id=self.owner_id, parent_id=parent_id, guid=guid, language=self.language, name=name)
        deck.created_at, deck.import_id = self.now, self.import_id
        self.session.add(deck)
        self.session.flush()
        self.made.append(deck.id)
        return deck


def remove_unfinished(session: Session, deck_ids: Sequence[int]) -> None:
    """Deletes decks that nobody has seen yet, with their notes: a note left behind would block its next import."""
    ids = [*deck_ids, *decks_inside(session, deck_ids)]
    notes = sa.select(Card.note_id).where(Card.deck_id.in_(ids))
    session.execute(sa.delete(Note).where(Note.id.in_(notes)))
    for deck in session.scalars(sa.select(Deck).where(Deck.id.in_(ids))).all():
        remove_types(session, deck)
    session.execute(sa.delete(Deck).where(Deck.id.in_(ids)))
    session.expire_all()


def publish(session: Session, deck_ids: Collection[int]) -> dict[int, Deck]:
    """Makes decks visible, and returns them by their ids."""
    session.execute(sa.update(Deck).where(Deck.id.in_(deck_ids)).values(published=True))
    return {deck.id: deck for deck in session.scalars(sa.select(Deck).where(Deck.id.in_(deck_ids)))}


def put_in_place(session: Session, deck: Deck, target: Target, *, reordered: bool = False) -> None:
    """Makes what the header says of a published deck true; who follows a deck above it follows it too, with what was
    made of the way to it. To be called for the decks of a file from the outermost on."""
    # Not all that the import has made: what belongs to another of its decks comes into the tree of that one.
    above = decks_above(session, target.parent_id)
    made = list(takewhile(lambda deck_id: deck_id in target.new_deck_ids, above))
    way = [*reversed(made), target.deck_id]
    header = target.header
    if target.is_new or header.guid is not None:
        deck.name, deck.description, deck.license = header.path[-1], header.description, header.license
    if reordered:
        deck.order_version += 1
    # A tree that is new altogether is known to nobody: no follow has to fit it, and no deck above says who may see it.
    if (target.is_new and len(made) < len(above)) or deck.parent_id != target.parent_id:
        deck.parent_id = target.parent_id
        fit_into_trees(session, way, target.deck_id, target.parent_id, target.now)
        session.flush()
        for deck_id in way:
            take_audience(session, deck_id)
    session.flush()
