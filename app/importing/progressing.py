"""What a file knows of a learner and of cards that are here already: what of it is new, and is it newer than what the
learner did here."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.database import connection_of
from app.importing.day_totals import SUMMARIES
from app.importing.decks import Decks
from app.importing.filling import Filling
from app.importing.histories import Histories
from app.importing.log_rows import DAY, ID
from app.importing.parsed import LostCard, ParsedCard, ParsedNote
from app.models import Card, DailySummary, Mark, Memory, Review, Tombstone, totals
from app.models.bulk import add_rows
from app.models.mark import queue_day_of
from app.models.memory_count import counting
from app.models.posting import listing, one_of
from app.models.review import FOLDED, IMPORTED_ROWS, imported_totals
from app.models.scheduling import Versioned, versioned_of
from app.models.summing import Logged
from app.models.totals import Summed
from app.scheduling import MemoryState, replay

SAME = ("interval", "ease", "lapses", "last_day", "due_day")
"""What of a schedule every format says; one that is here like that is not taken over again."""
NOTHING: frozenset[Any] = frozenset()
NotesHere = Sequence[tuple[int, ParsedNote]]
"""Notes that are here, by id, and what the file says of them."""


def brings_news(session: Session, histories: Histories, notes: NotesHere) -> set[int]:
    """The ids of those notes of whose cards the file knows something that is not known here."""
    cards = _cards_here(session, notes)
    known = _Known(session, histories, [card.id for card in cards.values()])
    lost = _lost(session, histories, cards, notes)
    news: set[int] = {note_id for note_id, _ in lost.values()}
    for note_id, note in notes:
        for parsed in note.cards or ():
            card = cards.get((note_id, parsed.ordinal))
            if card is None:
                continue
            memory = known.memories.get(card.id)
            unmarked = card.id not in known.marks and memory is None
            if (
                not known.knows(card.id, list(histories.keys_of(parsed.reviews)))
                or _is_taken_over(histories, card, parsed, known, memory)
                or (_has_marks(parsed) and unmarked)
            ):
                news.add(note_id)
    return news


def take_over(session: Session, histories: Histories, decks: Decks, notes: NotesHere) -> None:
    """Adds what is new of these notes' cards to the log; what the learner did here since stays as it is."""
    cards = _cards_here(session, notes)
    known = _Known(session, histories, [card.id for card in cards.values()])
    folded_to = _last_folded(session, histories, list(known.memories))
    renewed: list[int] = []
    continued: list[int] = []
    for note_id, note in notes:
        for parsed in note.cards or ():
            card = cards.get((note_id, parsed.ordinal))
            if card is None:
                continue
            log, memory, waiting = known.log(card.id), known.memories.get(card.id), len(histories.reviews)
            chosen = _chosen(session, histories, decks, card.deck_id)
            own = histories.add_reviews(card.id, card.deck_id, card.deck_id, parsed.reviews, log)
            if log and len(histories.reviews) > waiting:
                continued.append(card.id)
            if own:
                _fold_again(session, histories, card, own, chosen)
                renewed.append(card.id)
            if _has_marks(parsed) and card.id not in known.marks and memory is None:
                histories.add_marks(card.id, parsed)
            if _is_taken_over(histories, card, parsed, known, memory):
                histories.reviews += _checkpoint(histories, card, parsed, folded_to.get(card.id))
                answers = 1 if memory is None else memory.answers + 1
                histories.memories.append(histories.memory(card.id, card.deck_id, parsed, chosen, answers))
                renewed.append(card.id)
    _bury(session, histories, decks, _lost(session, histories, cards, notes))
    _write(session, histories, renewed, continued)


def _lost(
    session: Session, histories: Histories, cards: dict[tuple[int, int], Any], notes: NotesHere
) -> dict[int, tuple[int, LostCard]]:
    """The histories of cards that these notes do not have here, by the moment they begin, each with its note; those
    that came in before are left out. The notes of starter decks get no cards from a file."""
    missing = [
        (note_id, parsed)
        for note_id, note in notes
        for parsed in note.cards or ()
        if parsed.reviews and (note_id, parsed.ordinal) not in cards
    ]
    lost = {one.reviews[0].at_ms: (note_id, LostCard(one.reviews, one.deck)) for note_id, one in missing}
    if not lost:
        return {}
    began = sa.type_coerce(Tombstone.began_at, sa.BigInteger())
    own = sa.select(began).where(Tombstone.user_id == histories.owner.id, began.in_(lost))
    known = set(session.scalars(own))
    return {at: one for at, one in lost.items() if at not in known}


def _bury(session: Session, histories: Histories, decks: Decks, lost: dict[int, tuple[int, LostCard]]) -> None:
    """Gives cards that are not here a tombstone, so that what was answered counts."""
    if not lost:
        return
    filling, connection = Filling(decks, histories), connection_of(session)
    filling.card_ids.reserve(connection, len(lost))
    for _, one in lost.values():
        filling.add_lost(one, None)
    filling.write(connection)


def _last_folded(session: Session, histories: Histories, card_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Day and moment up to which the log of each card is folded, in milliseconds."""
    at_ms = sa.type_coerce(Review.at, sa.BigInteger())
    own = (Review.user_id == histories.owner.id, Review.card_id.in_(card_ids), Review.kind.in_(FOLDED))
    rows = session.execute(sa.select(Review.card_id, Review.day, at_ms).where(*own).order_by(Review.day, at_ms))
    return {card_id: (day, at) for card_id, day, at in rows}


def _checkpoint(histories: Histories, card: Any, parsed: ParsedCard, last: tuple[int, int] | None) -> tuple[Any, ...]:
    """The row of the log that takes over the file's schedule. It stands last, whatever the file's moment: of two files
    of one moment, or of an older one that knows as much, the one that is imported later holds."""
    day, at = last or (0, 0)
    moved = parsed if parsed.as_of_ms > at else replace(parsed, as_of_ms=at + 1)
    row = histories.checkpoint(card.id, card.deck_id, moved)
    return (*row[:DAY], max(row[DAY], day), *row[DAY + 1 :])


def _chosen(session: Session, histories: Histories, decks: Decks, deck_id: int) -> Versioned:
    """The settings of a card's deck, which need not be one of the file's: cards can be moved."""
    if deck_id not in decks.chosen:
        decks.chosen[deck_id] = versioned_of(connection_of(session), histories.owner.id, deck_id)
    return decks.chosen[deck_id]


def _fold_again(session: Session, histories: Histories, card: Any, own: list[Logged], chosen: Versioned) -> None:
    """Makes the card's memory and totals of its whole log, with what the file adds to it."""
    columns = [getattr(Review, name) for name in Logged.__dataclass_fields__]
    mine = (Review.user_id == histories.owner.id, Review.card_id == card.id, Review.undone_at.is_(None))
    here = [Logged(*row) for row in session.execute(sa.select(*columns).where(*mine, Review.kind.in_(FOLDED)))]
    histories.count_own(here, own)
    folded = [*here, *(one for one in own if one.kind in FOLDED)]
    state = replay((one.event for one in folded), chosen.settings, card.id)
    if state != MemoryState():
        made = ParsedCard(0, state=state, taken_over=False)
        histories.memories.append(histories.memory(card.id, card.deck_id, made, chosen, state.answers))


def _write(session: Session, histories: Histories, renewed: Sequence[int], continued: Sequence[int]) -> None:
    connection, owner = connection_of(session), histories.owner
    elsewhere = IMPORTED_ROWS.where(Review.user_id == owner.id, Review.card_id.in_(continued))
    before = imported_totals(connection.execute(elsewhere)) if continued else {}
    old = (Memory.user_id == owner.id, Memory.card_id.in_(renewed))
    with counting(connection, owner.id, Memory.card_id.in_(renewed)):
        connection.execute(sa.delete(Memory).where(*old))
        histories.write(connection)
        waits_on = queue_day_of(Memory.user_id, Memory.card_id, Memory.due_day)
        connection.execute(sa.update(Memory).where(*old).values(queue_day=waits_on))
    if continued:
        histories.count_elsewhere(before, imported_totals(connection.execute(elsewhere)))


def add_totals(connection: sa.Connection, rows: Sequence[tuple[int, ...]]) -> None:
    """Adds one learner's totals to the daily summaries, and to what adds those up."""
    add_rows(connection, "daily_summaries", SUMMARIES, len(SUMMARIES) - 2, rows)
    if rows:
        totals.add_totals(connection, rows[0][0], [Summed._make(row[1:]) for row in rows])
    if any(row[-2] < 0 for row in rows):
        empty = (DailySummary.user_id == rows[0][0], DailySummary.answers == 0)
        connection.execute(sa.delete(DailySummary).where(*empty))


def _cards_here(session: Session, notes: NotesHere) -> dict[tuple[int, int], Any]:
    connection = connection_of(session)
    dialect = connection.dialect.name
    cards = sa.select(Card.id, Card.note_id, Card.ordinal, Card.deck_id).where(
        one_of(dialect, Card.note_id, "note_ids")
    )
    rows = connection.execute(cards, {"note_ids": listing(dialect, [note_id for note_id, _ in notes])}).all()
    return {(row.note_id, row.ordinal): row for row in rows}


class _Known:
    """What is known of cards here: of each the rows of the log, its memory, and whether it has `marks`."""

    def __init__(self, session: Session, histories: Histories, card_ids: Sequence[int]) -> None:
        self._connection, self._id_at = connection_of(session), histories.id_at
        self._named = {"user_id": histories.owner.id, "card_ids": listing(self._dialect, card_ids)}
        self._ids: dict[int, set[Any]] = {}
        self._moments: dict[int, list[int]] = {}
        self._read_logs()
        self.memories = self._read_memories()
        marks = sa.select(Mark.card_id).where(*self._own(Mark))
        self.marks = set(self._connection.scalars(marks, self._named).all())

    @property
    def _dialect(self) -> str:
        return self._connection.dialect.name

    def _own(self, table: type[Review | Memory | Mark]) -> tuple[sa.ColumnElement[bool], ...]:
        return table.user_id == sa.bindparam("user_id"), one_of(self._dialect, table.card_id, "card_ids")

    def _read_logs(self) -> None:
        raw = sa.type_coerce(Review.id, sa.Uuid() if self._dialect == "postgresql" else sa.LargeBinary())
        log = sa.select(Review.card_id, raw, sa.type_coerce(Review.at, sa.BigInteger())).where(*self._own(Review))
        ids, moments = self._ids, self._moments
        # All at once: a page has thousands, and one by one they take three times as long.
        for card_id, id, at in self._connection.execute(log, self._named).all():
            if card_id not in ids:
                ids[card_id], moments[card_id] = set(), []
            ids[card_id].add(id)
            moments[card_id].append(at)

    def _read_memories(self) -> dict[int, Any]:
        given_here = sa.exists().where(
            *(Review.user_id == sa.bindparam("user_id"), Review.card_id == Memory.card_id, Review.kind.in_(FOLDED)),
            *(Review.import_id.is_(None), Review.undone_at.is_(None)),
        )
        figures = (*(getattr(Memory, name) for name in ("card_id", *SAME)), Memory.answers)
        memories = sa.select(*figures, given_here.label("given_here")).where(*self._own(Memory))
        return {row.card_id: row for row in self._connection.execute(memories, self._named).all()}

    def log(self, card_id: int) -> set[Any]:
        """The ids of the log's rows. What went out without its id comes back as an answer given elsewhere at that
        moment, and is known by the id that has."""
        return {*self._ids.get(card_id, ()), *map(self._id_at, self._moments.get(card_id, ()))}

    def knows(self, card_id: int, keys: Collection[Any]) -> bool:
        """Whether all these rows stand in its log."""
        # Mostly they do by their own ids; making those of the moments takes longer than to look.
        return self._ids.get(card_id, NOTHING).issuperset(keys) or self.log(card_id).issuperset(keys)


def _is_taken_over(histories: Histories, card: Any, parsed: ParsedCard, known: _Known, memory: Any) -> bool:
    """Whether the file's schedule becomes the card's: nothing is known of it here, or only what files said, and this
    one says something newer."""
    if parsed.state is None or not parsed.taken_over:
        return False
    if memory is not None:
        if all(getattr(memory, name) == getattr(parsed.state, name) for name in SAME):
            return False
        if memory.given_here or (parsed.state.last_day or 0) < memory.last_day:
            return False
    return not known.knows(card.id, [histories.checkpoint(card.id, card.deck_id, parsed)[ID]])


def _has_marks(parsed: ParsedCard) -> bool:
    return parsed.suspended or parsed.buried_until is not None or bool(parsed.flag)
