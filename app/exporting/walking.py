"""The notes that go out, page by page, each with its cards and what the learner knows of them."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from app.exporting.choosing import Export
from app.models import Adjustment, Card, Follow, Mark, Memory, Note, Review
from app.models.change import CONTENT, content_when
from app.models.note import Format
from app.models.posting import listing, one_of
from app.scheduling import MemoryState

PAGE = 500
Row = Any


class ReadOnce(sa.types.TypeDecorator[Any]):
    """A column that `read_once` reads."""

    impl = sa.Text
    cache_ok = True

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Any:
        return None if value is None else read_once(value)


@lru_cache(50_000)
def read_once(text: str) -> Any:
    """JSON that many rows have alike, as tags and what Anki told of an answer are. Nobody may change what comes out."""
    return json.loads(text)


def id_text(id: bytes | UUID) -> str:
    """A review's id as text; past the UUID, which would take longer than all the rest of the row."""
    if not isinstance(id, bytes):
        return str(id)
    digits = id.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _read_once(column: Any) -> sa.Label[Any]:
    return sa.type_coerce(sa.cast(column, sa.Text), ReadOnce).label(column.key)


_STATE = tuple(MemoryState.__dataclass_fields__)
NOTE: tuple[Any, ...] = (
    *(Note.id, Note.owner_id, Note.note_type_id, Note.guid, Note.language, Note.format),
    *(_read_once(Note.field_languages), _read_once(Note.tags), Note.source, Note.quote),
    sa.type_coerce(Note.created_at, sa.BigInteger).label("created_ms"),
    sa.type_coerce(Note.changed_at, sa.BigInteger).label("changed_ms"),
    sa.cast(Note.fields, sa.Text).label("fields"),
)
MEMORY = (
    *(Memory.card_id, Memory.deck_id, Memory.scheduler_version),
    *(getattr(Memory, name) for name in _STATE if name != "drill_at"),
    sa.type_coerce(Memory.drill_at, sa.BigInteger).label("drill_at_ms"),
)
WORDING = (
    *(Adjustment.fields, Adjustment.seen_fields),
    sa.type_coerce(Adjustment.changed_at, sa.BigInteger).label("changed_ms"),
)
_AT, _TOLD = sa.type_coerce(Review.at, sa.BigInteger).label("at_ms"), sa.cast(Review.state, sa.Text).label("state")
WHAT_WAS_ANSWERED = (Review.card_id, Review.kind, Review.day, _AT, Review.grade, Review.took_ms, _TOLD)
LOG = (
    *(Review.card_id, Review.kind, Review.day, Review.hour, _AT, Review.grade, Review.took_ms),
    *(sa.type_coerce(Review.undone_at, sa.BigInteger).label("undone_ms"), _TOLD, Review.deck_id),
    sa.type_coerce(Review.id, sa.types.NullType).label("id"),
)
"""As the driver hands it over: moments as the numbers they are kept as, states as texts for `read_once`, ids for
`id_text`. A million of them would take seconds to become something else."""


@dataclass(slots=True)
class OutCard:
    """A card that goes out. `deck`: its place among the export's decks; `memory`, `mark`, `reviews`: the learner's."""

    id: int
    ordinal: int
    deck: int
    position: int
    retired: bool
    memory: Row | None = None
    mark: Row | None = None
    reviews: Sequence[Sequence[Any]] = ()


@dataclass(slots=True)
class OutNote:
    """A note that goes out, with its cards in the export's decks by ordinal. `place`: of the deck its turn comes in;
    `own`: the learner's own wording of it, if it is somebody else's."""

    id: int
    owner_id: int | None
    type_id: int
    guid: str
    language: str
    format: Format
    languages: list[str]
    tags: list[str]
    source: str
    quote: str
    created_ms: int
    changed_ms: int
    fields: list[str]
    place: int
    cards: list[OutCard]
    own: Row | None = None


def notes_of(
    connection: sa.Connection, export: Export, *, log: Sequence[Any] = WHAT_WAS_ANSWERED, undone: bool = False
) -> Iterator[OutNote]:
    """All notes of the decks, each once, deck by deck in the order their cards are met. `log`: the columns of reviews;
    `undone`: those that were undone too."""
    walk = _Walk(connection, export, _Asked(connection.dialect, export, log, undone))
    for place in range(len(export.decks)):
        yield from walk.notes(place)
    if export.with_progress:
        for place, cards in _retired(connection, export).items():
            yield from walk.gone(place, cards)


def _retired(connection: sa.Connection, export: Export) -> dict[int, list[tuple[int, int]]]:
    """The retired cards that the learner has met, by the places of their decks. There are few."""
    met = sa.select(Card.id, Card.note_id, Card.deck_id).join(Memory, Memory.card_id == Card.id)
    own = (Memory.user_id == export.learner.id, Card.retired, Card.deck_id.in_(export.places))
    found: dict[int, list[tuple[int, int]]] = {}
    for card_id, note_id, deck_id in connection.execute(met.where(*own).order_by(Card.deck_id, Card.position, Card.id)):
        found.setdefault(export.places[deck_id], []).append((card_id, note_id))
    return found


class _Asked:
    """The statements of a walk. Made once: to make one anew for each page takes longer than to answer it."""

    def __init__(self, dialect: sa.Dialect, export: Export, log: Sequence[Any], undone: bool) -> None:
        self.dialect, learner_id = dialect.name, export.learner.id
        place, after = sa.tuple_(Card.position, Card.id), sa.tuple_(sa.bindparam("position"), sa.bindparam("id"))
        standing = sa.select(Card.id, Card.note_id, Card.position).where(~Card.retired, export.theirs, place > after)
        self.standing = standing.where(Card.deck_id == sa.bindparam("deck")).order_by(*place.clauses).limit(PAGE)
        columns = (Card.note_id, Card.id, Card.ordinal, Card.deck_id, Card.position, Card.retired)
        cards = sa.select(*columns).where(export.theirs).order_by(Card.note_id, Card.ordinal)
        self.cards = self._among(cards, Card.note_id)
        self.notes = self._among(sa.select(*NOTE), Note.id)
        wording = (Adjustment.note_id, Adjustment.note_type_id, Adjustment.format, *WORDING)
        own = sa.select(*wording).where(Adjustment.user_id == learner_id)
        self.own_wordings = self._among(own, Adjustment.note_id)
        self.memories = self._among(sa.select(*MEMORY).where(Memory.user_id == learner_id), Memory.card_id)
        marks = sa.select(Mark.card_id, Mark.suspended, Mark.buried_until, Mark.flag).where(Mark.user_id == learner_id)
        self.marks = self._among(marks, Mark.card_id)
        answered = sa.select(*log).where(Review.user_id == learner_id)
        answered = answered if undone else answered.where(Review.undone_at.is_(None))
        # As the key has them: mostly that is how they were given, and what is nearly in order is soon put in order.
        answered = self._among(answered.order_by(Review.card_id, Review.id), Review.card_id)
        self.log = answered.compile(dialect=dialect)
        self.moment = itemgetter(*(place for place, column in enumerate(log) if column.key in {"day", "at_ms"}))

    def _among(self, chosen: sa.Select[*tuple[Any, ...]], column: Any) -> sa.Select[*tuple[Any, ...]]:
        """The rows whose column is one of some ids: all at once, for a page has thousands, and asked for one by one
        they take twice as long."""
        return chosen.where(one_of(self.dialect, column, "ids"))


@dataclass
class _Walk:
    connection: sa.Connection
    export: Export
    asked: _Asked
    gone_already: set[int] = field(default_factory=set)

    def notes(self, place: int) -> Iterator[OutNote]:
        for page in self._standing(self.export.decks[place].id):
            cards = self._cards({note_id for _, note_id, _ in page})
            firsts = [note_id for card_id, note_id, _ in page if self._first(cards[note_id]).id == card_id]
            yield from self._whole(place, firsts, cards)

    def _standing(self, deck_id: int) -> Iterator[Sequence[Row]]:
        """The deck's cards and their notes, a page at a time."""
        after = {"position": -(2**31), "id": -1}
        while page := self.connection.execute(self.asked.standing, {"deck": deck_id, **after}).all():
            yield page
            if len(page) < PAGE:
                return
            after = {"position": page[-1].position, "id": page[-1].id}

    def gone(self, place: int, retired: Sequence[tuple[int, int]]) -> Iterator[OutNote]:
        """The notes all of whose cards are retired."""
        for at in range(0, len(retired), PAGE):
            cards = self._cards({note_id for _, note_id in retired[at : at + PAGE]} - self.gone_already)
            ids = [note_id for note_id, found in cards.items() if all(card.retired for card in found)]
            self.gone_already.update(ids)
            yield from self._whole(place, ids, cards)

    def _first(self, cards: list[OutCard]) -> OutCard:
        """The card with which a note's turn comes."""
        if len(cards) == 1:
            return cards[0]
        return min(cards, key=lambda card: (card.retired, card.deck, card.position, card.id))

    def _cards(self, note_ids: set[int]) -> dict[int, list[OutCard]]:
        cards: dict[int, list[OutCard]] = {}
        for note_id, card_id, ordinal, deck_id, position, retired in self._rows(self.asked.cards, note_ids):
            place = self.export.places.get(deck_id)
            if place is not None:
                cards.setdefault(note_id, []).append(OutCard(card_id, ordinal, place, position, retired))
        return cards

    def _whole(self, place: int, note_ids: list[int], cards: dict[int, list[OutCard]]) -> Iterator[OutNote]:
        found = self._rows(self.asked.notes, note_ids)
        # In one go: of texts as short as fields, a decoder takes longer to begin than to read them.
        all_fields = json.loads(f"[{','.join([row[-1] for row in found])}]")
        rows = {row[0]: (*row[:-1], fields) for row, fields in zip(found, all_fields, strict=True)}
        closed_after = self.export.closed.get(self.export.decks[place].id)
        if closed_after is not None:
            for version in self.connection.execute(content_when(note_ids, closed_after)).mappings():
                now = {column.key: value for column, value in zip(NOTE, rows[version["note_id"]], strict=True)}
                rows[version["note_id"]] = (*{**now, **{name: version[name] for name in CONTENT}}.values(),)
        notes = [OutNote(*rows[one], place, cards[one]) for one in note_ids]  # type: ignore[call-arg]  # as NOTE says
        if self.export.with_progress:
            self._add_own_wordings(notes)
            self._add_progress({card.id: card for note in notes for card in note.cards})
        for note in notes:
            note.cards = [card for card in note.cards if not card.retired or card.memory is not None]
            yield note
        self.export.told(len(note_ids))

    def _add_own_wordings(self, notes: Sequence[OutNote]) -> None:
        others = {note.id: note for note in notes if note.owner_id != self.export.learner.id}
        for row in self._rows(self.asked.own_wordings, others) if others else ():
            note = others[row.note_id]
            if (row.note_type_id, row.format) == (note.type_id, note.format):
                note.own = row

    def _add_progress(self, cards: dict[int, OutCard]) -> None:
        for memory in self._rows(self.asked.memories, cards):
            cards[memory[0]].memory = memory
        for mark in self._rows(self.asked.marks, cards):
            cards[mark[0]].mark = mark
        for card_id, reviews in groupby(self._log(cards), key=itemgetter(0)):
            cards[card_id].reviews = sorted(reviews, key=self.asked.moment)

    def _log(self, card_ids: Iterable[int]) -> Iterable[Sequence[Any]]:
        """What happened to the cards, through the driver: there are ten times as many rows as of all else, and plain
        tuples are taken apart in half the time."""
        driver: Any = self.connection.connection.driver_connection
        told = {**self.asked.log.params, "ids": listing(self.asked.dialect, sorted(card_ids))}
        log: list[tuple[Any, ...]] = driver.execute(self.asked.log.string, told).fetchall()
        return log

    def _rows(self, asked: sa.Select[*tuple[Any, ...]], ids: Iterable[int]) -> Sequence[Row]:
        return self.connection.execute(asked, {"ids": listing(self.asked.dialect, sorted(ids))}).all()


def follows_in(connection: sa.Connection, export: Export) -> dict[int, Row]:
    """The learner's follows of the export's decks, by deck."""
    columns = [column for column in Follow.__table__.columns if column.key != "user_id"]
    own = sa.select(*columns).where(Follow.user_id == export.learner.id, Follow.deck_id.in_(export.places))
    return {row.deck_id: row for row in connection.execute(own)}
