"""Reads a list of pairs, as Quizlet gives it to copy: a term, its meaning, and any text between them and the next."""

from collections.abc import Iterator

from app.errors import N_, UnreadableFile
from app.importing.encoding import UNREADABLE
from app.importing.markdown_text import TOO_LONG, text_of
from app.importing.parsed import (
    LONGEST_READ,
    BadRow,
    DeckHeader,
    NoteKind,
    ParsedDeck,
    ParsedNote,
    ReadingOptions,
    Source,
    TableLayout,
    path_of,
)
from app.importing.table_layout import language_of
from app.rendering import has_cloze

SAMPLE_ROWS = 50
LONGEST_DELIMITER = 20
TAB, LINE = "\t", "\n"


def looks_like(text: str) -> bool:
    """Whether every line is a pair and a table would stumble over its quotation marks."""
    lines = [line for line in text.split("\n")[:SAMPLE_ROWS] if line.strip()]
    quoted = [cell for line in lines for cell in line.split(TAB) if '"' in cell]
    are_whole = all(len(cell) > 1 and cell.startswith('"') and cell.endswith('"') for cell in quoted)
    return bool(lines and quoted) and not are_whole and all(line.count(TAB) == 1 for line in lines)


def read(source: Source, options: ReadingOptions) -> ParsedDeck:
    """The list, cut first at `options.row_delimiter`, then at the first `options.delimiter` of each row. Raises
    UnreadableFile."""
    text = text_of(source, options)
    between, after = options.delimiter or TAB, options.row_delimiter or LINE
    if between == after or max(len(between), len(after)) > LONGEST_DELIMITER:
        raise UnreadableFile(N_("What separates a term from its meaning cannot separate two pairs as well."))
    sample = [row.partition(between) for row in text[: 2**16].split(after)[:SAMPLE_ROWS]]
    found = language_of("".join(row[0] for row in sample)), language_of("".join(row[2] for row in sample))
    languages = options.languages or found
    shown = tuple((row[0].strip(), row[2].strip()) for row in sample[:10])
    format = options.format or "markdown"
    layout = TableLayout("utf-8", between, False, format, languages, ("question", "answer"), shown)
    header = DeckHeader(path_of(options.deck_name or "Deck"), language=languages[0])
    return ParsedDeck(header, _rows(text, after, layout, options.tags), layout)


def _rows(text: str, after: str, layout: TableLayout, tags: tuple[str, ...]) -> Iterator[ParsedNote | BadRow]:
    line = 1
    for row in text.split(after):
        if row.strip():
            blank = len(row) - len(row.lstrip())
            yield _note(line + row.count("\n", 0, blank), row, layout, tags)
        line += row.count("\n") + after.count("\n")


def _note(line: int, row: str, layout: TableLayout, tags: tuple[str, ...]) -> ParsedNote | BadRow:
    question, _, answer = (part.strip() for part in row.partition(layout.delimiter))
    if UNREADABLE in row:
        return BadRow(line, N_("this row is not %(encoding)s"), {"encoding": layout.encoding})
    if max(len(question), len(answer)) > LONGEST_READ:
        return BadRow(line, TOO_LONG, {"longest": LONGEST_READ})
    hides = has_cloze(question)
    if not question:
        return BadRow(line, N_("the question is empty"))
    if not answer and not hides:
        return BadRow(line, N_("the answer is empty"))
    kind: NoteKind = "cloze" if hides else "basic"
    return ParsedNote(line, kind, (question, answer), layout.languages, format=layout.format, tags=tags)
