"""Makes Anki packages of all three generations by hand, with nothing but SQLite, zipfile and zstd.

What Anki itself writes is looked at in test_beside_anki.py, where it is there.
"""

import json
import sqlite3
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import zstandard

from tests.importing.anki_schema import INDEXES, NEWER_TABLES, TABLES

CREATED = 1_600_056_000
"""2020-09-14, 4:00 UTC."""
FIRST_DAY = 18_519
"""Its study day."""
CHANGED = (CREATED + 500 * 86_400 + 8 * 3600) * 1000
"""Day 500 of the collection, noon UTC."""
STOCK_CSS = (
    ".card {\n    font-family: arial;\n    font-size: 20px;\n    text-align: center;\n"
    "    color: black;\n    background-color: white;\n}\n"
)
BACK = "{{FrontSide}}\n\n<hr id=answer>\n\n{{Back}}"


@dataclass(frozen=True)
class Type:
    id: int
    name: str
    fields: tuple[str, ...] = ("Front", "Back")
    templates: tuple[tuple[str, str, str], ...] = (("Card 1", "{{Front}}", BACK),)
    css: str = STOCK_CSS
    cloze: bool = False


BASIC = Type(1, "Basic")


@dataclass(frozen=True)
class Deck:
    id: int
    name: str
    preset: int | None = 1
    description: str = ""
    new: int | None = None
    retention: int | None = None


@dataclass(frozen=True)
class Preset:
    id: int
    new: int = 20
    reviews: int = 200
    longest: int = 36_500
    retention: float = 0.9
    parameters: tuple[float, ...] = ()


@dataclass(frozen=True)
class Card:
    """A row of `cards`. By default new and in the deck 1."""

    deck: int = 1
    ord: int = 0
    type: int = 0
    queue: int = 0
    due: int = 1
    ivl: int = 0
    factor: int = 0
    reps: int = 0
    lapses: int = 0
    odue: int = 0
    odid: int = 0
    flags: int = 0
    data: str = ""
    answers: Sequence[tuple[int, ...]] = ()
    """Each: id, ease, ivl, lastIvl, factor, time, type."""


@dataclass(frozen=True)
class Note:
    fields: str | bytes
    guid: str = ""
    type: int = 1
    tags: str = ""
    cards: Sequence[Card] = (Card(),)


@dataclass(frozen=True)
class Collection:
    """What a package is made of. `generation`: 1, 2 or 3; `media`: names and what is in them."""

    notes: Iterable[Note] = (Note("front\x1fback", "g1"),)
    types: Sequence[Type] = (BASIC,)
    decks: Sequence[Deck] = (Deck(1, "Default"),)
    presets: Sequence[Preset] = (Preset(1),)
    conf: dict[str, Any] = field(default_factory=lambda: {"creationOffset": 0})
    lost: Sequence[tuple[int, ...]] = ()
    """Answers of cards that are no more: id, card, ease, ivl, lastIvl, factor, time, type."""
    media: dict[str, bytes] = field(default_factory=dict)
    generation: int = 1
    version: int | None = None
    created: int = CREATED
    changed: int = CHANGED
    indexes: bool = True
    sql: Sequence[str] = ()
    """What else is done to the database."""

    def having(self, **changes: Any) -> "Collection":
        return replace(self, **changes)

    def database(self, path: Path) -> Path:
        """The database alone."""
        path.unlink(missing_ok=True)
        connection = sqlite3.connect(path)
        connection.create_collation(
            "unicase", lambda a, b: (a.casefold() > b.casefold()) - (a.casefold() < b.casefold())
        )
        connection.executescript(TABLES + ("" if self.generation < 3 else NEWER_TABLES))
        self._fill(connection)
        if self.indexes:
            connection.executescript(INDEXES)
        for statement in self.sql:
            connection.execute(statement)
        connection.commit()
        connection.close()
        return path

    def package(self, folder: Path, name: str = "deck.apkg") -> Path:
        """The whole package, as Anki packs it."""
        return zipped(folder / name, self.entries(folder))

    def entries(self, folder: Path) -> dict[str, bytes]:
        """What is in the package, by name."""
        content = self.database(folder / "made.sqlite").read_bytes()
        if self.generation == 3:
            files = {str(place): zstd(data) for place, data in enumerate(self.media.values())}
            dummy = Collection(notes=(Note("Please update\x1fAnki", "dummy"),)).database(folder / "dummy.sqlite")
            return {
                "meta": tagged(1, 3),
                "collection.anki21b": zstd(content),
                "collection.anki2": dummy.read_bytes(),
                "media": zstd(media_entries(self.media)),
                **files,
            }
        files = {str(place): data for place, data in enumerate(self.media.values())}
        listed = json.dumps({str(place): name for place, name in enumerate(self.media)}).encode()
        if self.generation == 1:
            return {"collection.anki2": content, "media": listed, **files}
        dummy = Collection(notes=(Note("Please update\x1fAnki", "dummy"),)).database(folder / "dummy.sqlite")
        return {
            "meta": tagged(1, 2),
            "collection.anki2": dummy.read_bytes(),
            "collection.anki21": content,
            "media": listed,
            **files,
        }

    def _fill(self, connection: sqlite3.Connection) -> None:
        newer = self.generation == 3
        version = self.version or (18 if newer else 11)
        texts = ("", "", "", "") if newer else self._json()
        connection.execute(
            "INSERT INTO col VALUES (1, ?, ?, 0, ?, 0, 0, 0, ?, ?, ?, ?, '{}')",
            (self.created, self.changed, version, *texts),
        )
        if newer:
            self._tables(connection)
        card_id = 2_000_000_000_000
        for number, note in enumerate(self.notes):
            note_id = 1_600_100_000_000 + number
            connection.execute(
                "INSERT INTO notes VALUES (?, ?, ?, 0, 0, ?, CAST(? AS TEXT), 0, 0, 0, '')",
                (note_id, note.guid or f"guid{number}", note.type, note.tags, note.fields),
            )
            for card in note.cards:
                card_id += 1
                row = (card.type, card.queue, card.due, card.ivl, card.factor, card.reps, card.lapses)
                connection.execute(
                    "INSERT INTO cards VALUES (?, ?, ?, ?, 0, 0, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?)",
                    (card_id, note_id, card.deck, card.ord, *row, card.odue, card.odid, card.flags, card.data),
                )
                connection.executemany(
                    "INSERT INTO revlog VALUES (?, ?, 0, ?, ?, ?, ?, ?, ?)",
                    [(answer[0], card_id, *answer[1:]) for answer in card.answers],
                )
        connection.executemany("INSERT INTO revlog VALUES (?, ?, 0, ?, ?, ?, ?, ?, ?)", list(self.lost))

    def _json(self) -> tuple[str, str, str, str]:
        """The columns conf, models, decks, dconf of schema 11."""
        models = {
            str(each.id): {
                "id": each.id,
                "name": each.name,
                "type": int(each.cloze),
                "css": each.css,
                "flds": [{"name": name, "ord": place} for place, name in enumerate(each.fields)],
                "tmpls": [
                    {"name": name, "ord": place, "qfmt": front, "afmt": back}
                    for place, (name, front, back) in enumerate(each.templates)
                ],
            }
            for each in self.types
        }
        decks = {
            str(deck.id): {"id": deck.id, "name": deck.name, "desc": deck.description, "dyn": int(deck.preset is None)}
            | ({"conf": deck.preset} if deck.preset else {})
            | {"newLimit": deck.new, "desiredRetention": deck.retention}
            for deck in self.decks
        }
        presets = {
            str(each.id): {
                "id": each.id,
                "new": {"perDay": each.new},
                "rev": {"perDay": each.reviews, "maxIvl": each.longest},
                "desiredRetention": each.retention,
                "fsrsParams6": list(each.parameters),
            }
            for each in self.presets
        }
        return json.dumps(self.conf), json.dumps(models), json.dumps(decks), json.dumps(presets)

    def _tables(self, connection: sqlite3.Connection) -> None:
        for each in self.types:
            config = tagged(1, int(each.cloze)) + tagged(3, each.css)
            connection.execute("INSERT INTO notetypes VALUES (?, ?, 0, 0, ?)", (each.id, each.name, config))
            for place, name in enumerate(each.fields):
                connection.execute("INSERT INTO fields VALUES (?, ?, ?, X'')", (each.id, place, name))
            for place, (name, front, back) in enumerate(each.templates):
                config = tagged(1, front) + tagged(2, back)
                connection.execute("INSERT INTO templates VALUES (?, ?, ?, 0, 0, ?)", (each.id, place, name, config))
        for deck in self.decks:
            normal = tagged(1, deck.preset or 0) + tagged(4, deck.description)
            normal += b"" if deck.new is None else tagged(7, deck.new)
            normal += b"" if deck.retention is None else tagged(10, deck.retention / 100)
            kind = tagged(2, b"") if deck.preset is None else tagged(1, normal)
            name = deck.name.replace("::", "\x1f")
            connection.execute("INSERT INTO decks VALUES (?, ?, 0, 0, X'', ?)", (deck.id, name, kind))
        for preset in self.presets:
            config = tagged(9, preset.new) + tagged(10, preset.reviews) + tagged(16, preset.longest)
            config += tagged(37, preset.retention) + tagged(
                6, struct.pack(f"<{len(preset.parameters)}f", *preset.parameters)
            )
            connection.execute("INSERT INTO deck_config VALUES (?, 'preset', 0, 0, ?)", (preset.id, config))
        for key, value in self.conf.items():
            connection.execute("INSERT INTO config VALUES (?, 0, 0, ?)", (key, json.dumps(value).encode()))


def tagged(number: int, value: int | float | str | bytes) -> bytes:
    """A field of a protobuf message."""
    if isinstance(value, float):
        return varint(number << 3 | 5) + struct.pack("<f", value)
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def media_entries(media: dict[str, bytes]) -> bytes:
    """The list of media in the newest packages."""
    return b"".join(tagged(1, tagged(1, name) + tagged(2, len(data))) for name, data in media.items())


def zstd(content: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(content)


def zipped(path: Path, entries: dict[str, bytes], compression: int = ZIP_STORED) -> Path:
    path.write_bytes(zip_bytes(entries, compression))
    return path


def zip_bytes(entries: dict[str, bytes], compression: int = ZIP_DEFLATED) -> bytes:
    content = BytesIO()
    with ZipFile(content, "w", compression) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return content.getvalue()
