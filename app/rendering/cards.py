"""The two sides of a card."""

import sys
from dataclasses import dataclass, replace
from threading import Lock

from cachetools import LRUCache, cached

from app.errors import N_
from app.rendering.cloze import answer_text, question_text, unclosed_cloze
from app.rendering.content import Content, Shape
from app.rendering.furigana import are_usual
from app.rendering.marks import Fault, Piece, Pieces, Ready, filled, place_of, without_marks
from app.rendering.maths import kept_together
from app.rendering.ordinals import is_cloze
from app.rendering.sanitising import clean_card
from app.rendering.templates import Filling
from app.rendering.text import field_html, only_finished, plain_text

CACHED_BYTES = 8 * 2**20
RENDERER = 5
"""Grows whenever the same content gives another result."""
UNCLOSED = N_("A gap begins with “%(opener)s” and nothing closes it: “}}” is missing.")
EMPTY = N_("This side of the card is empty: the fields its template shows have nothing in them.")


@dataclass(frozen=True, slots=True)
class Sides:
    """Question and answer as HTML, each with its language. `rest`: what a cloze shows below its revealed text;
    `expects`: what the learner should type, None if nothing; `framed`: the card wants a frame of its own; `css`: the
    style sheet for inside that frame.

    `pieces` have still to be put in: what only the door can say, files and words. `finished` does that.
    """

    question: str
    question_language: str
    answer: str
    answer_language: str
    rest: str = ""
    pieces: tuple[Piece, ...] = ()
    expects: str | None = None
    framed: bool = False
    css: str = ""


def _size(sides: Sides) -> int:
    """What a rendered card takes in memory, with its place in the cache."""
    texts = (sides.question, sides.answer, sides.rest, sides.expects or "", sides.css)
    return 400 + sum(sys.getsizeof(text) for text in texts) + sum(map(_piece_size, sides.pieces))


def _piece_size(piece: Piece) -> int:
    return 200 + sum(sys.getsizeof(getattr(piece, name)) for name in piece.__slots__)


def _key(content: Content, ordinal: int, *, framed: bool = False) -> bytes:
    """Content, template and renderer. Not the card's id: an edit that reaches another process must not be missed."""
    return content.digest(str(RENDERER), str(ordinal), str(framed))


# One for all learners: a card looks the same to everybody. What is larger than the whole cache is rendered each time.
RENDERED: LRUCache[bytes, Sides] = LRUCache(CACHED_BYTES, getsizeof=_size)


@cached(RENDERED, key=_key, lock=Lock())
def render_sides(content: Content, ordinal: int, *, framed: bool = False) -> Sides:
    """The sides of one card. `framed`: as they look in a frame of their own, with the author's classes and styles."""
    pieces = Pieces()
    if content.shape is not None:
        sides = _from_templates(content, content.shape, ordinal, pieces, framed)
    else:
        sides = _built_in(content, ordinal, pieces)
    return _with_ready(sides, pieces)


def _built_in(content: Content, ordinal: int, pieces: Pieces) -> Sides:
    first, second = (without_marks(text) for text in (*content.fields, "", "")[:2])
    languages = (*content.languages, "", "")[:2]

    def html(text: str, language: str) -> str:
        return field_html(text, content.format, pieces, readings="ruby" if are_usual(language) else None)

    if content.kind == "cloze":
        fault = _unclosed(first, pieces)
        return Sides(
            question=html(question_text(first, ordinal), languages[0]) + fault,
            question_language=languages[0],
            answer=html(answer_text(first, ordinal), languages[0]) + fault,
            answer_language=languages[0],
            rest=html(second, languages[0]) if second else "",
        )
    sides = [(html(first, languages[0]), languages[0]), (html(second, languages[1]), languages[1])]
    (question, question_language), (answer, answer_language) = sides if ordinal == 0 else reversed(sides)
    expects = plain_text(answer) if content.kind == "typed" else None
    return Sides(question, question_language, answer, answer_language, expects=expects)


def _unclosed(text: str, pieces: Pieces) -> str:
    opener = unclosed_cloze(text)
    return pieces.place(Fault(UNCLOSED, (("opener", opener),))) if opener else ""


def _from_templates(content: Content, shape: Shape, ordinal: int, pieces: Pieces, framed: bool) -> Sides:
    index = 0 if is_cloze(shape) else min(ordinal, len(shape.templates) - 1)
    template = shape.templates[index]
    filling = Filling(content, shape, ordinal, pieces, framed)
    front = filling.side(template.front)
    back = filling.side(template.back, front)
    faults = "".join(_unclosed(text, pieces) for text in content.fields) if is_cloze(shape) else ""
    question, answer = (_cleaned(html, pieces, framed) + faults for html in (front, back))
    language = content.languages[0]
    # The one thing that could end the element the style sheet lies in.
    css = shape.css.replace("</", "<\\/") if framed else ""
    return Sides(question, language, answer, language, expects=filling.expects, framed=shape.is_framed, css=css)


def _cleaned(html: str, pieces: Pieces, framed: bool) -> str:
    done = only_finished(clean_card(html, framed=framed), pieces)
    return done if done.strip() else pieces.place(Fault(EMPTY))


def _with_ready(sides: Sides, pieces: Pieces) -> Sides:
    """The sides with what is ready put in, so that most cards, having nothing else, are done here and stay so."""
    left: list[Piece] = []

    def shown(piece: Piece) -> str:
        if isinstance(piece, Ready):
            return piece.html
        left.append(piece)
        return place_of(len(left) - 1)

    taken = tuple(pieces.taken)
    texts = (filled(html, taken, shown) for html in (sides.question, sides.answer, sides.rest))
    question, answer, rest = map(kept_together, texts)
    return replace(sides, question=question, answer=answer, rest=rest, pieces=tuple(left))
