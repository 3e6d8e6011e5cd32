"""New notes on their way into decks that nobody sees yet: rows, put together outside the transaction that writes."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from app.database import EPOCH
from app.importing.decks import Decks
from app.importing.histories import MARKS, MEMORIES, NOTHING_TOLD, REVIEWS, Histories
from app.importing.identity import Incoming, ordinals_of
from app.importing.parsed import LostCard, ParsedCard, ParsedReview
from app.models import Kind
from app.models.bulk import Ids, put_rows
from app.models.memory_count import count_rows
from app.models.note import first_key, tag_key
from app.models.scheduling import Versioned
from app.scheduling import DEFAULT_SETTINGS

NOTES = (
    *("id", "owner_id", "note_type_id", "guid", "language", "format", "fields", "field_languages", "tags", "source"),
    *("quote", "created_at", "changed_at", "first_key", "import_id"),
)
CARDS = ("id", "deck_id", "note_id", "ordinal", "position", "retired", "import_id")
TAGS = ("owner_id", "key", "note_id", "tag")
NO_ANSWERS = {Kind.CHECKPOINT, Kind.SET_DUE, Kind.RESET}
TOMBSTONES = ("user_id", "began_at", "card_id", "import_id")
_quoted: Callable[[str], str] = json.encoder.encode_basestring


def _json(texts: Iterable[str]) -> str:
    """A list of texts as JSON, in a third of the time that takes which looks what it is given."""
    return f"[{','.join(map(_quoted, texts))}]"


@lru_cache(1_000)
def _json_of(texts: tuple[str, ...]) -> str:
    """Languages and tags repeat from note to note."""
    return _json(texts)


def _told(review: ParsedReview) -> ParsedReview:
    """An answer to a card that is gone. There is no memory for it to count in, so it is one given elsewhere."""
    return review._replace(kind=Kind.IMPORTED, state=NOTHING_TOLD) if review.kind == Kind.ANSWER else review


@dataclass
class Filling:
    """What waits to be written, and the ids it will have."""

    decks: Decks
    histories: Histories | None
    note_ids: Ids = field(default_factory=lambda: Ids("notes"))
    card_ids: Ids = field(default_factory=lambda: Ids("cards"))
    notes: list[tuple[Any, ...]] = field(default_factory=list)
    cards: list[tuple[Any, ...]] = field(default_factory=list)
    tags: dict[tuple[str, int], tuple[Any, ...]] = field(default_factory=dict)
    tombstones: list[tuple[Any, ...]] = field(default_factory=list)

    @property
    def weight(self) -> int:
        """How many rows wait."""
        personal = len(self.histories.reviews) + len(self.histories.memories) if self.histories else 0
        return len(self.notes) + len(self.cards) + len(self.tags) + personal

    def add(self, incoming: Incoming, guid: str | None = None) -> None:
        """Adds a note that is not there yet, with its cards and what is known of them."""
        note, decks = incoming.note, self.decks
        target = decks.targets[note.deck]
        note_id, at_ms = self.note_ids.take(), (decks.now - EPOCH) // timedelta(milliseconds=1)
        import_id = decks.import_id
        self.notes.append(
            (
                *(note_id, decks.owner_id, target.type_id_of(note), guid or target.guid_of(incoming)),
                *(target.language, note.format, _json(note.fields), _json_of(tuple(note.languages))),
                *(_json_of(tuple(note.tags)), note.source, note.quote),
                *(at_ms if note.added_ms is None else note.added_ms, at_ms),
                *(first_key(note.fields[0] if note.fields else ""), import_id),
            )
        )
        for tag in note.tags:
            if key := tag_key(tag):
                self.tags[key, note_id] = (decks.owner_id or 0, key, note_id, tag)
        if note.cards is None:
            deck_id = decks.staging_of(target.deck_id)
            for place, ordinal in enumerate(ordinals_of(note), start=incoming.position):
                self.cards.append((self.card_ids.take(), deck_id, note_id, ordinal, place, False, import_id))
            return
        for place, card in enumerate(note.cards, start=incoming.position):
            self._add_card(note_id, place, card)

    def _add_card(self, note_id: int, place: int, card: ParsedCard) -> None:
        decks, card_id = self.decks, self.card_ids.take()
        final_id = decks.targets[card.deck].deck_id
        deck_id = decks.staging_of(final_id)
        position = place if card.position is None else card.position
        self.cards.append((card_id, deck_id, note_id, card.ordinal, position, card.retired, decks.import_id))
        if self.histories is not None:
            chosen = decks.chosen.get(final_id) or Versioned(None, DEFAULT_SETTINGS)
            self.histories.add(card_id, deck_id, final_id, card, chosen)

    def add_lost(self, lost: LostCard, known_id: int | None) -> None:
        """Adds the history of a card that is gone; `known_id`: the tombstone it has already."""
        if self.histories is None or not lost.reviews:
            return
        card_id = self.card_ids.take() if known_id is None else known_id
        if known_id is None:
            owner = self.histories.owner
            self.tombstones.append((owner.id, lost.reviews[0].at_ms, card_id, owner.import_id))
            deck_id = self.decks.targets[lost.deck].deck_id
            reviews = [_told(review) for review in lost.reviews if review.kind not in NO_ANSWERS]
            self.histories.count_own(
                [], self.histories.add_reviews(card_id, self.decks.staging_of(deck_id), deck_id, reviews)
            )

    def write(self, connection: sa.Connection) -> None:
        """Writes what waits; in a write transaction."""
        put_rows(connection, "notes", NOTES, self.notes)
        put_rows(connection, "cards", CARDS, self.cards)
        put_rows(connection, "note_tags", TAGS, list(self.tags.values()))
        put_rows(connection, "tombstones", TOMBSTONES, self.tombstones)
        self.notes, self.cards, self.tags, self.tombstones = [], [], {}, []
        if self.histories is not None:
            put_rows(connection, "reviews", REVIEWS, self.histories.reviews)
            put_rows(connection, "memories", MEMORIES, self.histories.memories)
            count_rows(connection, [dict(zip(MEMORIES, row, strict=True)) for row in self.histories.memories])
            put_rows(connection, "marks", MARKS, self.histories.marks)
            self.histories.reviews, self.histories.memories, self.histories.marks = [], [], []
