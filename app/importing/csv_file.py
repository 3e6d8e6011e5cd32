"""Reads tables: question, answer and perhaps tags, in CSV, TSV or anything else that separates columns."""

import csv
from collections.abc import Iterator
from pathlib import PurePath

from app.errors import N_
from app.importing.anki_text import OPTIONAL_REVERSED, AnkiHeaders, anki_headers, kind_of, without_comments
from app.importing.encoding import UNREADABLE
from app.importing.formulas import is_marked, without_prefix
from app.importing.originals import GUESSED, OURS, whole_guid
from app.importing.parsed import (
    LONGEST_READ,
    BadRow,
    DeckHeader,
    NoteKind,
    ParsedDeck,
    ParsedNote,
    ReadingOptions,
    Remark,
    Source,
    TableLayout,
    path_of,
    tag_of,
)
from app.importing.table_layout import Columns, layout_of
from app.importing.text_lines import TextLines, open_lines
from app.rendering import has_cloze
from app.rendering.text import shows_nothing

LONGEST_GUID, LONGEST_OWN_GUID = 64, 400
LONGEST_CELL = 2**20
MOST_FAILURES = 100
"""Each may cost a walk through the longest cell."""
MOST_DECKS = 1_000
MOST_REMARKS = 20
TOO_LONG = N_("a text is longer than %(longest)s characters")

csv.field_size_limit(LONGEST_CELL)


def read(source: Source, options: ReadingOptions) -> ParsedDeck:
    """The table as a deck, read piece by piece. What the options leave open is found out from the first rows; see
    `table` of the result. Raises UnreadableFile."""
    lines = open_lines(source, options.encoding)
    try:
        told = anki_headers(lines.sample)
        layout, columns, body = layout_of(lines.sample, lines.encoding, options, told)
        name = _deck_name(source, options, told)
        path = path_of(name or options.deck_name or PurePath(source.name).stem or "Deck")
        if name is None and columns.deck is not None and body:
            path = _path_in(body[0], columns.deck) or path
        header = DeckHeader(path, language=layout.languages[0])
        chosen = options.languages is not None
        below = name is not None
        reading = _Table(*(lines, layout, columns, told, header, options.tags), is_below=below, languages_chosen=chosen)
    except BaseException:
        lines.close()
        raise
    deck = ParsedDeck(
        header,
        reading.rows(),
        layout,
        decks=reading.decks,
        whole_guids=columns.guid is not None,
        on_match=told.on_match if told else None,
        remarks=reading.remarks,
    )
    deck.closing.callback(lines.close)
    return deck


def _deck_name(source: Source, options: ReadingOptions, told: AnkiHeaders | None) -> str | None:
    """What the learner calls the deck, or the file itself. A file's own name is nobody's word."""
    given = options.given_name(PurePath(source.name).stem)
    if given:
        return given
    return told.deck if told and told.deck and not told.deck.isdecimal() else None


def _path_in(cells: list[str], column: int) -> tuple[str, ...]:
    name = cells[column].strip() if column < len(cells) else ""
    return path_of(name) if name.strip(": ") else ()


class _Table:
    """A table on its way to notes."""

    def __init__(
        self,
        lines: TextLines,
        layout: TableLayout,
        columns: Columns,
        told: AnkiHeaders | None,
        header: DeckHeader,
        tags: tuple[str, ...],
        *,
        is_below: bool,
        languages_chosen: bool,
    ) -> None:
        self.lines, self.layout, self.columns, self.told = lines, layout, columns, told
        self.tags_of_all = tuple(dict.fromkeys(map(tag_of, (*(told.tags if told else ()), *tags))))
        self.is_html = layout.format == "html"
        self.decks: list[DeckHeader] = [header] if columns.deck is not None else []
        self.remarks: list[Remark] = []
        self._header, self._above = header, header.path if is_below else ()
        self._deck_places: dict[str, int] = {"": 0}
        self._strange_types: set[str] = set()
        self._unsaid = GUESSED[1:] if languages_chosen else GUESSED

    def rows(self) -> Iterator[ParsedNote | BadRow]:
        """Row by row. After a row whose quotation marks do not match, reading begins again with the line below it."""
        failures, is_header = 0, self.layout.has_header
        lines, make = self.lines, self._row_as_written if is_marked(self.lines.sample) else self._row
        while True:
            start = lines.done
            given = without_comments(lines, self.told) if self.told else lines.go_on()
            reader = csv.reader(given, delimiter=self.layout.delimiter, strict=True)
            try:
                for cells in reader:
                    line = lines.done + 1
                    lines.done = start + reader.line_num
                    if not cells or not (cells[0] or any(map(str.strip, cells))):
                        continue
                    if is_header:
                        is_header = False
                        continue
                    yield make(line, cells)
                return
            except csv.Error as error:
                failures += 1
                yield self._broken(error, failures)
                if failures == MOST_FAILURES:
                    return
                lines.done += 1

    def _broken(self, error: csv.Error, failures: int) -> BadRow:
        line = self.lines.done + 1
        if failures == MOST_FAILURES:
            return BadRow(line, N_("too many rows with quotation marks that do not match; the rest was not read"))
        if "field larger" in str(error) and len(next(self.lines.go_on(), "")) > LONGEST_CELL:
            return BadRow(line, TOO_LONG, {"longest": LONGEST_READ})
        return BadRow(line, N_("the quotation marks of this row do not match"))

    def _row_as_written(self, line: int, cells: list[str]) -> ParsedNote | BadRow:
        return self._row(line, [without_prefix(cell) for cell in cells])

    def _row(self, line: int, cells: list[str]) -> ParsedNote | BadRow:
        columns = self.columns
        if self.lines.damaged and any(UNREADABLE in cell for cell in cells):
            return BadRow(line, N_("this row is not %(encoding)s"), {"encoding": self.layout.encoding})
        if len(cells) != columns.width:
            if self.told is None:
                places: dict[str, object] = {"width": columns.width, "found": len(cells)}
                return BadRow(line, N_("expected %(width)s columns, found %(found)s"), places)
            cells += [""] * (columns.width - len(cells))
        question = cells[columns.question].strip()
        answer = cells[columns.answer].strip() if columns.answer is not None else ""
        kind: NoteKind = "cloze" if "{{c" in question and has_cloze(question) else "basic"
        fault = self._fault(line, question, answer, kind)
        if fault is not None:
            return fault
        note = ParsedNote(line, kind, (question, answer), self.layout.languages, format=self.layout.format)
        note.tags = self.tags_of_all if columns.tags is None else self._tags(cells[columns.tags])
        if columns.deck is not None:
            note.deck = self._deck(cells[columns.deck])
        if columns.type is not None or (self.told is not None and self.told.note_type):
            note.kind = self._kind(cells, kind)
        if columns.guid is not None:
            self._identify(note, cells)
        return note

    def _identify(self, note: ParsedNote, cells: list[str]) -> None:
        """Gives the note its identity. Where it is here, it keeps what the table cannot say: a type that somebody has
        made, too."""
        columns = self.columns
        note.guid, note.unsaid = _guid(cells[columns.guid or 0]), self._unsaid
        if columns.type is not None and cells[columns.type].strip() in self._strange_types:
            note.unsaid = (*self._unsaid, "note_type_id")

    def _fault(self, line: int, question: str, answer: str, kind: NoteKind) -> BadRow | None:
        if len(question) > LONGEST_READ or len(answer) > LONGEST_READ:
            return BadRow(line, TOO_LONG, {"longest": LONGEST_READ})
        # What begins with a letter shows it, and asking the sanitiser takes ten times as long as all the rest.
        if not question or (self.is_html and question[0] in "<&" and shows_nothing(question)):
            return BadRow(line, N_("the question is empty"))
        if not answer and kind != "cloze":
            return BadRow(line, N_("the answer is empty"))
        return None

    def _tags(self, cell: str) -> tuple[str, ...]:
        if not cell:
            return self.tags_of_all
        return tuple(dict.fromkeys((*self.tags_of_all, *cell.replace(",", " ").split())))

    def _deck(self, name: str) -> int:
        """The place of a deck by its name; a new one joins the others before its first note does."""
        name = name.strip()
        if name not in self._deck_places and len(self._deck_places) < MOST_DECKS:
            path = (*self._above, *path_of(name))
            same = next((index for index, deck in enumerate(self.decks) if deck.path == path), None)
            if same is None and name.strip(": "):
                self.decks.append(DeckHeader(path, language=self._header.language))
                same = len(self.decks) - 1
            self._deck_places[name] = same or 0
        return self._deck_places.get(name, 0)

    def _kind(self, cells: list[str], by_content: NoteKind) -> NoteKind:
        """By the note's type, if it is one that both sides know and the note is what its name says."""
        columns, told = self.columns, self.told
        name = (cells[columns.type].strip() if columns.type is not None else "") or (told and told.note_type) or ""
        if name.casefold() == OPTIONAL_REVERSED and columns.third is not None and cells[columns.third].strip():
            return "reversed"
        kind = kind_of(name) if name else by_content
        if kind is None:
            if name not in self._strange_types and len(self._strange_types) < MOST_REMARKS:
                self._strange_types.add(name)
                words = N_("Notes of the type “%(name)s” became cards with a question and an answer, or with gaps.")
                self.remarks.append(Remark(words, {"name": name[:100]}))
            return by_content
        # A gap shows in no other kind, and without one there is no cloze.
        return by_content if "cloze" in {kind, by_content} else kind


def _guid(cell: str) -> str | None:
    """The note's identity, if the table gives it one; what is far too long for that is none."""
    guid = cell.strip()
    longest = LONGEST_OWN_GUID if guid.startswith(OURS) else LONGEST_GUID
    return whole_guid(guid) if 0 < len(guid) <= longest else None
