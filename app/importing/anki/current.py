"""Note types, decks and options as newer collections have them: tables with protobuf in them (schema 15 and later)."""

import json
import math
import sqlite3
from typing import Any

from app.errors import UnreadableFile
from app.importing.anki.described import Deck, Described, Options, Type, plain, share
from app.importing.anki.legacy import path_at, take_settings
from app.importing.anki.protobuf import BROKEN, Fields, fields_of, floats, message, number, text

SEPARATOR = "\x1f"
SETTINGS = ("fsrs", "creationOffset")
# Numbers of the fields in Anki's messages (its documentation calls them proto/anki/*.proto).
KIND, CSS = 1, 3
FRONT, BACK = 1, 2
NORMAL, PRESET, DESCRIPTION, REVIEW_LIMIT, NEW_LIMIT, DECK_RETENTION = 1, 1, 4, 6, 7, 10
NEW_PER_DAY, REVIEWS_PER_DAY, LONGEST, RETENTION = 9, 10, 16, 37
PARAMETERS = (6, 5, 3)
"""FSRS-6, FSRS-5, FSRS-4.5."""


def describe_current(database: sqlite3.Connection, said: Described) -> None:
    """Fills in what the collection says. Raises UnreadableFile."""
    for type_id, name, blob in database.execute("SELECT id, name, config FROM notetypes"):
        config = _fields(blob)
        said.types[type_id] = Type(type_id, plain(name), [], [], plain(text(config, CSS)), number(config, KIND) == 1)
    for type_id, name in database.execute("SELECT ntid, name FROM fields ORDER BY ntid, ord"):
        if type_id in said.types:
            said.types[type_id].fields.append(plain(name))
    for type_id, name, blob in database.execute("SELECT ntid, name, config FROM templates ORDER BY ntid, ord"):
        config = _fields(blob)
        if type_id in said.types:
            sides = plain(text(config, FRONT)), plain(text(config, BACK))
            said.types[type_id].templates.append((plain(name), *sides))
    for deck_id, name, blob in database.execute("SELECT id, name, kind FROM decks"):
        said.decks[deck_id] = _deck(deck_id, plain(name), _fields(blob))
    for options_id, blob in database.execute("SELECT id, config FROM deck_config"):
        said.options[options_id] = _options(options_id, _fields(blob))
    take_settings(_settings(database), said)


def _fields(blob: object) -> Fields:
    if not isinstance(blob, bytes):
        raise UnreadableFile(BROKEN)
    return fields_of(blob)


def _deck(deck_id: int, name: str, kind: Fields) -> Deck:
    path = path_at(name, SEPARATOR)
    if NORMAL not in kind:
        return Deck(deck_id, path, "", None)
    normal = fields_of(message(kind, NORMAL))
    return Deck(
        id=deck_id,
        path=path,
        description=plain(text(normal, DESCRIPTION)),
        preset=number(normal, PRESET, 1),
        new=number(normal, NEW_LIMIT) if NEW_LIMIT in normal else None,
        reviews=number(normal, REVIEW_LIMIT) if REVIEW_LIMIT in normal else None,
        retention=share(_float(normal, DECK_RETENTION, 0.0)),
    )


def _options(options_id: int, config: Fields) -> Options:
    parameters = next((found for key in PARAMETERS if (found := floats(config, key))), [])
    return Options(
        id=options_id,
        new=number(config, NEW_PER_DAY),
        reviews=number(config, REVIEWS_PER_DAY),
        retention=share(_float(config, RETENTION, 0.9)) or 0.9,
        longest=number(config, LONGEST, 36_500),
        parameters=parameters[:50],
    )


def _float(fields: Fields, key: int, default: float) -> float:
    found = floats(fields, key)
    return round(found[-1], 4) if found and math.isfinite(found[-1]) else default


def _settings(database: sqlite3.Connection) -> dict[str, Any]:
    found = {}
    for key, value in database.execute("SELECT KEY, val FROM config"):
        if key in SETTINGS:
            try:
                found[key] = json.loads(value)
            except (ValueError, TypeError, RecursionError) as error:
                raise UnreadableFile(BROKEN) from error
    return found
