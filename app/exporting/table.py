"""Writes tables, comma- or tab-separated, with headers in Anki's style that Anki and Cardlet read."""

import csv
import io
import re
from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.exporting.anki_rows import anki_guid, editions_again
from app.exporting.anki_schema import STOCK
from app.exporting.choosing import Export, types_in
from app.exporting.naming import paths_of
from app.exporting.walking import OutNote, notes_of
from app.models import Card, Note, NoteType
from app.rendering.elsewhere import html_of

SEPARATORS = {"comma": ",", "tab": "\t"}
NEUTRALISED = "#cardlet:formulas neutralised"
"""The line by which a reader knows that the apostrophes are to come off again."""
FORMULA = re.compile(r"'*[=+\-@\t\r]")
META = ("guid", "notetype", "deck", "tags")
ROWS = 200


def write(session: Session, export: Export, separator: str = "comma", *, raw: bool = False) -> Iterator[bytes]:
    """The table in pieces. `raw`: without the apostrophe that keeps a spreadsheet from running a cell."""
    types = types_in(session, export)
    width = max((len(note_type.field_names) for note_type in types.values()), default=2)
    is_html = _has_html(session, export)
    yield _head(separator, width, is_html=is_html, raw=raw).encode()
    paths, twins = paths_of(export.decks), editions_again(export.decks)
    text = io.StringIO()
    table = csv.writer(text, delimiter=SEPARATORS[separator], quoting=csv.QUOTE_ALL, lineterminator="\n")
    for number, note in enumerate(notes_of(session.connection(), export), start=1):
        cells = [anki_guid(note, twins), *_cells(note, types[note.type_id], paths[note.place], is_html)]
        cells += [""] * (len(META) - 1 + width - len(cells))
        cells.append(" ".join(note.tags))
        table.writerow(cells if raw else map(neutralised, cells))
        if number % ROWS == 0:
            yield _taken(text)
    yield _taken(text)


def neutralised(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula. What already has apostrophes gets one more, so that taking one
    away always gives back what was there."""
    return f"'{cell}" if FORMULA.match(cell) else cell


def _head(separator: str, width: int, *, is_html: bool, raw: bool) -> str:
    places = {"guid": 1, "notetype": 2, "deck": 3, "tags": len(META) + width}
    lines = [f"#separator:{separator}", f"#html:{str(is_html).lower()}"]
    lines += [f"#{name} column:{places[name]}" for name in META]
    lines += [] if raw else [NEUTRALISED]
    return "\n".join(lines) + "\n"


def _has_html(session: Session, export: Export) -> bool:
    """Whether a note is written in HTML; then all are. If none is, the Markdown goes out as it was written."""
    html = sa.select(Card.id).join(Note, Note.id == Card.note_id)
    html = html.where(Card.deck_id.in_(export.places), ~Card.retired, Note.format == "html").limit(1)
    return session.execute(html).first() is not None


def _cells(note: OutNote, note_type: NoteType, path: str, is_html: bool) -> list[str]:
    kind = note_type.name if note_type.kind not in STOCK else STOCK[note_type.kind][1]
    fields = [html_of(text, note.format) if is_html else text for text in note.fields]
    return [kind, path, *(field.replace("\r\n", "\n") for field in fields)]


def _taken(text: io.StringIO) -> bytes:
    taken = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return taken
