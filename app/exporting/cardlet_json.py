"""Writes Cardlet JSON (.cardlet), from which everything comes back: docs/cardlet-json.md."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.config import VERSION
from app.database import EPOCH
from app.exporting.archive import Archive, media_in
from app.exporting.choosing import Export, number_of_cards, types_in
from app.exporting.compact import compact
from app.exporting.files_named import files_named
from app.exporting.walking import LOG, OutCard, OutNote, Row, follows_in, id_text, notes_of, read_once
from app.models import Card, Deck, Memory, NoteType, ParameterSet, Review, SchedulerVersion
from app.models.deck import unseen_decks
from app.scheduling import MemoryState

FORMAT = 1
COLUMNS = ("id", "kind", "day", "hour", "at_ms", "grade", "took_ms", "undone_at_ms", "state", "deck")
"""Of a review."""
OWN_SETTINGS = (
    *("language", "time_zone", "day_starts_at", "theme", "single_key_shortcuts", "answer_mode", "drill_after"),
    "last_day",
)
LINES = 200


def write(session: Session, export: Export) -> Iterator[bytes]:
    """The archive in pieces."""
    archive, lines = Archive(), _Lines(session, export)
    yield from archive.entry("cardlet.jsonl", lines.encoded())
    names = None if export.everything else lines.names
    for name, path in media_in(session.connection(), export, names):
        yield from archive.file(f"media/{name}", path, packed=False)
    yield from archive.end()


class _Lines:
    def __init__(self, session: Session, export: Export) -> None:
        self._session, self._export = session, export
        self._connection = session.connection()
        self._types = types_in(session, export)
        self._type_names: dict[int, str | int] = {}
        self._counts = {"notes": 0, "cards": 0, "reviews": 0}
        self.names: set[str] = set()

    def encoded(self) -> Iterator[bytes]:
        texts = (compact(line) for line in self._all())
        for lines in _together(texts, LINES):
            yield ("\n".join(lines) + "\n").encode()

    def _all(self) -> Iterator[dict[str, Any]]:
        export = self._export
        yield {"cardlet": self._head()}
        if export.with_progress and export.everything:
            yield {"learner": {name: getattr(export.learner, name) for name in OWN_SETTINGS}}
        for deck in export.decks:
            yield {"deck": self._deck(deck)}
        yield from self._note_types()
        if export.with_progress:
            yield from self._settings()
        for note in notes_of(self._connection, export, log=LOG, undone=True):
            yield {"note": self._note(note)}
        if export.with_progress and export.everything:
            yield from self._lost()
        yield {"end": self._counts}

    def _head(self) -> dict[str, Any]:
        export = self._export
        return {
            "version": FORMAT,
            "made_by": f"Cardlet {VERSION}",
            "made_at_ms": _ms(export.now),
            "with_progress": export.with_progress,
            "everything": export.everything,
            "notes": number_of_cards(self._session, export),
            "reviews": COLUMNS,
        }

    def _deck(self, deck: Deck) -> dict[str, Any]:
        parent = self._export.places.get(deck.parent_id or 0)
        above = [] if deck.parent is None or parent is not None else deck.parent.path.split("::")
        return {
            "owner": _owner(deck.owner_id),
            "parent": parent,
            **({"above": above} if parent is None else {}),
            **{name: getattr(deck, name) for name in ("guid", "language", "name", "description", "license", "place")},
            "created_at_ms": _ms(deck.created_at),
        }

    def _note_types(self) -> Iterator[dict[str, Any]]:
        for key, note_type in self._types.items():
            if note_type.shape is None:
                self._type_names[key] = note_type.kind
                continue
            self._type_names[key] = sum(isinstance(name, int) for name in self._type_names.values())
            yield {"note_type": _note_type(note_type)}
            for template in note_type.templates:
                self.names |= files_named(template["front"]) | files_named(template["back"])

    def _settings(self) -> Iterator[dict[str, Any]]:
        """Parameter sets, scheduler versions and follows."""
        places, learner_id = self._export.places, self._export.learner.id
        follows = follows_in(self._connection, self._export)
        folded_by = sa.select(Memory.scheduler_version).where(
            Memory.user_id == learner_id, Memory.deck_id.in_(places), Memory.scheduler_version.is_not(None)
        )
        own = SchedulerVersion.user_id == learner_id
        if not self._export.everything:
            theirs = SchedulerVersion.deck_id.in_(places), SchedulerVersion.version.in_(folded_by)
            followed = SchedulerVersion.version.in_(follow.scheduler_version for follow in follows.values())
            own = sa.and_(own, sa.or_(*theirs, followed))
        versions = self._session.scalars(
            sa.select(SchedulerVersion).where(own).order_by(SchedulerVersion.version)
        ).all()
        sets = sa.select(ParameterSet).where(ParameterSet.user_id == learner_id).order_by(ParameterSet.id)
        if not self._export.everything:
            sets = sets.where(ParameterSet.id.in_(version.parameter_set for version in versions))
        for one in self._session.scalars(sets):
            yield {"parameter_set": self._row(one, "user_id", "parameter_count")}
        for version in versions:
            yield {"scheduler_version": self._row(version, "user_id")}
        for deck_id, follow in follows.items():
            yield {"follow": _follow(follow, places[deck_id], places.get(follow.root_id or 0))}

    def _row(self, row: ParameterSet | SchedulerVersion, *without: str) -> dict[str, Any]:
        """A row by its columns' names, its deck as a place, its moments as numbers."""
        told: dict[str, Any] = {}
        for column in row.__table__.columns:
            if column.key in without:
                continue
            value = getattr(row, column.key)
            if column.key == "deck_id":
                told["deck"] = self._export.places.get(value)
            elif column.key.endswith("_at"):
                told[f"{column.key}_ms"] = _ms(value)
            else:
                told[column.key] = value
        return told

    def _note(self, note: OutNote) -> dict[str, Any]:
        self._counts["notes"] += 1
        # Not those that a wording of the learner's own names: only what its author shows goes out.
        for text in note.fields:
            self.names |= files_named(text)
        return {
            "owner": _owner(note.owner_id),
            "guid": note.guid,
            "language": note.language,
            "type": self._type_names[note.type_id],
            "format": note.format,
            "fields": note.fields,
            "field_languages": note.languages,
            "tags": note.tags,
            "source": note.source,
            "quote": note.quote,
            "created_at_ms": note.created_ms,
            "changed_at_ms": note.changed_ms,
            **_own(note.own),
            "cards": [self._card(card) for card in note.cards],
        }

    def _card(self, card: OutCard) -> dict[str, Any]:
        self._counts["cards"] += 1
        told: dict[str, Any] = {"ordinal": card.ordinal, "deck": card.deck, "position": card.position}
        told["retired"] = card.retired
        if card.memory is not None:
            told["memory"] = _memory(card.memory)
        if card.mark is not None:
            mark = card.mark
            told["mark"] = {"suspended": mark.suspended, "buried_until": mark.buried_until, "flag": mark.flag}
        if card.reviews:
            told["reviews"] = self._reviews(card.reviews)
        return told

    def _reviews(self, rows: Iterable[Sequence[Any]]) -> list[list[Any]]:
        places = self._export.places
        reviews = [
            [
                id_text(id),
                int(kind),
                day,
                hour,
                at_ms,
                grade,
                took_ms,
                undone_ms,
                state and read_once(state),
                places.get(deck_id),
            ]
            for _, kind, day, hour, at_ms, grade, took_ms, undone_ms, state, deck_id, id in rows
        ]
        self._counts["reviews"] += len(reviews)
        return reviews

    def _lost(self) -> Iterator[dict[str, Any]]:
        """What happened to cards that are not in the file."""
        learner_id = self._export.learner.id
        met = sa.select(Memory.card_id).where(Memory.user_id == learner_id)
        there = sa.select(Card.id).where(Card.deck_id.in_(self._export.places), sa.or_(~Card.retired, Card.id.in_(met)))
        own = sa.select(Review.card_id).where(Review.user_id == learner_id, Review.card_id.not_in(there))
        # What is being imported at this moment is not lost, only not there yet.
        own = own.where(Review.deck_id.not_in(unseen_decks(learner_id)))
        lost = self._connection.scalars(own.distinct().order_by(Review.card_id)).all()
        for at in range(0, len(lost), LINES):
            ids = lost[at : at + LINES]
            log = sa.select(*LOG).where(Review.user_id == learner_id, Review.card_id.in_(ids))
            by_card: dict[int, list[Sequence[Any]]] = {}
            for row in self._connection.execute(log.order_by(Review.card_id, Review.day, Review.at, Review.id)):
                by_card.setdefault(row.card_id, []).append(row)
            for rows in by_card.values():
                yield {"lost_card": {"reviews": self._reviews(rows)}}


def _together(texts: Iterable[str], most: int) -> Iterator[list[str]]:
    lines: list[str] = []
    for text in texts:
        lines.append(text)
        if len(lines) == most:
            yield lines
            lines = []
    if lines:
        yield lines


def _owner(owner_id: int | None) -> str:
    return "server" if owner_id is None else "learner"


def _own(wording: Row | None) -> dict[str, Any]:
    if wording is None:
        return {}
    told = {"fields": wording.fields, "seen_fields": wording.seen_fields, "changed_at_ms": wording.changed_ms}
    return {"own": told}


def _note_type(note_type: NoteType) -> dict[str, Any]:
    return {
        "owner": _owner(note_type.owner_id),
        "guid": note_type.guid,
        "name": note_type.name,
        "fields": note_type.field_names,
        "templates": note_type.templates,
        "css": note_type.css,
    }


def _follow(follow: Row, deck: int, root: int | None) -> dict[str, Any]:
    names = ("place", "new_per_day", "reviews_per_day", "new_order", "review_order", "scheduler_version")
    return {
        "deck": deck,
        "root": root,
        **{name: getattr(follow, name) for name in names},
        "followed_at_ms": _ms(follow.followed_at),
        "stopped_at_ms": None if follow.stopped_at is None else _ms(follow.stopped_at),
    }


def _memory(memory: Row) -> dict[str, Any]:
    told = {name: getattr(memory, name) for name in MemoryState.__dataclass_fields__ if name != "drill_at"}
    return {**told, "drill_at_ms": memory.drill_at_ms, "scheduler_version": memory.scheduler_version}


def _ms(moment: Any) -> int:
    return int((moment - EPOCH) // timedelta(milliseconds=1))
