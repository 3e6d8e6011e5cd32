"""What an Anki collection of schema 11 is made of, as JSON in its one row of `col`."""

import zlib
from collections.abc import Iterator, Sequence
from typing import Any

from app.models import NoteType
from app.rendering import Shape, is_cloze

SCHEMA = """
CREATE TABLE col (id integer PRIMARY KEY, crt integer NOT NULL, mod integer NOT NULL, scm integer NOT NULL,
 ver integer NOT NULL, dty integer NOT NULL, usn integer NOT NULL, ls integer NOT NULL, conf text NOT NULL,
 models text NOT NULL, decks text NOT NULL, dconf text NOT NULL, tags text NOT NULL);
CREATE TABLE notes (id integer PRIMARY KEY, guid text NOT NULL, mid integer NOT NULL, mod integer NOT NULL,
 usn integer NOT NULL, tags text NOT NULL, flds text NOT NULL, sfld integer NOT NULL, csum integer NOT NULL,
 flags integer NOT NULL, data text NOT NULL);
CREATE TABLE cards (id integer PRIMARY KEY, nid integer NOT NULL, did integer NOT NULL, ord integer NOT NULL,
 mod integer NOT NULL, usn integer NOT NULL, type integer NOT NULL, queue integer NOT NULL, due integer NOT NULL,
 ivl integer NOT NULL, factor integer NOT NULL, reps integer NOT NULL, lapses integer NOT NULL, left integer NOT NULL,
 odue integer NOT NULL, odid integer NOT NULL, flags integer NOT NULL, data text NOT NULL);
CREATE TABLE revlog (id integer PRIMARY KEY, cid integer NOT NULL, usn integer NOT NULL, ease integer NOT NULL,
 ivl integer NOT NULL, lastIvl integer NOT NULL, factor integer NOT NULL, time integer NOT NULL, type integer NOT NULL);
CREATE TABLE graves (usn integer NOT NULL, oid integer NOT NULL, type integer NOT NULL);
"""
INDEXES = """
CREATE INDEX ix_cards_nid ON cards (nid);
CREATE INDEX ix_revlog_cid ON revlog (cid);
"""
FIRST_ID = 1_600_000_000_000
"""Anki's ids are moments; what has none of its own gets one behind this, the same in every export."""
DEFAULT_DECK = 1
STYLE = """.card {
  font-family: arial;
  font-size: 20px;
  line-height: 1.5;
  text-align: center;
  color: black;
  background-color: white;
}
"""
CLOZE_STYLE = STYLE + ".cloze {\n  font-weight: bold;\n  color: blue;\n}\n.nightMode .cloze {\n  color: lightblue;\n}\n"
ANSWER = "{{FrontSide}}\n\n<hr id=answer>\n\n"
STOCK: dict[str, tuple[int, str, tuple[str, ...], tuple[tuple[str, str, str], ...]]] = {
    "basic": (1, "Basic", ("Front", "Back"), (("Card 1", "{{Front}}", ANSWER + "{{Back}}"),)),
    "reversed": (
        2,
        "Basic (and reversed card)",
        ("Front", "Back"),
        (("Card 1", "{{Front}}", ANSWER + "{{Back}}"), ("Card 2", "{{Back}}", ANSWER + "{{Front}}")),
    ),
    "typed": (
        4,
        "Basic (type in the answer)",
        ("Front", "Back"),
        (("Card 1", "{{Front}}\n\n{{type:Back}}", "{{Front}}\n\n<hr id=answer>\n\n{{type:Back}}"),),
    ),
    "cloze": (
        5,
        "Cloze",
        ("Text", "Back Extra"),
        (("Cloze", "{{cloze:Text}}", "{{cloze:Text}}<br>\n{{Back Extra}}"),),
    ),
}
"""Anki's own note types by our kinds: which they are, their names, fields and cards."""


def model_id(note_type: NoteType) -> int:
    return FIRST_ID + (STOCK[note_type.kind][0] if note_type.kind in STOCK else 1000 + note_type.id)


def makes_clozes(note_type: NoteType) -> bool:
    """Whether its cards are numbered by clozes, which Anki counts from 0."""
    shape: Shape | None = note_type.shape
    return note_type.kind == "cloze" if shape is None else is_cloze(shape)


def model(note_type: NoteType, mod: int) -> dict[str, Any]:
    """A note type; an author's own with its templates and style as they are."""
    shape = note_type.shape
    if shape is None:
        return stock_model(note_type.kind, mod)
    cards = tuple((card.name, card.front, card.back) for card in shape.templates)
    return _model(model_id(note_type), note_type.name, is_cloze(shape), shape.field_names, cards, shape.css, mod)


def stock_model(kind: str, mod: int) -> dict[str, Any]:
    """One of Anki's own."""
    number, name, fields, cards = STOCK[kind]
    css = CLOZE_STYLE if kind == "cloze" else STYLE
    made = _model(FIRST_ID + number, name, kind == "cloze", fields, cards, css, mod)
    return {**made, "originalStockKind": number}


Cards = Sequence[tuple[str, str, str]]


def _model(
    model_id: int, name: str, clozes: bool, fields: Sequence[str], cards: Cards, css: str, mod: int
) -> dict[str, Any]:
    return {
        "id": model_id,
        "name": name,
        "type": int(clozes),
        "mod": mod,
        "usn": 0,
        "sortf": 0,
        "did": None,
        "tmpls": list(_templates(cards)),
        "flds": list(_fields(fields)),
        "css": css,
        "latexPre": "\\documentclass[12pt]{article}\n\\usepackage[utf8]{inputenc}\n\\pagestyle{empty}\n"
        "\\setlength{\\parindent}{0in}\n\\begin{document}\n",
        "latexPost": "\\end{document}",
        "latexsvg": False,
        "req": [[number, "any", [0]] for number in range(len(cards))],
    }


def _templates(cards: Cards) -> Iterator[dict[str, Any]]:
    rest = {"bqfmt": "", "bafmt": "", "did": None, "bfont": "", "bsize": 0}
    for number, (name, front, back) in enumerate(cards):
        yield {"name": name, "ord": number, "qfmt": front, "afmt": back, **rest}


def _fields(names: Sequence[str]) -> Iterator[dict[str, Any]]:
    for number, name in enumerate(names):
        yield {"name": name, "ord": number, "sticky": False, "rtl": False, "font": "Arial", "size": 20, "media": []}


def deck(deck_id: int, name: str, description: str, conf: int, mod: int) -> dict[str, Any]:
    nothing_today = {key: [0, 0] for key in ("newToday", "revToday", "lrnToday", "timeToday")}
    return {
        "id": deck_id,
        "name": name,
        "desc": description,
        "conf": conf,
        "mod": mod,
        "usn": -1,
        "dyn": 0,
        "collapsed": True,
        "browserCollapsed": True,
        "extendNew": 0,
        "extendRev": 0,
        **nothing_today,
    }


def preset(preset_id: int, name: str, mod: int, **told: Any) -> dict[str, Any]:
    """A deck's options: Anki's own but for what is told: new and reviews a day, the longest interval, and FSRS's."""
    return {
        "id": preset_id,
        "name": name,
        "mod": mod,
        "usn": -1,
        "maxTaken": 60,
        "autoplay": True,
        "timer": 0,
        "replayq": True,
        "dyn": False,
        "new": {"bury": False, "delays": [1.0, 10.0], "initialFactor": 2500, "ints": [1, 4, 0], "order": 1}
        | {"perDay": told.get("new_per_day", 20)},
        "rev": {"bury": False, "ease4": 1.3, "ivlFct": 1.0, "hardFactor": 1.2}
        | {"maxIvl": told.get("maximum_interval", 36_500), "perDay": told.get("reviews_per_day", 200)},
        "lapse": {"delays": [10.0], "leechAction": 1, "leechFails": 8, "minInt": 1, "mult": 0.0},
        "fsrsWeights": [],
        "fsrsParams5": [],
        "fsrsParams6": list(told.get("parameters", ())),
        "desiredRetention": told.get("retention", 0.9),
    }


def configuration(*, fsrs: bool, offset: int, rollover: int, next_position: int) -> dict[str, Any]:
    """The collection's own settings. `offset`: minutes west of Greenwich on the day it begins; `rollover`: the hour at
    which a day does."""
    return {
        "activeDecks": [DEFAULT_DECK],
        "curDeck": DEFAULT_DECK,
        "newSpread": 0,
        "collapseTime": 1200,
        "timeLim": 0,
        "estTimes": True,
        "dueCounts": True,
        "curModel": None,
        "nextPos": next_position,
        "sortType": "noteFld",
        "sortBackwards": False,
        "addToCur": True,
        "dayLearnFirst": False,
        "schedVer": 2,
        "sched2021": True,
        "creationOffset": offset,
        "rollover": rollover,
        "fsrs": fsrs,
    }


def checksum(field: str) -> int:
    """A number for finding notes with the same first field. Anki works it out again when it imports."""
    return zlib.crc32(field.encode(errors="surrogatepass"))
