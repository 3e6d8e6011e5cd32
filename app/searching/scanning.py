"""A query's text cut into pieces: parentheses, `or`, `-`, and terms with what was quoted in them."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.errors import N_, Refused

OPENS, CLOSES = "(（", ")）"
QUOTES, COLONS, MINUSES = '"“”', ":：", "-－"
"""Full-width ones too: they are what a Chinese keyboard writes."""
NOTHING_BEHIND = N_("Something has to stand behind this minus.")
UNCLOSED = N_("This quotation mark is not closed: %(word)s")


class Misread(Refused):
    """A query that cannot be read; what is wrong stands at `start` and goes to `end`."""

    def __init__(self, message: str, start: int, end: int, **places: object) -> None:
        super().__init__(message, field="q", **places)
        self.start, self.end = start, end


@dataclass(frozen=True, slots=True)
class Piece:
    """`kind`: `(`, `)`, `-`, `or` or `term`. Of a term `text` is what it says, without quotation marks and backslashes;
    `colon`: where its first colon stands in that, -1 for none; `quoted`: from which of its characters on it was quoted,
    None for nowhere."""

    kind: str
    start: int
    end: int
    text: str = ""
    colon: int = -1
    quoted: int | None = None


def pieces_of(query: str) -> Iterator[Piece]:
    """Raises Misread for a quotation mark without its other, and for a minus before `and`, which says nothing."""
    at, minus = 0, -2
    while at < len(query):
        letter = query[at]
        if letter.isspace():
            at += 1
        elif letter in OPENS or letter in CLOSES:
            yield Piece("(" if letter in OPENS else ")", at, at + 1)
            at += 1
        elif letter in MINUSES and at + 1 < len(query) and not query[at + 1].isspace():
            yield Piece("-", at, at + 1)
            at, minus = at + 1, at
        else:
            term = _term(query, at)
            word, at = query[at : term.end].lower(), term.end
            if word == "and" and minus == term.start - 1:
                raise Misread(NOTHING_BEHIND, minus, term.end)
            if word != "and":
                yield Piece("or", term.start, term.end) if word == "or" else term


def _term(query: str, start: int) -> Piece:
    text: list[str] = []
    at, colon = start, -1
    quoted: int | None = None
    while at < len(query) and not query[at].isspace() and query[at] not in OPENS and query[at] not in CLOSES:
        letter = query[at]
        if letter in QUOTES:
            quoted = len(text) if quoted is None else quoted
            inside, at = _quoted(query, at)
            text += inside
            continue
        if letter == "\\" and at + 1 < len(query):
            at += 1
        elif letter in COLONS and colon < 0 and quoted is None:
            colon = len(text)
        text.append(query[at])
        at += 1
    if colon < 0 and quoted == 0:
        # `"deck:My deck"` is what Anki's users write for `deck:"My deck"`; a phrase with a colon has a space before it.
        colon = next((n for n, letter in enumerate(text) if letter in COLONS), -1)
        colon = colon if colon > 0 and "".join(text[:colon]).lower() in KEYS else -1
    return Piece("term", start, at, "".join(text), colon, quoted)


KEYS = frozenset({"deck", "tag", "is", "flag", "prop", "rated", "added", "note"})


def _quoted(query: str, start: int) -> tuple[list[str], int]:
    """What stands between quotation marks, and where it goes on behind them."""
    text: list[str] = []
    at = start + 1
    while at < len(query) and query[at] not in QUOTES:
        if query[at] == "\\" and at + 1 < len(query):
            at += 1
        text.append(query[at])
        at += 1
    if at >= len(query):
        raise Misread(UNCLOSED, start, len(query), word=query[start:])
    return text, at + 1
