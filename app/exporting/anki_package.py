"""Writes an Anki package (.apkg) in the form every Anki 2.1 and later reads: schema 11, with history and media."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.clock import date_of, day_of
from app.exporting import anki_schema
from app.exporting.anki_rows import PLACE_OF_REVIEW, Rows, editions_again, insert
from app.exporting.archive import Archive, media_in
from app.exporting.choosing import Export, types_in
from app.exporting.compact import compact
from app.exporting.naming import paths_of
from app.exporting.walking import follows_in, notes_of
from app.models.scheduling import all_settings
from app.scheduling import DEFAULT_SETTINGS, Scheduler, Settings
from app.scratch import scratch_folder

FIRST_DAY = day_of(date(2010, 1, 1))
"""On which the collection begins; Anki counts days from there."""
BATCH = 500
UPDATE_ANKI = "Please update to the latest Anki version, then import this file again."
CACHE_KB = 16_000
UNSAFE = ("journal_mode = OFF", "synchronous = OFF")
"""For files that are made and read once: nobody comes back to one that is cut off, so that none waits for the disk."""

MOVE_REVIEWS = """
INSERT OR IGNORE INTO main.revlog (id, cid, usn, ease, ivl, lastIvl, factor, time, type)
SELECT at, cid, -1, ease, ivl, last, factor, took, type FROM staged.reviews ORDER BY at, type
"""
ADD_REVIEW = "INSERT INTO main.revlog VALUES (?, ?, -1, ?, ?, ?, ?, ?, ?)"


def write(session: Session, export: Export) -> Iterator[bytes]:
    """The package in pieces. The collection is made in a file first, for nothing of a zip can be sent before it."""
    with scratch_folder(export.folder) as folder:
        collection, dummy = folder / "collection.anki21", folder / "collection.anki2"
        names = _Making(session, export, collection).make()
        _make_dummy(dummy, export)
        archive = Archive()
        yield from archive.file("collection.anki2", dummy)
        yield from archive.file("collection.anki21", collection)
        files = media_in(session.connection(), export, names)
        yield from archive.text("media", compact({str(n): name for n, (name, _) in enumerate(files)}))
        yield from archive.text("meta", "\x08\x02")
        for number, (_, path) in enumerate(files):
            yield from archive.file(str(number), path, packed=False)
        yield from archive.end()


class _Making:
    """The collection of one export."""

    def __init__(self, session: Session, export: Export, path: Path) -> None:
        self._session, self._export, self._path = session, export, path
        self._connection = session.connection()
        self._mod = int(export.now.timestamp())
        self._follows = follows_in(self._connection, export) if export.with_progress else {}
        self._settings = all_settings(self._connection, export.learner.id)
        self._types = types_in(session, export)

    def make(self) -> set[str]:
        """Makes it; returns the texts' names of files."""
        with closing(sqlite3.connect(self._path, isolation_level=None)) as collection:
            staged = self._path.with_name("reviews")
            collection.execute("ATTACH ? AS staged", (str(staged),))
            for schema in ("main", "staged"):
                for pragma in (*UNSAFE, f"cache_size = -{CACHE_KB}"):
                    collection.execute(f"PRAGMA {schema}.{pragma}").close()
            collection.executescript(anki_schema.SCHEMA)
            collection.execute(f"CREATE TABLE staged.reviews ({', '.join(PLACE_OF_REVIEW)})")
            collection.execute("BEGIN")
            rows = self._fill(collection)
            _move_reviews(collection)
            self._add_head(collection, rows)
            collection.execute("COMMIT")
            collection.executescript(anki_schema.INDEXES)
        staged.unlink(missing_ok=True)
        return rows.names

    def _fill(self, collection: sqlite3.Connection) -> Rows:
        export, settings = self._export, self._settings
        versions = {deck_id: follow.scheduler_version for deck_id, follow in self._follows.items()}
        of_decks = [settings.get(versions.get(deck.id), DEFAULT_SETTINGS) for deck in export.decks]
        rows = Rows(export, self._types, settings, of_decks, FIRST_DAY, editions_again(export.decks))
        for number, note in enumerate(notes_of(self._connection, export), start=1):
            rows.add(note)
            if number % BATCH == 0:
                rows.write(collection)
        rows.write(collection)
        return rows

    def _add_head(self, collection: sqlite3.Connection, rows: Rows) -> None:
        export, mod = self._export, self._mod
        begins, offset = _beginning(export.learner.time_zone, export.learner.day_starts_at)
        presets = self._presets()
        decks = [anki_schema.deck(anki_schema.DEFAULT_DECK, "Default", "", 1, mod)]
        for deck, path in zip(export.decks, paths_of(export.decks), strict=True):
            preset_id = self._preset_id(deck.id)
            row = anki_schema.deck(rows.deck_id(deck.id), path, deck.description, preset_id, mod)
            decks.append({**row, "cardlet": {"language": deck.language}})
        is_fsrs = any(one["fsrsParams6"] for one in presets)
        conf = anki_schema.configuration(
            fsrs=is_fsrs, offset=offset, rollover=export.learner.day_starts_at, next_position=rows.position + 1
        )
        by_id: list[dict[int, Any]] = [
            {model["id"]: model for model in (anki_schema.model(one, mod) for one in self._types.values())},
            {deck["id"]: deck for deck in decks},
            {preset["id"]: preset for preset in presets},
        ]
        texts = [compact(value) for value in (conf, *by_id, {})]
        head = (1, begins, mod * 1000, mod * 1000, 11, 0, 0, 0, *texts)
        insert(collection, "col", [head])

    def _preset_id(self, deck_id: int) -> int:
        follow = self._follows.get(deck_id)
        return 1 if follow is None else anki_schema.FIRST_ID + (follow.root_id or deck_id)

    def _presets(self) -> list[dict[str, Any]]:
        """The options of the decks the learner follows: those inside one share its."""
        found = {1: anki_schema.preset(1, "Default", self._mod)}
        names = {deck.id: deck.path for deck in self._export.decks}
        for deck_id, follow in self._follows.items():
            preset_id = self._preset_id(deck_id)
            if preset_id in found:
                continue
            settings = self._settings.get(follow.scheduler_version, DEFAULT_SETTINGS)
            found[preset_id] = anki_schema.preset(
                preset_id,
                names.get(follow.root_id or deck_id, names[deck_id]),
                self._mod,
                new_per_day=follow.new_per_day,
                reviews_per_day=9_999 if follow.reviews_per_day is None else follow.reviews_per_day,
                maximum_interval=settings.maximum_interval,
                **_fsrs(settings),
            )
        return list(found.values())


def _move_reviews(collection: sqlite3.Connection) -> None:
    """Anki's log is keyed by the moment, in order: of two answers of one moment the later is put a millisecond on. Few
    logs have two, and without them SQLite does it alone, in a third of the time."""
    (number,) = collection.execute("SELECT count(*) FROM staged.reviews").fetchone()
    if collection.execute(MOVE_REVIEWS).rowcount < number:
        collection.execute("DELETE FROM main.revlog")
        sorted_rows = collection.execute("SELECT * FROM staged.reviews ORDER BY at, type")
        collection.executemany(ADD_REVIEW, _each_later(sorted_rows))


def _each_later(rows: Iterable[tuple[int, ...]]) -> Iterator[tuple[int, ...]]:
    last = 0
    for at, *rest in rows:
        last = max(at, last + 1)
        yield last, *rest


def _fsrs(settings: Settings) -> dict[str, Any]:
    if settings.scheduler is not Scheduler.FSRS:
        return {}
    return {"parameters": settings.parameters, "retention": settings.retention}


def _beginning(time_zone: str, hour: int) -> tuple[int, int]:
    """The moment the collection begins, in seconds, and the learner's offset then, in minutes west."""
    begins = datetime.combine(date_of(FIRST_DAY), time(hour), ZoneInfo(time_zone))
    offset = begins.utcoffset()
    assert offset is not None, "a moment with a time zone has an offset"
    return int(begins.timestamp()), -int(offset.total_seconds() // 60)


def _make_dummy(path: Path, export: Export) -> None:
    """What an Anki too old for the collection beside it shows: one note that says so."""
    mod = int(export.now.timestamp())
    fields = UPDATE_ANKI + "\x1f"
    with closing(sqlite3.connect(path, isolation_level=None)) as dummy:
        for pragma in UNSAFE:
            dummy.execute(f"PRAGMA {pragma}").close()
        dummy.executescript(anki_schema.SCHEMA)
        note = (1, "cardlet:update", anki_schema.FIRST_ID + 1, mod, -1, "", fields, UPDATE_ANKI, 0, 0, "")
        insert(dummy, "notes", [note])
        card = (1, 1, 1, 0, mod, -1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, "")
        insert(dummy, "cards", [card])
        conf = anki_schema.configuration(fsrs=False, offset=0, rollover=4, next_position=2)
        deck, preset = anki_schema.deck(1, "Default", "", 1, mod), anki_schema.preset(1, "Default", mod)
        basic = anki_schema.stock_model("basic", mod)
        texts = [compact(value) for value in (conf, {basic["id"]: basic}, {1: deck}, {1: preset}, {})]
        head = (1, _beginning("UTC", 4)[0], mod * 1000, mod * 1000, 11, 0, 0, 0, *texts)
        insert(dummy, "col", [head])
