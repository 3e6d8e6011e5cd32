"""Reading a query, as Anki's users write them (https://docs.ankiweb.net/searching.html): a parser by hand."""

import re
from collections.abc import Callable

from app.errors import N_
from app.searching.meaning import (
    COMPARISONS,
    FIGURES,
    STATES,
    Added,
    All,
    Either,
    Flagged,
    InDeck,
    Is,
    Meaning,
    Not,
    OfType,
    Pattern,
    Prop,
    Rated,
    Tagged,
    Words,
)
from app.searching.scanning import NOTHING_BEHIND, Misread, Piece, pieces_of
from app.searching.words import folded, folded_path, tokens_of

LONGEST_QUERY, MOST_TERMS, DEEPEST = 256, 16, 8
MOST_DAYS = 36_500
MOST_FLAGS = 7
BUTTONS = 4

TOO_LONG = N_("A search has at most %(most)s characters.")
TOO_MANY = N_("A search has at most %(most)s words and conditions.")
TOO_DEEP = N_("Parentheses go at most %(most)s deep.")
NOTHING_CLOSED = N_("Nothing is open that this parenthesis closes.")
NOT_CLOSED = N_("This parenthesis is not closed.")
NOTHING_INSIDE = N_("Nothing stands in these parentheses.")
NOTHING_BESIDE = N_("Something has to stand on both sides of “or”.")
NO_KEY = N_("“%(word)s:” is no condition. To look for it as text, put it into quotation marks.")
NO_STATE = N_("No card can be in the state “%(word)s”. There are %(known)s.")
NO_FIGURE = N_("A card has no number called “%(word)s”. There are %(known)s.")
NO_COMPARISON = N_("Write it like prop:interval>=21: a name, a comparison and a number.")
NO_FLAG = N_("Flags go from 0 (none) to %(most)s.")
NO_DAYS = N_("Here a number of days is needed, from 1 to %(most)s.")
NO_BUTTON = N_("Behind the days stands which button: 1 to %(most)s.")
NO_NAME = N_("A name is missing behind “%(word)s:”.")
NO_WORD = N_("Here is no letter and no digit to look for.")
ONLY_INSIDE = N_("A star stands for a part of one word, not between words.")

_PROP = re.compile(r"([^<>=!]*)(<=|>=|!=|=|<|>)(-?\d{1,9}(?:\.\d{1,9})?)")
_STATES = {"learn": "learning", **{state: state for state in STATES}}
_FIGURES = {"ivl": "interval", "s": "stability", "d": "difficulty", **{figure: figure for figure in FIGURES}}


def parse(query: str) -> Meaning:
    """What a query asks for; an empty one for every card. Raises Misread with the place of what is wrong."""
    if len(query) > LONGEST_QUERY:
        raise Misread(TOO_LONG, LONGEST_QUERY, len(query), most=LONGEST_QUERY)
    pieces = list(pieces_of(query))
    terms = [piece for piece in pieces if piece.kind == "term"]
    if len(terms) > MOST_TERMS:
        raise Misread(TOO_MANY, terms[MOST_TERMS].start, len(query), most=MOST_TERMS)
    reading = _Reading(pieces)
    meaning = reading.alternatives(0) if pieces else All(())
    if reading.at < len(pieces):
        piece = pieces[reading.at]
        raise Misread(NOTHING_CLOSED, piece.start, piece.end)
    return meaning


class _Reading:
    """One walk along the pieces of a query."""

    def __init__(self, pieces: list[Piece]) -> None:
        self.pieces, self.at = pieces, 0

    @property
    def next(self) -> str:
        return self.pieces[self.at].kind if self.at < len(self.pieces) else ""

    def take(self) -> Piece:
        self.at += 1
        return self.pieces[self.at - 1]

    def alternatives(self, depth: int) -> Meaning:
        inner = [self.sequence(depth)]
        while self.next == "or":
            self.take()
            inner.append(self.sequence(depth))
        return inner[0] if len(inner) == 1 else Either(tuple(inner))

    def sequence(self, depth: int) -> Meaning:
        inner = []
        while self.next in {"term", "-", "("}:
            inner.append(self.one(depth))
        if not inner:
            self._miss()
        return inner[0] if len(inner) == 1 else All(tuple(inner))

    def _miss(self) -> None:
        """Says what is missing where something should stand."""
        if self.next == "or" or (self.at and self.pieces[self.at - 1].kind == "or"):
            piece = self.pieces[self.at] if self.next == "or" else self.pieces[self.at - 1]
            raise Misread(NOTHING_BESIDE, piece.start, piece.end)
        if self.next == ")" and self.at and self.pieces[self.at - 1].kind == "(":
            raise Misread(NOTHING_INSIDE, self.pieces[self.at - 1].start, self.pieces[self.at].end)
        if self.next == ")":
            raise Misread(NOTHING_CLOSED, self.pieces[self.at].start, self.pieces[self.at].end)
        raise Misread(NOT_CLOSED, self.pieces[self.at - 1].start, self.pieces[self.at - 1].end)

    def one(self, depth: int) -> Meaning:
        piece = self.take()
        negated = False
        while piece.kind == "-":
            negated = not negated
            if self.next not in {"term", "-", "("}:
                raise Misread(NOTHING_BEHIND, piece.start, piece.end)
            piece = self.take()
        meaning = self.group(piece, depth + 1) if piece.kind == "(" else _term(piece)
        return Not(meaning) if negated else meaning

    def group(self, opening: Piece, depth: int) -> Meaning:
        if depth > DEEPEST:
            raise Misread(TOO_DEEP, opening.start, opening.end, most=DEEPEST)
        meaning = self.alternatives(depth)
        if self.next != ")":
            raise Misread(NOT_CLOSED, opening.start, opening.end)
        self.take()
        return meaning


def _term(piece: Piece) -> Meaning:
    if piece.colon < 0:
        return _words(piece)
    key, value = piece.text[: piece.colon].lower(), piece.text[piece.colon + 1 :]
    if key not in _CONDITIONS:
        raise Misread(NO_KEY, piece.start, piece.end, word=piece.text[: piece.colon])
    if not value.strip():
        raise Misread(NO_NAME, piece.start, piece.end, word=key)
    return _CONDITIONS[key](piece, value.strip())


def _words(piece: Piece) -> Meaning:
    if "*" in piece.text and piece.quoted is None:
        return Pattern(_parts(piece))
    tokens = tuple(tokens_of(piece.text))
    if not tokens:
        raise Misread(NO_WORD, piece.start, piece.end)
    return Words(tokens, whole=piece.quoted is not None)


def _parts(piece: Piece) -> tuple[str, ...]:
    parts = tuple(folded(part) for part in re.split(r"\*+", piece.text))
    if any(part and tokens_of(part) != [part] for part in parts):
        raise Misread(ONLY_INSIDE, piece.start, piece.end)
    if not any(parts):
        raise Misread(NO_WORD, piece.start, piece.end)
    return parts


def _name(piece: Piece, value: str) -> tuple[str, ...]:
    """A name with stars; around them nothing is cut off."""
    parts = tuple(folded(part) for part in re.split(r"\*+", value))
    return parts if len(parts) > 1 else (folded_path(value),)


def _tag(piece: Piece, value: str) -> Meaning:
    return Tagged(()) if value.lower() == "none" else Tagged(_name(piece, value))


def _state(piece: Piece, value: str) -> Meaning:
    if value.lower() not in _STATES:
        raise Misread(NO_STATE, piece.start, piece.end, word=value, known=list(STATES))
    return Is(_STATES[value.lower()])


def _flag(piece: Piece, value: str) -> Meaning:
    return Flagged(_number(piece, value, 0, MOST_FLAGS, NO_FLAG))


def _prop(piece: Piece, value: str) -> Meaning:
    found = _PROP.fullmatch(value.replace(" ", ""))
    if found is None:
        raise Misread(NO_COMPARISON, piece.start, piece.end)
    name, comparison, number = found.groups()
    if name.lower() not in _FIGURES:
        raise Misread(NO_FIGURE, piece.start, piece.end, word=name, known=list(FIGURES))
    assert comparison in COMPARISONS
    return Prop(_FIGURES[name.lower()], comparison, float(number))


def _rated(piece: Piece, value: str) -> Meaning:
    days, colon, button = value.replace("：", ":").partition(":")
    pressed = _number(piece, button, 1, BUTTONS, NO_BUTTON) if colon else None
    return Rated(_number(piece, days, 1, MOST_DAYS, NO_DAYS), pressed)


def _added(piece: Piece, value: str) -> Meaning:
    return Added(_number(piece, value, 1, MOST_DAYS, NO_DAYS))


def _number(piece: Piece, value: str, least: int, most: int, message: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", value) or not least <= int(value) <= most:
        raise Misread(message, piece.start, piece.end, most=most)
    return int(value)


_CONDITIONS: dict[str, Callable[[Piece, str], Meaning]] = {
    "deck": lambda piece, value: InDeck(_name(piece, value)),
    "tag": _tag,
    "note": lambda piece, value: OfType(_name(piece, value)),
    "is": _state,
    "flag": _flag,
    "prop": _prop,
    "rated": _rated,
    "added": _added,
}
