"""Writes a CrowdAnki folder as a zip: `deck.json`, the decks inside one another, and `media/`. It knows no schedule."""

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy.orm import Session

from app.exporting import anki_schema
from app.exporting.anki_rows import anki_guid, editions_again
from app.exporting.archive import Archive, media_in
from app.exporting.choosing import Export, types_in
from app.exporting.compact import compact
from app.exporting.files_named import files_named
from app.exporting.naming import file_stem
from app.exporting.original import original_of
from app.exporting.walking import OutNote, notes_of
from app.models import Deck, NoteType
from app.rendering.elsewhere import html_of

PRESET = "default"


def write(session: Session, export: Export) -> Iterator[bytes]:
    """The archive in pieces."""
    export = replace(export, with_progress=False)
    making, archive = _Making(session, export), Archive()
    folder = file_stem(export.name)
    yield from archive.entry(f"{folder}/deck.json", (text.encode() for text in making.text()))
    for name, path in making.files:
        if name in making.used:
            yield from archive.file(f"{folder}/media/{name}", path, packed=False)
    yield from archive.end()


class _Making:
    """The text of one export. `files`: those there are; `used`: the names of those the notes ask for."""

    def __init__(self, session: Session, export: Export) -> None:
        self._export, self._types = export, types_in(session, export)
        self._twins = editions_again(export.decks)
        self._notes = groupby(notes_of(session.connection(), export), key=lambda note: note.place)
        self._next = next(self._notes, None)
        self.files = media_in(session.connection(), export, None)
        self._known = {name for name, _ in self.files}
        self.used: set[str] = set()
        self._below: dict[int | None, list[Deck]] = {}
        for deck in export.decks:
            self._below.setdefault(deck.parent_id if deck.parent_id in export.places else None, []).append(deck)

    def text(self) -> Iterator[str]:
        """One deck at the top: that of the export, or one that holds all."""
        models = [{**_model(one), "crowdanki_uuid": _uuid("type", str(key))} for key, one in self._types.items()]
        shared = {"deck_configurations": [_preset()], "note_models": models}
        tops = self._below.get(None, [])
        if len(tops) == 1:
            yield from self._deck(tops[0], tops[0].path, shared)
            return
        yield _begun({**_head("Cardlet", "", "everything"), **shared, "notes": [], "media_files": []})
        yield from self._children(tops)
        yield "}"

    def _deck(self, deck: Deck, name: str, shared: dict[str, Any]) -> Iterator[str]:
        place = self._export.places[deck.id]
        yield _begun({**_head(name, deck.description, f"{deck.guid}/{deck.language}"), **shared}) + ',"notes":['
        used: set[str] = set()
        if self._next is not None and self._next[0] == place:
            for number, note in enumerate(self._next[1]):
                used |= {name for text in note.fields for name in files_named(text)} & self._known
                yield ("," if number else "") + compact(self._note(note))
            self._next = next(self._notes, None)
        self.used |= used
        yield f'],"media_files":{compact(sorted(used))}'
        yield from self._children(self._below.get(deck.id, []))
        yield "}"

    def _children(self, decks: list[Deck]) -> Iterator[str]:
        yield ',"children":['
        for number, deck in enumerate(decks):
            yield "," if number else ""
            yield from self._deck(deck, deck.name, {})
        yield "]"

    def _note(self, note: OutNote) -> dict[str, Any]:
        fields = [html_of(text, note.format) for text in note.fields]
        return {
            "__type__": "Note",
            "data": original_of(note, fields),
            "guid": anki_guid(note, self._twins),
            "fields": fields,
            "tags": note.tags,
            "note_model_uuid": _uuid("type", str(note.type_id)),
        }


def _uuid(*parts: str) -> str:
    return str(uuid5(NAMESPACE_URL, "cardlet:" + "/".join(parts)))


def _head(name: str, description: str, identity: str) -> dict[str, Any]:
    return {
        "__type__": "Deck",
        "crowdanki_uuid": _uuid("deck", identity),
        "deck_config_uuid": _uuid(PRESET),
        "name": name,
        "desc": description,
        "dyn": 0,
        "extendNew": 0,
        "extendRev": 0,
    }


def _begun(told: dict[str, Any]) -> str:
    """An object that is not closed yet."""
    return json.dumps(told, ensure_ascii=False)[:-1]


def _model(note_type: NoteType) -> dict[str, Any]:
    made = anki_schema.model(note_type, 0)
    made = {key: value for key, value in made.items() if key not in {"id", "mod", "usn", "did", "originalStockKind"}}
    return {"__type__": "NoteModel", **made, "tags": [], "vers": []}


def _preset() -> dict[str, Any]:
    made = anki_schema.preset(1, "Default", 0)
    made = {key: value for key, value in made.items() if key not in {"id", "mod", "usn"}}
    return {"__type__": "DeckConfig", "crowdanki_uuid": _uuid(PRESET), **made}
