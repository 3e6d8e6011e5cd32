"""The lines with which Anki begins a text it exports, `#separator:tab` or `#tags column:3`: what they say of the table.

Format: Anki's manual, "Text Files", File Headers.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import takewhile

from app.importing.parsed import Duplicates, NoteKind
from app.importing.text_lines import TextLines

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "space": " ", "pipe": "|", "colon": ":"}
LINE = re.compile(r"#([A-Za-z ]+):(.*)")
KNOWN = {"separator", "html", "tags", "columns", "notetype", "deck", "if matches", "match scope"}
FREE_TEXT = {"separator", "tags", "columns", "notetype", "deck"}
"""Whose values may end with a separator of their own."""
MOST_LINES = 20
COLUMN = re.compile(r"(tags|guid|notetype|deck) column")
OLD_TAGS = re.compile(r"tags:([^,;|\t]*)", re.IGNORECASE)
ON_MATCH: dict[str, Duplicates] = {"update current": "update", "keep current": "skip", "keep both": "keep both"}
KINDS: dict[str, NoteKind] = {
    "basic": "basic",
    "basic (and reversed card)": "reversed",
    "basic (type in the answer)": "typed",
    "cloze": "cloze",
    "问答题": "basic",
    "填空题": "cloze",
}
OPTIONAL_REVERSED = "basic (optional reversed card)"
"""Its third field says whether there is a second card."""


@dataclass(frozen=True, slots=True)
class AnkiHeaders:
    """What was said; None or empty: nothing. `named`: which column (from 0) holds tags, guid, note type or deck;
    `labels`: the names of the columns; `lines`: how many are headers."""

    lines: int
    separator: str | None = None
    html: bool | None = None
    tags: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    note_type: str | None = None
    deck: str | None = None
    on_match: Duplicates | None = None
    named: Mapping[str, int] = field(default_factory=dict)
    begins_with_hash: bool = True


def anki_headers(text: str) -> AnkiHeaders | None:
    """The headers at the beginning of a text; None if it does not begin with one. A card may begin with `#` itself, so
    the first line has to be one that Anki writes."""
    first = text.split("\n", MOST_LINES)[:MOST_LINES]
    begun = [line.rstrip("\r") for line in takewhile(lambda line: line.startswith("#"), first)]
    told = [(match[1].strip().casefold(), match[2]) for match in map(LINE.fullmatch, begun) if match]
    if not begun or not LINE.fullmatch(begun[0]) or not _is_known(told[0][0]):
        old = OLD_TAGS.fullmatch(first[0].rstrip("\r")) if first else None
        return AnkiHeaders(lines=1, tags=tuple(old[1].split()), begins_with_hash=False) if old else None
    return _from_values(dict(told), len(begun), _separators_before_columns(told))


def _is_known(key: str) -> bool:
    return key in KNOWN or bool(COLUMN.fullmatch(key))


def _separators_before_columns(told: list[tuple[str, str]]) -> str:
    """What separates the labels: the last separator said before them."""
    found = ""
    for key, value in told:
        if key == "columns":
            break
        if key == "separator":
            found = _separator(value) or ""
    return found


def _from_values(raw: dict[str, str], lines: int, before_columns: str) -> AnkiHeaders:
    values = {key: value.strip() if key in FREE_TEXT else value.strip().rstrip(",;\t| ") for key, value in raw.items()}
    columns = {match[1]: values[key] for key in values if (match := COLUMN.fullmatch(key))}
    labels = raw.get("columns", "").strip(" \r").split(before_columns) if before_columns else []
    return AnkiHeaders(
        lines=lines,
        separator=_separator(raw.get("separator", "")),
        html={"true": True, "false": False}.get(values.get("html", "").casefold()),
        tags=tuple(values.get("tags", "").split()),
        labels=tuple(label.strip() for label in labels),
        note_type=values.get("notetype") or None,
        deck=values.get("deck") or None,
        on_match=ON_MATCH.get(values.get("if matches", "").casefold()),
        # Ten digits: nobody has so many columns, and int() refuses thousands.
        named={
            name: int(text) - 1 for name, text in columns.items() if re.fullmatch(r"[0-9]{1,9}", text) and int(text)
        },
    )


def _separator(value: str) -> str | None:
    """A separator by its name or as it is; spreadsheets write separators of their own behind it."""
    name = value.strip().rstrip(",;\t|").casefold() if len(value.strip()) > 1 else value.strip()
    if value and not name:
        return value[0]
    return SEPARATORS.get(name, name if len(name) == 1 and name not in {'"', "\r"} else None)


def kind_of(note_type: str) -> NoteKind | None:
    """The kind a note type of Anki's is here; None for one that somebody has made."""
    name = note_type.casefold()
    return "basic" if name == OPTIONAL_REVERSED else KINDS.get(name)


def without_comments(lines: TextLines, headers: AnkiHeaders) -> Iterator[str]:
    """The lines from `done` on with empty ones in the place of headers and comments, so that every row keeps its
    number. A line inside quotation marks is no comment: at the beginning of a row all lines before it are done."""
    for number, line in enumerate(lines.go_on(), lines.done):
        is_comment = headers.begins_with_hash and number == lines.done and line.startswith("#")
        yield "\n" if is_comment or number < headers.lines else line
