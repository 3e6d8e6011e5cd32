"""Reads tables: question, answer and perhaps tags, in CSV, TSV or anything else that separates columns."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from app.errors import N_
from app.importing.anki_text import AnkiHeaders, anki_headers, without_headers
from app.importing.encoding import UNREADABLE, decode
from app.importing.parsed import (
    BadRow,
    DeckHeader,
    ParsedDeck,
    ParsedNote,
    ReadingOptions,
    Source,
    TableLayout,
    TextFormat,
    path_of,
    tag_of,
)
from app.rendering import LONGEST_FIELD, has_cloze, shows_nothing

DELIMITERS = (",", "\t", ";", "|")
SAMPLE_ROWS = 50
LONGEST_GUID = 64
MOST_FAILURES = 100
"""Each may cost a walk to the end of the file."""
COLUMN_NAMES = {
    "question": {"front", "question", "term", "text", "正面", "问题", "題目", "问", "词", "单词"},
    "answer": {"back", "answer", "definition", "meaning", "extra", "背面", "答案", "答", "释义", "解释"},
    "tags": {"tags", "tag", "labels", "标签", "標籤"},
}
HTML_TAGS = ("<br", "<div", "<b>", "<i>", "<span", "<p>", "<img", "&nbsp;")
HAN = range(0x4E00, 0xA000)

csv.field_size_limit(16 * 2**20)


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where things stand in a row of `width` columns."""

    width: int
    question: int
    answer: int | None
    tags: int | None
    guid: int | None = None
    tags_of_all: tuple[str, ...] = ()


def read(source: Source, options: ReadingOptions) -> ParsedDeck:
    """The table as a deck. What the options leave open is found out from the first rows; see `table` of the result."""
    text, encoding = decode(source.read(), options.encoding)
    told = anki_headers(text)
    if told is not None:
        text = without_headers(text, told)
    delimiter = options.delimiter or (told and told.separator) or _find_delimiter(text)
    sample = _sample(text, delimiter)
    named = _named_columns(sample[0]) if sample and told is None else None
    has_header = named is not None if options.has_header is None else options.has_header
    columns = _columns_told(sample, told) if told else (has_header and named) or _plain_columns(sample)
    body = sample[1:] if has_header else sample
    languages = options.languages or (_language(body, columns.question), _language(body, columns.answer))
    said: TextFormat | None = "html" if told is not None and told.html else None
    layout = TableLayout(encoding, delimiter, has_header, options.format or said or _find_format(body), languages)
    header = DeckHeader(path=path_of(options.deck_name or "Deck"), language=languages[0])
    return ParsedDeck(header, _rows(text, layout, columns), layout)


def _rows(text: str, layout: TableLayout, columns: _Columns) -> Iterator[ParsedNote | BadRow]:
    """Row by row. After a row whose quotation marks do not match, reading begins again with the line below it."""
    lines = list(io.StringIO(text, newline=""))
    start, failures = 0, 0
    is_header = layout.has_header
    while start < len(lines):
        reader = csv.reader(islice(lines, start, None), delimiter=layout.delimiter, strict=True)
        first = start
        try:
            for cells in reader:
                line, first = first + 1, start + reader.line_num
                if is_header:
                    is_header = False
                elif any(cell.strip() for cell in cells):
                    yield _row(line, cells, layout, columns)
            return
        except csv.Error:
            failures += 1
            if failures == MOST_FAILURES:
                yield BadRow(
                    first + 1, N_("too many rows with quotation marks that do not match; the rest was not read")
                )
                return
            yield BadRow(first + 1, N_("the quotation marks of this row do not match"))
            start = first + 1


def _row(line: int, cells: list[str], layout: TableLayout, columns: _Columns) -> ParsedNote | BadRow:
    if any(UNREADABLE in cell for cell in cells):
        return BadRow(line, N_("this row is not %(encoding)s"), {"encoding": layout.encoding})
    if len(cells) != columns.width:
        return BadRow(
            line, N_("expected %(width)s columns, found %(found)s"), {"width": columns.width, "found": len(cells)}
        )
    question = cells[columns.question].strip()
    answer = cells[columns.answer].strip() if columns.answer is not None else ""
    if max(len(question), len(answer)) > LONGEST_FIELD:
        return BadRow(line, N_("a text is longer than %(longest)s characters"), {"longest": LONGEST_FIELD})
    hides = has_cloze(question)
    if not question or (layout.format == "html" and shows_nothing(question)):
        return BadRow(line, N_("the question is empty"))
    if not answer and not hides:
        return BadRow(line, N_("the answer is empty"))
    tags = cells[columns.tags].replace(",", " ").split() if columns.tags is not None else []
    return ParsedNote(
        line=line,
        kind="cloze" if hides else "basic",
        fields=(question, answer),
        languages=layout.languages,
        format=layout.format,
        guid=_guid(cells, columns),
        tags=tuple(dict.fromkeys(map(tag_of, [*columns.tags_of_all, *tags]))),
    )


def _guid(cells: list[str], columns: _Columns) -> str | None:
    """The note's identity, if the table gives it one; what is far too long for that is none."""
    guid = cells[columns.guid].strip() if columns.guid is not None else ""
    return guid if 0 < len(guid) <= LONGEST_GUID else None


def _sample(text: str, delimiter: str) -> list[list[str]]:
    """The first rows that are not empty, as far as they can be read."""
    rows: list[list[str]] = []
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if any(cell.strip() for cell in cells):
                rows.append(cells)
            if len(rows) == SAMPLE_ROWS:
                break
    except csv.Error:
        pass
    return rows


def _find_delimiter(text: str) -> str:
    """The delimiter under which the first row is a row of names, or most rows have the same number of columns.

    Where rows hide something and do not agree, they are clozes, one a line, and their commas belong to the sentence.
    """
    best = max(DELIMITERS, key=lambda delimiter: _agreement(_sample(text, delimiter)))
    named, agreeing = _agreement(_sample(text, best))
    lines = [line for line in text.splitlines()[:SAMPLE_ROWS] if len(line) <= LONGEST_FIELD and line.strip()]
    clozes = sum(has_cloze(line) for line in lines)
    if clozes * 2 > len(lines) and agreeing < 1 and not named and "\t" not in text:
        return "\t"
    return best


def _agreement(rows: list[list[str]]) -> tuple[bool, float]:
    """Whether the first row names two columns, and the share of the rows that have the commonest width above one."""
    columns = _named_columns(rows[0]) if rows else None
    widths = Counter(len(row) for row in rows if len(row) > 1)
    agreeing = widths.most_common(1)[0][1] / len(rows) if widths else 0.0
    return columns is not None and columns.width > 1, agreeing


def _named_columns(row: list[str]) -> _Columns | None:
    """The columns by their names, if the row is a row of names."""
    found: dict[str, int] = {}
    for index, cell in enumerate(row):
        for name, words in COLUMN_NAMES.items():
            if cell.strip().casefold() in words:
                found.setdefault(name, index)
    if "question" not in found:
        return None
    return _Columns(len(row), found["question"], found.get("answer"), found.get("tags"))


def _plain_columns(sample: list[list[str]]) -> _Columns:
    """Question, answer, tags, from left to right, in a table as wide as most of its rows."""
    widths = Counter(len(row) for row in sample)
    width = widths.most_common(1)[0][0] if widths else 2
    if width == 1 and not any(has_cloze(row[0]) for row in sample):
        width = 2
    question, answer, tags = range(3)
    return _Columns(width, question, answer if answer < width else None, tags if tags < width else None)


def _columns_told(sample: list[list[str]], told: AnkiHeaders) -> _Columns:
    """Question and answer: the first two columns that the headers give no other meaning."""
    width = _plain_columns(sample).width
    fields = [index for index in range(width) if index not in told.named.values()] or [0]
    inside = {name: index for name, index in told.named.items() if index < width}
    answer = fields[1] if len(fields) > 1 else None
    return _Columns(width, fields[0], answer, inside.get("tags"), inside.get("guid"), told.tags)


def _language(rows: list[list[str]], column: int | None) -> str:
    """Chinese if every third character of the column is, English otherwise; the learner can say better."""
    text = "".join(row[column] for row in rows if column is not None and column < len(row))
    letters = [character for character in text if character.isalpha()]
    han = sum(ord(character) in HAN for character in letters)
    return "zh-Hans" if han and han * 3 >= len(letters) else "en"


def _find_format(rows: list[list[str]]) -> TextFormat:
    cells = [cell.casefold() for row in rows for cell in row]
    return "html" if any(tag in cell for cell in cells for tag in HTML_TAGS) else "markdown"
