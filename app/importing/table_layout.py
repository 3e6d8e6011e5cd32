"""What a table looks like: what separates its columns, what stands in each, and in which language."""

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.errors import N_, UnreadableFile
from app.importing.anki_text import AnkiHeaders, without_comments
from app.importing.formulas import is_marked
from app.importing.parsed import DELIMITERS, ReadingOptions, Role, TableLayout, TextFormat
from app.importing.text_lines import TextLines
from app.rendering import has_cloze

SAMPLE_ROWS = 50
SHOWN_ROWS = 10
MOST_COLUMNS = 1_000
LONGEST_SAMPLE_LINE = 2**16
COLUMN_NAMES: Mapping[Role, set[str]] = {
    "question": {"front", "question", "term", "text", "正面", "问题", "題目", "问", "词", "单词"},
    "answer": {"back", "answer", "definition", "meaning", "extra", "back extra", "背面", "答案", "答", "释义", "解释"},
    "tags": {"tags", "tag", "labels", "标签", "標籤"},
    "deck": {"deck", "牌组", "牌組"},
}
HTML_TAGS = ("<br", "<div", "<b>", "<i>", "<span", "<p>", "<img", "&nbsp;")
HAN = range(0x4E00, 0xA000)
SAID_BY_ANKI: Mapping[str, Role] = {"tags": "tags", "guid": "guid", "deck": "deck", "notetype": "type"}


@dataclass(frozen=True, slots=True)
class Columns:
    """Where things stand in a row of `width` columns. `third`: the field after question and answer, where a note type
    has one."""

    width: int
    question: int
    answer: int | None = None
    tags: int | None = None
    deck: int | None = None
    guid: int | None = None
    type: int | None = None
    third: int | None = None

    @property
    def roles(self) -> tuple[Role, ...]:
        places: dict[int | None, Role] = {
            self.type: "type",
            self.guid: "guid",
            self.deck: "deck",
            self.tags: "tags",
            self.answer: "answer",
            self.question: "question",
        }
        return tuple(places.get(index, "left out") for index in range(self.width))


def layout_of(
    sample: str, encoding: str, options: ReadingOptions, told: AnkiHeaders | None
) -> tuple[TableLayout, Columns, list[list[str]]]:
    """How a table is read, where its columns are, and its first rows. Raises UnreadableFile for a delimiter that cannot
    be one, or columns without a question."""
    delimiter = options.delimiter or (told and told.separator) or _find_delimiter(sample, told)
    if len(delimiter) != 1 or delimiter in '"\r\n\x00':
        raise UnreadableFile(N_("Columns are separated by one character, which is no quotation mark."))
    rows = _rows(sample, delimiter, told)
    named = _named_columns(rows[0]) if rows and told is None else None
    has_header = named is not None if options.has_header is None else options.has_header
    columns = _columns_given(rows, options.columns) if options.columns else None
    columns = columns or (_columns_told(rows, told) if told else (has_header and named) or _plain_columns(rows))
    body = rows[1:] if has_header else rows
    languages = options.languages or (_language(body, columns.question), _language(body, columns.answer))
    said: TextFormat | None = "html" if told is not None and told.html else None
    if said is None and is_marked(sample):
        said = "markdown"
    format = options.format or said or _find_format(body)
    shown = tuple(tuple(row[:MOST_COLUMNS]) for row in rows[:SHOWN_ROWS])
    return TableLayout(encoding, delimiter, has_header, format, languages, columns.roles, shown), columns, body


def _rows(text: str, delimiter: str, told: AnkiHeaders | None = None) -> list[list[str]]:
    """The first rows that are not empty, as far as they can be read."""
    lines = TextLines(io.BytesIO(text.encode()), "", "utf-8")
    rows: list[list[str]] = []
    reader = csv.reader(without_comments(lines, told) if told else lines.go_on(), delimiter=delimiter)
    try:
        for cells in reader:
            lines.done = reader.line_num
            if any(cell.strip() for cell in cells):
                rows.append(cells[:MOST_COLUMNS])
            if len(rows) == SAMPLE_ROWS:
                break
    except csv.Error:
        pass
    return rows


def _find_delimiter(text: str, told: AnkiHeaders | None) -> str:
    """The delimiter under which the first row is a row of names, or most rows have the same number of columns.

    Where rows hide something and do not agree, they are clozes, one a line, and their commas belong to the sentence.
    """
    best = max(DELIMITERS, key=lambda delimiter: _agreement(_rows(text, delimiter, told)))
    named, agreeing = _agreement(_rows(text, best, told))
    lines = [line for line in text.splitlines()[:SAMPLE_ROWS] if len(line) <= LONGEST_SAMPLE_LINE and line.strip()]
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


def _named_columns(row: Sequence[str]) -> Columns | None:
    """The columns by their names, if the row is a row of names."""
    found: dict[str, int] = {}
    for index, cell in enumerate(row):
        for name, words in COLUMN_NAMES.items():
            if cell.strip().casefold() in words:
                found.setdefault(name, index)
    return Columns(len(row), **found) if "question" in found else None


def _plain_columns(rows: list[list[str]]) -> Columns:
    """Question, answer, tags, from left to right, in a table as wide as most of its rows."""
    widths = Counter(len(row) for row in rows)
    width = widths.most_common(1)[0][0] if widths else 2
    if width == 1 and not any(has_cloze(row[0]) for row in rows):
        width = 2
    question, answer, tags = range(3)
    return Columns(width, question, answer if answer < width else None, tags if tags < width else None)


def _columns_given(rows: list[list[str]], roles: Sequence[Role]) -> Columns:
    """The first column of each role."""
    if "question" not in roles:
        raise UnreadableFile(N_("Say which column holds the question."))
    places = {role: index for index, role in reversed([*enumerate(roles)]) if role != "left out"}
    return Columns(max(_plain_columns(rows).width, len(roles)), **places)


def _columns_told(rows: list[list[str]], told: AnkiHeaders) -> Columns:
    """Question and answer: the first two columns that the headers give no other meaning, or that they name so. Without
    a column for tags, the third is one, unless the note type has a third field."""
    width = max(_plain_columns(rows).width, len(told.labels))
    inside = {SAID_BY_ANKI[name]: index for name, index in told.named.items() if index < width}
    by_name = _named_columns(told.labels) if told.labels else None
    left = [index for index in range(width) if index not in told.named.values()] or [0]
    question = by_name.question if by_name and by_name.question in left else left[0]
    after = [index for index in left if index > question]
    answer = by_name.answer if by_name and by_name.answer in left else next(iter(after), None)
    third = next((index for index in after if index != answer), None)
    if "tags" not in inside and third is not None and "type" not in inside and not told.note_type:
        inside["tags"], third = third, None
    return Columns(width, question, answer, third=third, **inside)


def language_of(text: str) -> str:
    """Chinese if every third letter is, English otherwise; the learner can say better."""
    letters = [character for character in text[:LONGEST_SAMPLE_LINE] if character.isalpha()]
    han = sum(ord(character) in HAN for character in letters)
    return "zh-Hans" if han and han * 3 >= len(letters) else "en"


def _language(rows: list[list[str]], column: int | None) -> str:
    return language_of("".join(row[column] for row in rows if column is not None and column < len(row)))


def _find_format(rows: list[list[str]]) -> TextFormat:
    cells = [cell.casefold() for row in rows for cell in row]
    return "html" if any(tag in cell for cell in cells for tag in HTML_TAGS) else "markdown"
