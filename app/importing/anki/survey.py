"""What is in a collection before its notes are sent: decks with cards, note types with notes, languages, options.

Everything it returns is plain, for it goes through a pipe.
"""

import re
import sqlite3
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from app.errors import N_, UnreadableFile
from app.importing.anki.current import describe_current
from app.importing.anki.described import (
    LONGEST_TEMPLATE,
    MOST_DECKS,
    MOST_FIELDS,
    MOST_PRESETS,
    MOST_TEMPLATES,
    MOST_TYPES,
    Deck,
    Described,
    Options,
    Type,
)
from app.importing.anki.legacy import describe_legacy
from app.importing.anki.schedule import LAST_MOMENT

NEWEST_VERSION = 18
FIRST_WITH_TABLES = 15
SAMPLED = 500
"""So many notes from either end say which languages their fields are in."""
LONGEST_SAMPLE = 2_000
TAG = re.compile(r"<[^>]*>|\[sound:[^]]*]|&[a-z]+;|\{\{c\d+::")
SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7af\u1100-\u11ff]")),
    ("zh-Hans", re.compile(r"[\u3400-\u9fff]")),
    ("en", re.compile(r"[^\W\d_\u3040-\u30ff\uac00-\ud7af\u1100-\u11ff\u3400-\u9fff]+")),
)
WITH_MEMORY = "SELECT 1 FROM cards WHERE instr(data, '\"s\":') LIMIT 1"
"""Packages of single decks do not say whether FSRS is on; but with it cards have a stability, and without it none."""
HOMES = "SELECT CAST(CASE WHEN odid > 0 THEN odid ELSE did END AS INTEGER), count(*) FROM cards GROUP BY 1"
KANA_SHARE = 0.1
"""Japanese is mostly Han; a tenth of Kana tells it from Chinese."""


def head_of(database: sqlite3.Connection) -> tuple[dict[str, Any], Described, list[Type], dict[int, int]]:
    """What is sent before the notes; and what it was made of: the collection as it says itself, its note types, and by
    deck id the place of the deck."""
    said = describe(database)
    types = used_types(database, said)
    decks, places, cards = decks_with_cards(database, said)
    language, field_languages = languages(database, types)
    chosen, different = presets(said, decks, cards)
    (notes,) = database.execute("SELECT count(*) FROM notes").fetchone()
    head = {
        "types": [asdict(each) | {"languages": field_languages[each.id]} for each in types],
        "decks": [(deck.path, deck.description, deck.language) for deck in decks],
        "presets": chosen,
        "different": different,
        "language": language,
        "as_of": min(max(said.changed, 0), LAST_MOMENT),
        "notes": notes,
    }
    return head, said, types, places


def describe(database: sqlite3.Connection) -> Described:
    """What the collection says of itself. Raises UnreadableFile for what cannot be a collection."""
    rows = database.execute(
        "SELECT CAST(crt AS INTEGER), CAST(mod AS INTEGER), CAST(ver AS INTEGER) FROM col"
    ).fetchmany(2)
    if len(rows) != 1:
        raise UnreadableFile(
            N_("this database is no Anki collection: its table “%(table)s” is not as it should be"), table="col"
        )
    created, changed, version = rows[0]
    if version > NEWEST_VERSION:
        raise UnreadableFile(
            N_("this package comes from a newer Anki than Cardlet knows (format %(format)s)"), format=version
        )
    said = Described(created, changed)
    if version < FIRST_WITH_TABLES:
        describe_legacy(database, said)
    else:
        describe_current(database, said)
    if said.fsrs is None:
        said.fsrs = database.execute(WITH_MEMORY).fetchone() is not None
    if max(len(said.types) / MOST_TYPES, len(said.decks) / MOST_DECKS, len(said.options) / MOST_PRESETS) > 1:
        raise UnreadableFile(N_("the collection has more decks, note types or options than anybody could use"))
    for each in said.types.values():
        _check_type(each)
    return said


def _check_type(each: Type) -> None:
    longest = max(map(len, (each.css, *(side for template in each.templates for side in template))))
    sizes = len(each.fields) > MOST_FIELDS or len(each.templates) > MOST_TEMPLATES or longest > LONGEST_TEMPLATE
    if sizes or not each.fields or not each.templates:
        raise UnreadableFile(N_("the note type “%(name)s” is not as Anki writes it"), name=each.name[:80])


def decks_with_cards(
    database: sqlite3.Connection, said: Described
) -> tuple[list[Deck], dict[int, int], dict[int, int]]:
    """The decks to make, each after those it lies in; by deck id its place among them; and by place its cards. A card
    in a filtered deck belongs to its home; one whose deck is lost to the first."""
    counted = dict(database.execute(HOMES))
    by_path = {deck.path: deck for deck in said.decks.values()}
    wanted: dict[tuple[str, ...], Deck] = {}
    lost = [deck_id for deck_id in counted if deck_id not in said.decks]
    for deck_id in counted:
        path = said.decks[deck_id].path if deck_id in said.decks else ("Default",)
        for depth in range(1, len(path) + 1):
            above = path[:depth]
            if depth == len(path) or above in by_path:
                wanted[above] = by_path.get(above) or Deck(deck_id, above, "", None)
    decks = [wanted[path] for path in sorted(wanted)]
    places = {path: place for place, path in enumerate(sorted(wanted))}
    by_id = {deck_id: places[said.decks[deck_id].path] for deck_id in counted if deck_id in said.decks}
    by_id.update(dict.fromkeys(lost, places.get(("Default",), 0)))
    return decks, by_id, _summed(counted, by_id)


def _summed(counted: dict[int, int], by_id: dict[int, int]) -> dict[int, int]:
    cards: Counter[int] = Counter()
    for deck_id, count in counted.items():
        cards[by_id[deck_id]] += count
    return cards


def used_types(database: sqlite3.Connection, said: Described) -> list[Type]:
    """The note types that have notes, in the order of their ids."""
    used = {type_id for (type_id,) in database.execute("SELECT DISTINCT mid FROM notes")}
    return [said.types[type_id] for type_id in sorted(said.types) if type_id in used]


def languages(database: sqlite3.Connection, types: list[Type]) -> tuple[str, dict[int, list[str]]]:
    """The language of the whole, and by note type that of each field, guessed from the first and the last notes."""
    texts: dict[int, list[list[str]]] = {each.id: [[] for _ in each.fields] for each in types}
    for order in ("ASC", "DESC"):
        sample = f"SELECT mid, CAST(flds AS BLOB) FROM notes ORDER BY id {order} LIMIT {SAMPLED}"  # noqa: S608
        for type_id, fields in database.execute(sample):
            for place, text in zip(texts.get(type_id, ()), fields.split(b"\x1f"), strict=False):
                place.append(text[:LONGEST_SAMPLE].decode(errors="ignore"))
    overall = _language([text for fields in texts.values() for place in fields for text in place]) or "en"
    return overall, {type_id: [_language(place) or overall for place in fields] for type_id, fields in texts.items()}


def _language(texts: Iterable[str]) -> str | None:
    """The language most of the writing is in, as far as the script tells; None where nothing is written."""
    counts = dict.fromkeys((name for name, _ in SCRIPTS), 0)
    for text in texts:
        bare = TAG.sub(" ", text)
        for name, script in SCRIPTS:
            counts[name] += len(script.findall(bare))
    if counts["ja"] and counts["ja"] >= KANA_SHARE * (counts["ja"] + counts["zh-Hans"]):
        counts["ja"] += counts["zh-Hans"]
        counts["zh-Hans"] = 0
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] else None


def presets(said: Described, decks: list[Deck], cards: dict[int, int]) -> tuple[list[dict[str, Any]], int]:
    """How each deck on top is to be studied, and how many decks below have options of their own, which give way."""
    trees: dict[str, list[int]] = {}
    for place, deck in enumerate(decks):
        trees.setdefault(deck.path[0], []).append(place)
    found: list[dict[str, Any]] = []
    different = 0
    for inside in trees.values():
        root = decks[inside[0]]
        chosen = (
            root if cards.get(inside[0]) and root.preset else decks[max(inside, key=lambda place: cards.get(place, 0))]
        )
        options = said.options.get(chosen.preset or 0)
        if options is not None:
            different += sum(decks[place].preset not in {chosen.preset, None} for place in inside if cards.get(place))
            found.append(_preset(inside[0], chosen, options) | {"fsrs": said.fsrs})
    return found, different


def _preset(place: int, deck: Deck, options: Options) -> dict[str, Any]:
    """A preset as it is sent: what a deck says itself goes before its options."""
    return {
        "deck": place,
        "new": options.new if deck.new is None else deck.new,
        "reviews": options.reviews if deck.reviews is None else deck.reviews,
        "retention": deck.retention or options.retention,
        "longest": options.longest,
        "parameters": options.parameters,
    }
