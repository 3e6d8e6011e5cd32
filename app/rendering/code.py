"""Code in colours, by what Pygments makes of it."""

import re
from html import escape
from typing import TYPE_CHECKING

from pygments.token import Comment, Keyword, Name, Number, Operator, String, Text, _TokenType

from app.rendering.marks import CLOSE, OPEN

if TYPE_CHECKING:
    from pygments.lexer import Lexer

LANGUAGES = {
    *("bash", "css", "docker", "dockerfile", "go", "javascript", "js", "json", "python", "sh", "shell", "sql", "toml"),
    *("yaml", "yml"),
}
"""What code blocks may say they are. Few, and short: most lexers of Pygments take time that grows with the square of a
hostile text, or worse; a test goes through these at their longest."""
SHELLS = {"bash", "sh", "shell"}
LONGEST_CODE, COLOURED_IN_A_FIELD = 2_000, 4_000
LONGEST_LINE = 400
MOST_BLANK = 40
BLANKS = re.compile(rf"\s{{{MOST_BLANK}}}")
MOST_PIECES = 1_000
"""More are shown plain; the sanitiser would rather show the whole field as text than look at so many tags."""

CLASSES: dict[_TokenType, str] = {
    Comment: "c",
    Keyword: "k",
    Keyword.Constant: "n",
    Name.Attribute: "a",
    Name.Builtin: "k",
    Name.Tag: "a",
    Name.Variable: "v",
    Number: "n",
    Operator.Word: "k",
    String: "s",
}
"""Kinds of code that have a colour, by the class it has in the page: comment, keyword, number, string, attribute,
variable."""


def highlight(code: str, language: str) -> str:
    """A code block's text as HTML with `<span class="…">` around its pieces; plain if the language is none of ours or
    the code is more than a card shows.

    The edges of gaps stay where they are and lie between the pieces, never inside one.
    """
    plain = escape(code, quote=False)
    if language not in LANGUAGES or len(code) > LONGEST_CODE or _is_hostile(code):
        return plain
    # The lexers are loaded when there is code: whoever only asks which cards a note makes shows none.
    from pygments.lexers import get_lexer_by_name

    edges, bare = _without_edges(code)
    found = _cut(get_lexer_by_name(language, stripnl=False, ensurenl=False), bare, edges)
    whole = "".join(text for kind, text in found if kind is not None)
    if whole != bare or len(found) > MOST_PIECES:
        return plain
    return "".join(_piece(_option(kind, text) if language in SHELLS else kind, text) for kind, text in found)


def _is_hostile(code: str) -> bool:
    """Whether the code has what no card shows and lexers stumble over: endless lines, and endless blanks."""
    return any(len(line) > LONGEST_LINE for line in code.split("\n")) or bool(BLANKS.search(code))


def _without_edges(code: str) -> tuple[dict[int, str], str]:
    """The edges of gaps by where they stand in the code without them, and that code."""
    edges: dict[int, str] = {}
    bare: list[str] = []
    for character in code:
        if character in OPEN + CLOSE:
            edges[len(bare)] = edges.get(len(bare), "") + character
        else:
            bare.append(character)
    return edges, "".join(bare)


def _cut(lexer: "Lexer", code: str, edges: dict[int, str]) -> list[tuple[_TokenType | None, str]]:
    """The code's pieces with the edges (of no kind) between them; a piece with an edge inside is cut there."""
    found: list[tuple[_TokenType | None, str]] = []
    places, at = sorted(edges), 0
    for begin, kind, text in lexer.get_tokens_unprocessed(code):
        start, end = begin, begin + len(text)
        while at < len(places) and places[at] < end:
            found += [(kind, code[start : places[at]]), (None, edges[places[at]])]
            start, at = places[at], at + 1
        found.append((kind, code[start:end]))
    return [piece for piece in found if piece[1]] + [(None, edges[place]) for place in places[at:]]


def _option(kind: _TokenType | None, text: str) -> _TokenType | None:
    """In a shell, what begins with a hyphen is an option; Pygments takes it for a word like any other."""
    return Name.Attribute if kind is Text and text.startswith("-") else kind


def _piece(kind: _TokenType | None, text: str) -> str:
    shown, known = escape(text, quote=False), kind
    while known is not None and known not in CLASSES:
        known = known.parent
    return shown if known is None else f'<span class="{CLASSES[known]}">{shown}</span>'
