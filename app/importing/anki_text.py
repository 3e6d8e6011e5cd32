"""The lines with which Anki begins a text it exports, `#separator:tab` or `#tags column:3`: what they say of the table.

Format: Anki's manual, "Text Files", File Headers.
"""

import re
from dataclasses import dataclass
from itertools import takewhile

SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "space": " ", "pipe": "|", "colon": ":"}
LINE = re.compile(r"#([a-z ]+):(.*)")
KNOWN = {"separator", "html", "tags", "columns", "notetype", "deck", "if matches"}
MOST_LINES = 12
COLUMN = re.compile(r"(tags|guid|notetype|deck) column")


@dataclass(frozen=True, slots=True)
class AnkiHeaders:
    """What was said; None or empty: nothing. `named`: which column (from 0) holds tags, guid, note type or deck."""

    lines: int
    separator: str | None
    html: bool | None
    tags: tuple[str, ...]
    named: dict[str, int]


def anki_headers(text: str) -> AnkiHeaders | None:
    """The headers at the beginning of a text; None if it does not begin with one. A card may begin with `#` itself, so
    the first line has to be one that Anki writes."""
    first = text.splitlines()[:MOST_LINES]
    told = [match.groups() for match in takewhile(bool, map(LINE.fullmatch, first)) if match]
    if not told or not (told[0][0] in KNOWN or COLUMN.fullmatch(told[0][0])):
        return None
    values = {key: value.strip() for key, value in told}
    separator = values.get("separator", "")
    columns = {match[1]: values[key] for key in values if (match := COLUMN.fullmatch(key))}
    return AnkiHeaders(
        lines=len(told),
        separator=SEPARATORS.get(separator.casefold(), separator if len(separator) == 1 else None),
        html=values["html"].casefold() == "true" if "html" in values else None,
        tags=tuple(values.get("tags", "").split()),
        named={name: int(value) - 1 for name, value in columns.items() if value.isdecimal() and int(value) > 0},
    )


def without_headers(text: str, headers: AnkiHeaders) -> str:
    """The text with empty lines in their place, so that every row keeps its number."""
    return "\n" * headers.lines + "".join(text.splitlines(keepends=True)[headers.lines :])
