"""Notes, cards and reviews as the rows of an Anki collection."""

import re
import sqlite3
from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from html import unescape
from itertools import chain
from operator import itemgetter
from typing import Any

from app.exporting import anki_schema
from app.exporting.anki_log import FILTERED, logged
from app.exporting.choosing import Export
from app.exporting.compact import compact
from app.exporting.files_named import files_named
from app.exporting.original import original_of
from app.exporting.walking import MEMORY, OutCard, OutNote
from app.many_rows import insert_values
from app.models import Deck, NoteType
from app.models.user import Learner
from app.rendering.elsewhere import html_of
from app.scheduling import Settings

PLACE_OF_REVIEW = ("at", "cid", "ease", "ivl", "last", "factor", "took", "type")
TAG = re.compile(r"<[^>]*>")
DAY_SECONDS = 86_400
SOME_HOURS, MANY = 2**24, 10_000
"""Milliseconds, and ids among them from which on a list would be moved too much."""
NEW, REVIEW = 0, 2
SUSPENDED, BURIED = -1, -3
FROM_ANKI, FROM_HERE = "anki/", "cardlet:"
_PLACES = {column.key: place for place, column in enumerate(MEMORY)}
_KNOWN = itemgetter(*(_PLACES[name] for name in ("due_day", "interval", "ease", "lapses", "repetitions")))
"""Of a memory; by their names they would take longer than the rest of a card's row."""


def editions_again(decks: Sequence[Deck]) -> set[int]:
    """The places of decks that are another edition of one before: their notes have the same guids."""
    seen: dict[str, int] = {}
    return {place for place, deck in enumerate(decks) if seen.setdefault(deck.guid, place) != place}


def anki_guid(note: OutNote, twins: set[int]) -> str:
    """What Anki knows a note by: for one that came from there, what it always was."""
    if note.guid.startswith(FROM_ANKI):
        return note.guid.removeprefix(FROM_ANKI)
    return f"{FROM_HERE}{note.guid}" + (f"@{note.language}" if note.place in twins else "")


class Rows:
    """The rows that are still to be written. `names`: of the files the notes ask for; `position`: of the last new card.

    `of_decks`: the settings of each deck, for cards that have no memory to say theirs.
    """

    def __init__(
        self,
        export: Export,
        types: Mapping[int, NoteType],
        settings: Mapping[int | None, Settings],
        of_decks: Sequence[Settings],
        first_day: int,
        twins: set[int],
    ) -> None:
        self._export, self._settings, self._of_decks = export, settings, of_decks
        self._first_day, self._twins = first_day, twins
        learner: Learner = export.learner
        self._today = learner.today(export.now)
        self._models = {key: (anki_schema.model_id(one), anki_schema.makes_clozes(one)) for key, one in types.items()}
        self._deck_ids = [self.deck_id(deck.id) for deck in export.decks]
        self._note_ids, self._card_ids = FreeIds(), FreeIds()
        self._notes: list[tuple[Any, ...]] = []
        self._cards: list[tuple[Any, ...]] = []
        self._reviews: list[tuple[Any, ...]] = []
        self.names: set[str] = set()
        self.position = 0
        for one in types.values():
            for template in one.templates:
                self.names |= files_named(template["front"]) | files_named(template["back"])

    def deck_id(self, deck_id: int) -> int:
        return anki_schema.FIRST_ID + deck_id

    def add(self, note: OutNote) -> None:
        note_id = self._note_ids.next(note.created_ms)
        model_id, clozes = self._models[note.type_id]
        for text in note.fields:
            self.names |= files_named(text)
        fields = [html_of(text, note.format).replace("\x1f", "") for text in note.fields]
        sorted_by = unescape(TAG.sub("", fields[0]))
        tags = f" {' '.join(note.tags)} " if note.tags else ""
        mod = note.changed_ms // 1000
        checksum = anki_schema.checksum(sorted_by)
        written, data = "\x1f".join(fields), original_of(note, fields)
        self._notes.append(
            (note_id, anki_guid(note, self._twins), model_id, mod, -1, tags, written, sorted_by, checksum, 0, data)
        )
        for card in note.cards:
            self._add_card(card, note_id, mod, int(clozes))

    def _add_card(self, card: OutCard, note_id: int, mod: int, first_ordinal: int) -> None:
        card_id = self._card_ids.next(note_id)
        memory, settings = card.memory, self._of_decks[card.deck]
        if memory is not None:
            settings = self._settings.get(memory.scheduler_version, settings)
        reviews = logged(card, card_id, settings)
        self._reviews += reviews
        self.position += 1
        kind, due, interval, ease, lapses, reps, data = NEW, self.position, 0, 0, 0, 0, "{}"
        if memory is not None:
            due_day, interval, ease, lapses, repetitions = _KNOWN(memory)
            kind, due, data = REVIEW, due_day - self._first_day, _fsrs(card, settings)
            reps = max(repetitions, len([row for row in reviews if row[2] and row[7] != FILTERED]))
        row = (card_id, note_id, self._deck_ids[card.deck], card.ordinal - first_ordinal, mod, -1, kind)
        flag = 0 if card.mark is None else card.mark.flag
        self._cards.append((*row, self._queue(card, kind), due, interval, ease, reps, lapses, 0, 0, 0, flag, data))

    def _queue(self, card: OutCard, kind: int) -> int:
        """Where the card waits: for new ones and reviews the queue is numbered like the kind."""
        if card.mark is None:
            return kind
        if card.mark.suspended:
            return SUSPENDED
        return BURIED if (card.mark.buried_until or 0) > self._today else kind

    def write(self, collection: sqlite3.Connection) -> None:
        for table, rows in (
            *(("main.notes", self._notes), ("main.cards", self._cards)),
            ("staged.reviews", self._reviews),
        ):
            insert(collection, table, rows)
            rows.clear()


def insert(collection: sqlite3.Connection, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    """Adds whole rows to one of the collection's tables."""
    if rows:
        places = ", ".join("?" * len(rows[0]))
        insert_values(collection, table, f"({places})", len(rows[0]), list(chain.from_iterable(rows)))


class FreeIds:
    """Moments as ids: each once, the first free one from the moment on."""

    def __init__(self) -> None:
        # By hours, the milliseconds in them that are taken: as a sorted list, or if they are many as a bit for each. A
        # set of a million takes a hundred megabytes.
        self._few: dict[int, array[int]] = {}
        self._many: dict[int, bytearray] = {}
        self._free: dict[int, int] = {}

    def next(self, moment: int) -> int:
        hours, within = divmod(moment, SOME_HOURS)
        taken = self._few.get(hours)
        if taken and taken[-1] < within and len(taken) < MANY:
            # So come most, for what was written later stands behind.
            taken.append(within)
            return moment
        found = max(1, self._free.get(moment, moment))
        while not self._take(*divmod(found, SOME_HOURS)):
            found += 1
        if found != moment:
            self._free[moment] = found + 1
        return found

    def _take(self, hours: int, within: int) -> bool:
        """Takes an id, if nobody has."""
        if (bits := self._many.get(hours)) is not None:
            is_free = not bits[within >> 3] & 1 << (within & 7)
            bits[within >> 3] |= 1 << (within & 7)
            return is_free
        taken = self._few.setdefault(hours, array("I"))
        at = bisect_left(taken, within)
        if at < len(taken) and taken[at] == within:
            return False
        taken.insert(at, within)
        if len(taken) > MANY:
            self._many[hours] = bits = bytearray(SOME_HOURS >> 3)
            for each in self._few.pop(hours):
                bits[each >> 3] |= 1 << (each & 7)
        return True


def _fsrs(card: OutCard, settings: Settings) -> str:
    """What Anki keeps of FSRS beside a card: the memory, the retention wanted, and when it was last answered."""
    memory = card.memory
    if memory is None or memory.stability is None:
        return "{}"
    last = max((at_ms for _, _, _, at_ms, grade, _, _ in card.reviews if grade), default=None)
    seconds = last // 1000 if last is not None else memory.last_day * DAY_SECONDS + DAY_SECONDS // 2
    told = {"s": round(memory.stability, 6), "d": round(memory.difficulty, 6), "dr": round(settings.retention, 2)}
    return compact({**told, "decay": round(settings.parameters[-1], 3), "lrt": seconds})
