"""New notes on their way into decks that nobody sees yet: rows, put together outside the transaction that writes."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property, lru_cache
from typing import Any

import sqlalchemy as sa

from app.database import EPOCH
from app.importing.block_log import BlockLog
from app.importing.decks import Decks
from app.importing.histories import Histories
from app.importing.identity import Incoming
from app.importing.parsed import LostCard, ParsedCard, ParsedReview
from app.models import Kind
from app.models.bulk import Ids, put_rows, put_values
from app.models.note import first_key, tag_key
from app.models.review import NOTHING_TOLD
from app.models.scheduling import Versioned
from app.scheduling import DEFAULT_SETTINGS

NOTES = (
    *("id", "note_type_id", "guid", "language", "format", "fields", "field_languages", "tags", "source", "quote"),
    *("created_at", "first_key"),
)
CARDS = ("id", "deck_id", "note_id", "ordinal", "position", "retired")
TAGS = ("key", "note_id", "tag")
NO_ANSWERS = {Kind.CHECKPOINT, Kind.SET_DUE, Kind.RESET}
TOMBSTONES = ("began_at", "card_id")
UNCHOSEN = Versioned(None, DEFAULT_SETTINGS)
_quoted: Callable[[str], str] = json.encoder.encode_basestring


def _json(texts: Iterable[str]) -> str:
    """A list of texts as JSON, in a third of the time that takes which looks what it is given."""
    return f"[{','.join(map(_quoted, texts))}]"


@lru_cache(1_000)
def _json_of(texts: tuple[str, ...]) -> str:
    """Languages and tags repeat from note to note."""
    return _json(texts)


_tag_key = lru_cache(1_000)(tag_key)


def _told(review: ParsedReview) -> ParsedReview:
    """An answer to a card that is gone. There is no memory for it to count in, so it is one given elsewhere."""
    return review._replace(kind=Kind.IMPORTED, state=NOTHING_TOLD) if review.kind == Kind.ANSWER else review


@dataclass
class Filling:
    """What waits to be written, and the ids it will have. Of notes and cards the values of one row stand behind those
    of another, as `put_values` wants them."""

    decks: Decks
    histories: Histories | None
    note_ids: Ids = field(default_factory=lambda: Ids("notes"))
    card_ids: Ids = field(default_factory=lambda: Ids("cards"))
    notes: list[Any] = field(default_factory=list)
    cards: list[Any] = field(default_factory=list)
    tags: dict[tuple[str, int], str] = field(default_factory=dict)
    tombstones: list[tuple[Any, ...]] = field(default_factory=list)
    filled: list[int] = field(default_factory=list)
    """The first and the last id of the notes of each batch."""

    @property
    def weight(self) -> int:
        """How many rows wait, histories aside."""
        return len(self.notes) // len(NOTES) + len(self.cards) // len(CARDS) + len(self.tags) + len(self.tombstones)

    def add(self, incoming: Incoming, guid: str | None = None) -> None:
        """Adds a note that is not there yet, with its cards and what is known of them."""
        note, decks = incoming.note, self.decks
        target, note_id = decks.targets[note.deck], self.note_ids.take()
        self.notes += (
            *(note_id, target.type_id_of(note), guid or target.guid_of(incoming), target.language, note.format),
            *(_json(note.fields), _json_of(tuple(note.languages)), _json_of(tuple(note.tags)), note.source, note.quote),
            *(self.at_ms if note.added_ms is None else note.added_ms, first_key(note.fields[0] if note.fields else "")),
        )
        for tag in note.tags:
            if key := _tag_key(tag):
                self.tags[key, note_id] = tag
        if note.cards is None:
            deck_id = decks.staging_of(target.deck_id)
            for place, ordinal in enumerate(incoming.ordinals, start=incoming.position):
                self.cards += (self.card_ids.take(), deck_id, note_id, ordinal, place, 0)
            return
        for place, card in enumerate(note.cards, start=incoming.position):
            self._add_card(note_id, place, card)

    @cached_property
    def at_ms(self) -> int:
        """The moment of the import, as a row has it."""
        return (self.decks.now - EPOCH) // timedelta(milliseconds=1)

    def _add_card(self, note_id: int, place: int, card: ParsedCard) -> None:
        decks, card_id = self.decks, self.card_ids.take()
        final_id = decks.targets[card.deck].deck_id
        deck_id = decks.staging_of(final_id)
        position = place if card.position is None else card.position
        self.cards += (card_id, deck_id, note_id, card.ordinal, position, int(card.retired))
        if self.histories is not None:
            self.histories.add(card_id, deck_id, final_id, card, decks.chosen.get(final_id) or UNCHOSEN)

    def add_lost(self, lost: LostCard, known_id: int | None) -> None:
        """Adds the history of a card that is gone; `known_id`: the tombstone it has already."""
        if self.histories is None or not lost.reviews:
            return
        card_id = self.card_ids.take() if known_id is None else known_id
        if known_id is None:
            self.tombstones.append((lost.reviews[0].at_ms, card_id))
            deck_id = self.decks.targets[lost.deck].deck_id
            reviews = lost.reviews
            if not isinstance(reviews, BlockLog):
                reviews = [_told(review) for review in reviews if review.kind not in NO_ANSWERS]
            self.histories.count_own(
                [], self.histories.add_reviews(card_id, self.decks.staging_of(deck_id), deck_id, reviews)
            )

    def write(self, connection: sa.Connection) -> None:
        """Writes what waits, histories aside; in a write transaction."""
        self.filled += [self.notes[0], self.notes[-len(NOTES)]] if self.notes else []
        owner_id, brought = self.decks.owner_id, {"import_id": self.decks.import_id}
        put_values(
            *(connection, "notes", NOTES, self.notes),
            {"owner_id": owner_id, "changed_at": self.at_ms, **brought},
        )
        put_values(connection, "cards", CARDS, self.cards, brought)
        put_rows(
            connection, "note_tags", TAGS, [(*k, tag) for k, tag in self.tags.items()], {"owner_id": owner_id or 0}
        )
        put_rows(connection, "tombstones", TOMBSTONES, self.tombstones, {"user_id": owner_id, **brought})
        self.notes, self.cards, self.tags, self.tombstones = [], [], {}, []
