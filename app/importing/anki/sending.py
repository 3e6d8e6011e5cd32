"""Notes with their cards and their history, out of the database in one walk that holds nothing.

Runs in the child process. Three ordered streams are merged: notes by id, cards by note, answers by card.
"""

import sqlite3
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from app.errors import N_, UnreadableFile
from app.importing.anki import survey
from app.importing.anki.answers import MOST_ANSWERS_A_CARD, NOTHING, Answers, Log
from app.importing.anki.described import Described, Type
from app.importing.anki.guarded import check_through
from app.importing.anki.schedule import (
    BURIED,
    LAST_MOMENT,
    MARKED,
    SUSPENDED,
    Moments,
    Schedules,
    data_of,
    first_day,
)

LONGEST_TEXT = 2**18
MOST_CARDS_A_NOTE = 1_000
LONGEST_GUID = 500
FIRST_WEIGHT, MOST_WEIGHT = 2_000, 16_000
BATCH_CHARACTERS = 2**19
NOTES = (
    "SELECT id, guid, mid, tags, CAST(flds AS BLOB), CASE WHEN instr(data, '{\"cardlet\":{') = 1 THEN data END"
    " FROM notes ORDER BY id"
)
CARDS = (
    "SELECT nid, id, CAST(CASE WHEN odid > 0 THEN odid ELSE did END AS INTEGER), CAST(ord AS INTEGER),"
    " CAST(flags AS INTEGER), data, CAST(type AS INTEGER), CAST(queue AS INTEGER), CAST(due AS INTEGER),"
    " CAST(ivl AS INTEGER), CAST(factor AS INTEGER), CAST(reps AS INTEGER), CAST(lapses AS INTEGER),"
    " CAST(odue AS INTEGER), CAST(odid AS INTEGER) FROM cards ORDER BY nid, id"
)
ANSWERS = (
    "SELECT r.id, CAST(r.ease AS INTEGER), CAST(r.time AS INTEGER), r.type, r.ivl, r.lastIvl, r.factor, r.cid"
    " FROM revlog r"
)
OF_A_CARD = f"{ANSWERS} WHERE r.cid = ? ORDER BY r.id LIMIT {MOST_ANSWERS_A_CARD + 1}"
WITHOUT_INDEX = f"{ANSWERS} CROSS JOIN cards c ON c.id = r.cid ORDER BY c.nid, c.id, r.id"
OF_LOST_CARDS = f"{ANSWERS} WHERE r.cid NOT IN (SELECT id FROM cards) ORDER BY r.cid, r.id"  # noqa: S608

Put = Callable[[str, object], None]


def send(database: sqlite3.Connection, path: Path, asked: Callable[[], dict[str, Any]], put: Put) -> None:
    """Sends all of a collection, the notes as they are `asked` for. Raises UnreadableFile, and what SQLite raises."""
    head, said, types, places = survey.head_of(database)
    put("head", head)
    # Whoever listens is busy with the head meanwhile.
    check_through(database, path)
    sender = _Sender(database, asked(), said, types, places, put)
    for note in database.execute(NOTES):
        sender.note(*note)
    sender.finish()


class _Sender:
    """The walk: where the three streams stand, what is to be sent, and what was counted."""

    def __init__(
        self,
        database: sqlite3.Connection,
        request: dict[str, Any],
        said: Described,
        types: list[Type],
        places: dict[int, int],
        put: Put,
    ) -> None:
        zone, starts_at = request["time_zone"], request["day_starts_at"]
        self._database, self._put, self._places = database, put, places
        self._types = {each.id: (place, len(each.fields)) for place, each in enumerate(types)}
        self._with_schedule: bool = request["with_schedule"]
        self._moments = Moments(zone, starts_at)
        today = self._moments.day(min(max(said.changed, 0), LAST_MOMENT))
        self._schedules = Schedules(self._moments, first_day(said.created, said.west, zone), today)
        self._log = Log(self._moments, min(max(said.changed, 0), LAST_MOMENT), pack=request["packed"])
        self._cards = iter(database.execute(CARDS))
        self._card = next(self._cards, None)
        self._answers_of = self._answers()
        self._rows: list[Any] = []
        self._weight = self._characters = self._line = 0
        self._most = FIRST_WEIGHT
        self.counts = dict.fromkeys(("filtered", "orphans", "twice", "marked"), 0)

    def note(self, note_id: int, guid: object, type_id: int, tags: object, blob: bytes, data: object) -> None:
        """Takes the next note with the cards that are its own."""
        self._line += 1
        cards = self._cards_of(note_id)
        row: tuple[Any, ...]
        try:
            fields = blob.decode().split("\x1f")
        except UnicodeDecodeError:
            row = self._bad(N_("the note has texts that are not UTF-8"))
        else:
            reason = self._fault(fields, blob, type_id, cards)
            row = self._bad(*reason) if reason else (*self._good(note_id, guid, type_id, tags, fields, cards), data)
        if row[0]:
            self._lose(cards)
        self._rows.append(row)
        self._weight += 5 + len(cards)
        self._characters += len(blob)
        self._flush_if_full()

    def finish(self) -> None:
        """Sends what is left: cards without notes, answers of cards that are no more, what was counted."""
        while self._card is not None:
            self._orphan()
        lost = self._database.execute(OF_LOST_CARDS) if self._with_schedule else ()
        for _, rows in groupby(lost, key=itemgetter(7)):
            self._lost(list(rows))
            self._flush_if_full()
        self._flush()
        in_minutes, impossible = self._schedules.in_minutes, self._log.impossible
        self._put("end", self.counts | {"in_minutes": in_minutes, "impossible": impossible})

    def _bad(self, message: str, places: dict[str, object] | None = None) -> tuple[Any, ...]:
        return (1, self._line, message, places or {})

    def _fault(
        self, fields: list[str], blob: bytes, type_id: int, cards: list[Any]
    ) -> tuple[str, dict[str, object]] | None:
        """Why these fields are no note."""
        if type_id not in self._types:
            return N_("the note type of this note is not in the file"), {}
        if len(fields) > self._types[type_id][1]:
            return N_("the note has more fields than its note type"), {}
        if len(blob) > LONGEST_TEXT and max(map(len, fields)) > LONGEST_TEXT:
            return N_("a text is longer than %(longest)s characters"), {"longest": LONGEST_TEXT}
        if b"\0" in blob:
            return N_("a text has a character in it that is none (NUL)"), {}
        return None if cards else (N_("the note has no cards"), {})

    def _good(
        self, note_id: int, guid: object, type_id: int, written: object, fields: list[str], cards: list[Any]
    ) -> tuple[Any, ...]:
        place, count = self._types[type_id]
        fields += [""] * (count - len(fields))
        tags, marked = _tags_in(written)
        self.counts["marked"] += marked
        flag = MARKED if marked else 0
        told, ordinals = [], set()
        for card in cards:
            if card[3] in ordinals or not 0 <= card[3] < MOST_CARDS_A_NOTE:
                self.counts["twice"] += 1
                self._lose([card])
                continue
            ordinals.add(card[3])
            told.append(self._told_card(card, flag))
        return (0, self._line, str(guid).replace("\0", "")[:LONGEST_GUID], place, tuple(fields), tags, note_id, told)

    def _told_card(self, card: tuple[Any, ...], marked: int) -> tuple[Any, ...]:
        _, card_id, deck, ordinal, flags, text = card[:6]
        row = card[6:]
        kind, queue, due, home_due, home = row[0], row[1], row[2], row[7], row[8]
        data = data_of(text)
        self.counts["filtered"] += home > 0
        position = data.get("pos")
        if not isinstance(position, int):
            position = (home_due if home > 0 else due) if kind == 0 else None
        if position is not None and not 0 <= position < 2**31:
            position = None
        if not self._with_schedule:
            return ordinal, self._places[deck], position, None, False, None, 0, NOTHING
        answers = self._log.possible(self._answers_of(card_id))
        state = self._schedules.state(row, data, answers[-1][0] if answers else None)
        buried = self._schedules.today + 1 if queue in BURIED else None
        span = self._log.add(answers, self._places[deck], state)
        return ordinal, self._places[deck], position, state, queue == SUSPENDED, buried, flags & 7 or marked, span

    def _cards_of(self, note_id: int) -> list[Any]:
        card = self._card
        while card is not None and card[0] < note_id:
            self._orphan()
            card = self._card
        found = []
        while card is not None and card[0] == note_id:
            found.append(card)
            card = next(self._cards, None)
            if len(found) > MOST_CARDS_A_NOTE:
                raise UnreadableFile(N_("a note has more cards than anybody could want"))
        self._card = card
        return found

    def _orphan(self) -> None:
        """A card without a note: only its answers count."""
        self.counts["orphans"] += 1
        self._lose([self._card])
        self._flush_if_full()
        self._card = next(self._cards, None)

    def _lose(self, cards: list[Any]) -> None:
        for card in cards if self._with_schedule else ():
            self._lost(self._answers_of(card[1]))

    def _lost(self, answers: Answers) -> None:
        if possible := self._log.possible(answers):
            self._rows.append((2, self._log.add(possible, 0)))

    def _flush_if_full(self) -> None:
        # Not in the middle of a note: what is told of its cards names rows of this block.
        if self._weight + len(self._log) >= self._most or self._characters >= BATCH_CHARACTERS:
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            self._put("rows", (self._rows, self._log.take()))
        self._rows, self._weight, self._characters = [], 0, 0
        # The first soon, for somebody waits; later ones large, for each is a transaction or two.
        self._most = min(2 * self._most, MOST_WEIGHT)

    def _answers(self) -> Callable[[int], Answers]:
        """How to get at a card's answers: by the index Anki makes; without it, out of one sorted walk, which is asked
        in the same order in which the cards come."""
        if _has_index(self._database):
            cursor = self._database.cursor()
            return lambda card_id: cursor.execute(OF_A_CARD, (card_id,)).fetchall()
        groups = groupby(self._database.execute(WITHOUT_INDEX) if self._with_schedule else (), key=itemgetter(7))
        return _Walked(groups).at


class _Walked:
    """Groups of answers that come in the order in which they are asked for."""

    def __init__(self, groups: Iterator[tuple[int, Iterator[tuple[Any, ...]]]]) -> None:
        self._groups = groups
        self._next: tuple[int, Answers] | None = None
        self._advance()

    def at(self, card_id: int) -> Answers:
        if self._next is None or self._next[0] != card_id:
            return []
        found = self._next[1]
        self._advance()
        return found

    def _advance(self) -> None:
        group = next(self._groups, None)
        self._next = None if group is None else (group[0], list(group[1]))


def _has_index(database: sqlite3.Connection) -> bool:
    plan = database.execute(f"EXPLAIN QUERY PLAN {OF_A_CARD}", (0,)).fetchall()
    return any("USING INDEX" in str(row[3]) or "USING COVERING INDEX" in str(row[3]) for row in plan)


@lru_cache(1_000)
def _tags_in(written: object) -> tuple[tuple[str, ...], bool]:
    """A note's tags, each once, without those that are the learner's own; and whether it is marked."""
    if not isinstance(written, str) or not written.strip():
        return (), False
    tags = dict.fromkeys(written.replace("\0", "").split())
    own = {tag for tag in tags if tag.casefold() in {"marked", "leech"}}
    return tuple(tag for tag in tags if tag not in own), any(tag.casefold() == "marked" for tag in own)
