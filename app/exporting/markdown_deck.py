"""Writes Cardlet's own deck format: docs/deck-format.md. One file a deck; several decks as a zip, with their files."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, groupby

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.exporting.archive import Archive, media_in
from app.exporting.choosing import Export, types_in
from app.exporting.files_named import files_named
from app.exporting.markdown_note import SIMPLE_ID, exactly, is_line, lines_of, said
from app.exporting.markdown_types import KINDS, type_block, type_names
from app.exporting.naming import file_stem
from app.exporting.walking import OutNote, notes_of
from app.models import Card, Deck, Note, NoteType


@dataclass(frozen=True, slots=True)
class DeckText:
    """A deck as a text, and what stands in it: the ids of its notes, and of the author's own note types, both in the
    order of the text."""

    text: str
    note_ids: tuple[int, ...]
    type_ids: tuple[int, ...]


def deck_text(session: Session, export: Export) -> DeckText:
    """The first deck of an export, without those inside it."""
    making = _Making(session, replace(export, decks=export.decks[:1], with_progress=False))
    text = b"".join(making.deck(export.decks[0])).decode()
    return DeckText(text, tuple(making.note_ids), tuple(making.type_ids))


def write(session: Session, export: Export) -> Iterator[bytes]:
    """One deck as a text, several as an archive."""
    if len(export.decks) > 1:
        yield from write_folder(session, export)
        return
    making = _Making(session, replace(export, with_progress=False))
    yield from making.deck(export.decks[0])


def write_folder(session: Session, export: Export) -> Iterator[bytes]:
    """A text for each deck, and the pictures and sounds they ask for in `media/`."""
    making, archive = _Making(session, replace(export, with_progress=False)), Archive()
    used: set[str] = set()
    for deck in export.decks:
        stem = file_stem(deck.path)
        name = stem if stem.casefold() not in used else f"{stem} ({deck.id})"
        used.add(name.casefold())
        yield from archive.entry(f"{name}.md", making.deck(deck))
    for name, path in media_in(session.connection(), export, making.names):
        yield from archive.file(f"media/{name}", path, packed=False)
    yield from archive.end()


class _Making:
    """The texts of one export. Decks are asked for in the export's order. `names`: of the files notes asked for;
    `note_ids`, `type_ids`: of what was written, in its order."""

    def __init__(self, session: Session, export: Export) -> None:
        self._session, self._export = session, export
        self._types = types_in(session, export)
        self._called = type_names(self._types)
        self._notes = groupby(notes_of(session.connection(), export), key=lambda note: note.place)
        self._next = next(self._notes, None)
        self.names: set[str] = set()
        self.note_ids: list[int] = []
        self.type_ids: list[int] = []

    def deck(self, deck: Deck) -> Iterator[bytes]:
        notes: Iterator[OutNote] = iter(())
        if self._next is not None and self._next[0] == self._export.places[deck.id]:
            notes = self._next[1]
        first = next(notes, None)
        whole = self._has_foreign_guids(deck)
        languages = _languages(deck, first, self._types)
        yield _text(self._header(deck, languages, whole=whole))
        for note_type in self._types_of(deck):
            self.type_ids.append(note_type.id)
            yield _text(type_block(self._called[note_type.id], note_type))
        for note in chain([first] if first else [], notes):
            note_type = self._types[note.type_id]
            self.note_ids.append(note.id)
            guid = note.guid if whole else note.guid.removeprefix(f"{deck.guid}/")
            default = languages if note_type.shape is None else (deck.language,) * len(note.fields)
            for text in note.fields:
                self.names |= files_named(text)
            yield _text(lines_of(note, guid, self._called[note.type_id], note_type.shape, default))
        if first is not None:
            self._next = next(self._notes, None)

    def _header(self, deck: Deck, languages: tuple[str, str], *, whole: bool) -> Iterator[str]:
        path = _path(deck)
        yield "---"
        is_plain = all(map(is_line, path)) and "::".join(path).split("::") == path
        yield f"deck: {'::'.join(path)}" if is_plain else exactly("deck", path)
        if deck.guid != f"name:{'::'.join(path)}":
            yield f"id: {deck.guid}" if SIMPLE_ID.fullmatch(deck.guid) else exactly("id", deck.guid)
        if whole:
            yield "ids: whole"
        yield f"lang: {deck.language}"
        if languages[1] != deck.language:
            yield f"answer-lang: {languages[1]}"
        for key in ("description", "license"):
            if getattr(deck, key):
                yield said(key, getattr(deck, key))
        yield "---"
        yield ""

    def _has_foreign_guids(self, deck: Deck) -> bool:
        """Whether a note has an identity that does not begin with its deck's, as one that came from Anki."""
        here = sa.select(Card.id).join(Note, Note.id == Card.note_id).where(Card.deck_id == deck.id, ~Card.retired)
        foreign = here.where(~Note.guid.startswith(f"{deck.guid}/", autoescape=True)).limit(1)
        return self._session.execute(foreign).first() is not None

    def _types_of(self, deck: Deck) -> list[NoteType]:
        own = [key for key, note_type in self._types.items() if note_type.kind not in KINDS]
        here = sa.select(Note.note_type_id).join(Card, Card.note_id == Note.id)
        here = here.where(Card.deck_id == deck.id, ~Card.retired, Note.note_type_id.in_(own)).distinct()
        used = set(self._session.scalars(here)) if own else set()
        return [self._types[key] for key in own if key in used]


def _path(deck: Deck) -> list[str]:
    above = _path(deck.parent) if deck.parent is not None else []
    return [*above, deck.name]


def _languages(deck: Deck, first: OutNote | None, types: dict[int, NoteType]) -> tuple[str, str]:
    """What the header says of the languages: what is true of the first note is mostly true of all."""
    if first is None or types[first.type_id].shape is not None or len(first.languages) < 2:
        return deck.language, deck.language
    simple = re.fullmatch(r"(?=.{2,35}$)[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", first.languages[1])
    return deck.language, first.languages[1] if simple else deck.language


def _text(lines: Iterator[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode()
