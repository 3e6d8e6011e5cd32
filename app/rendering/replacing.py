"""Other words in the place of some, in a text as its author wrote it, and never inside its markup."""

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property
from html import escape

# Tags and entities of HTML, the signs of a gap, of a sound and of a template, and where a link or a picture leads to.
# Each ends before it could begin again: no text takes longer than its length.
MARKUP = re.compile(
    r"</?[A-Za-z][^<>]*>|&(?:#\w{1,8}|[A-Za-z]\w{1,31});|\{\{(?:c[\d,]{1,40}::)?|\}\}|\[sound:[^\[\]\n]*\]"
    r"|\]\([^()\n]*\)|^ {0,3}\[[^\[\]\n]+\]:[^\n]*|https?://[^\s<>()\"']+",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Replacement:
    """Plain words, and what comes in their place. `exact`: capitals matter."""

    find: str
    by: str
    exact: bool = True

    def made_in(self, text: str, format: str) -> str:
        """The text with the other words."""
        by, parts, end = _as_written(self.by, format), [], 0
        for start, stop in self._places(text, format):
            parts += [text[end:start], by]
            end = stop
        return "".join([*parts, text[end:]])

    def places_in(self, text: str, format: str) -> int:
        """In how many places it is made."""
        return len(self._places(text, format))

    def is_in(self, text: str, format: str) -> bool:
        """Whether the words stand there at all, be it in markup."""
        return self._patterns[format == "html"].search(text) is not None

    @cached_property
    def _patterns(self) -> tuple[re.Pattern[str], re.Pattern[str]]:
        flags = re.NOFLAG if self.exact else re.IGNORECASE
        plain, html = (re.escape(_as_written(self.find, format)) for format in ("markdown", "html"))
        return re.compile(plain, flags), re.compile(html, flags)

    def _places(self, text: str, format: str) -> list[tuple[int, int]]:
        """Where the words stand, but for what lies in markup, or begins or ends in the middle of some."""
        found = [match.span() for match in self._patterns[format == "html"].finditer(text)]
        if not found:
            return []
        markup = [match.span() for match in MARKUP.finditer(text)]
        begins, ends = [begin for begin, _ in markup], [end for _, end in markup]

        def is_free(start: int, stop: int) -> bool:
            meeting = markup[bisect_right(ends, start) : bisect_left(begins, stop)]
            return all(start <= begin and end <= stop for begin, end in meeting)

        return [(start, stop) for start, stop in found if is_free(start, stop)]


def _as_written(words: str, format: str) -> str:
    """In HTML some signs are written otherwise than they are read."""
    return escape(words, quote=False) if format == "html" else words
