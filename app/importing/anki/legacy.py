"""Note types, decks and options as the older collections have them: JSON in the one row of `col` (schema 11)."""

import json
import re
import sqlite3
from typing import Any

from app.errors import N_, UnreadableFile
from app.importing.anki.described import Deck, Described, Options, Type, plain, share, whole

LONGEST_NAME = 1_000
LANGUAGE = re.compile(r"[A-Za-z0-9-]{2,35}")
BROKEN = {
    "models": N_("the collection's note types are damaged"),
    "decks": N_("the collection's decks are damaged"),
    "dconf": N_("the collection's options are damaged"),
    "conf": N_("the collection's settings are damaged"),
}


def describe_legacy(database: sqlite3.Connection, said: Described) -> None:
    """Fills in what the collection says. Raises UnreadableFile."""
    models, decks, presets, conf = database.execute("SELECT models, decks, dconf, conf FROM col").fetchone()
    for each in _objects(models, "models"):
        kind = _type(each)
        said.types[kind.id] = kind
    for each in _objects(decks, "decks"):
        deck = _deck(each)
        said.decks[deck.id] = deck
    for each in _objects(presets, "dconf"):
        options = _options(each)
        said.options[options.id] = options
    settings = _object(conf, "conf")
    take_settings(settings, said)


def take_settings(settings: dict[str, Any], said: Described) -> None:
    """The collection's settings, which are JSON in both generations."""
    fsrs = settings.get("fsrs")
    said.fsrs = fsrs if isinstance(fsrs, bool) else None
    west = settings.get("creationOffset")
    said.west = whole(west) if isinstance(west, int) and -24 * 60 < west < 24 * 60 else None


def _type(each: dict[str, Any]) -> Type:
    fields = _in_order(each.get("flds"), "models")
    templates = _in_order(each.get("tmpls"), "models")
    return Type(
        id=whole(each.get("id")),
        name=plain(each.get("name")),
        fields=[plain(field.get("name")) for field in fields],
        templates=[(plain(t.get("name")), plain(t.get("qfmt")), plain(t.get("afmt"))) for t in templates],
        css=plain(each.get("css")),
        is_cloze=each.get("type") == 1,
    )


def _deck(each: dict[str, Any]) -> Deck:
    own = {name: each.get(key) for name, key in (("new", "newLimit"), ("reviews", "reviewLimit"))}
    return Deck(
        id=whole(each.get("id")),
        path=path_at(plain(each.get("name")), "::"),
        description=plain(each.get("desc")),
        preset=None if each.get("dyn") else whole(each.get("conf"), 1),
        retention=share(each.get("desiredRetention")),
        language=_language(each.get("cardlet")),
        **{name: None if value is None else whole(value) for name, value in own.items()},
    )


def _language(ours: object) -> str:
    said = ours.get("language") if isinstance(ours, dict) else None
    return said if isinstance(said, str) and LANGUAGE.fullmatch(said) else ""


def _options(each: dict[str, Any]) -> Options:
    new, reviews = (part if isinstance(part := each.get(key), dict) else {} for key in ("new", "rev"))
    return Options(
        id=whole(each.get("id")),
        new=whole(new.get("perDay"), 20),
        reviews=whole(reviews.get("perDay"), 200),
        retention=share(each.get("desiredRetention")) or 0.9,
        longest=whole(reviews.get("maxIvl"), 36_500),
        parameters=_parameters(each),
    )


def _parameters(each: dict[str, Any]) -> list[float]:
    for key in ("fsrsParams6", "fsrsParams5", "fsrsWeights"):
        values = each.get(key)
        if isinstance(values, list) and values and all(isinstance(value, int | float) for value in values):
            return [float(value) for value in values[:50]]
    return []


def path_at(name: str, separator: str) -> tuple[str, ...]:
    """A deck's path: no part of it is empty. Raises UnreadableFile for a name that nobody gives."""
    if len(name) > LONGEST_NAME:
        raise UnreadableFile(N_("a deck's name has at most %(longest)s characters"), longest=LONGEST_NAME)
    return tuple(part.strip() or "_" for part in name.split(separator)) if name.strip() else ("Default",)


def _object(text: object, part: str) -> dict[str, Any]:
    try:
        found = json.loads(text) if isinstance(text, str | bytes) else None
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(BROKEN[part]) from error
    if not isinstance(found, dict):
        raise UnreadableFile(BROKEN[part])
    return found


def _objects(text: object, part: str) -> list[dict[str, Any]]:
    found = list(_object(text, part).values())
    if not all(isinstance(each, dict) for each in found):
        raise UnreadableFile(BROKEN[part])
    return found


def _in_order(found: object, part: str) -> list[dict[str, Any]]:
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise UnreadableFile(BROKEN[part])
    return sorted(found, key=lambda each: whole(each.get("ord")))
