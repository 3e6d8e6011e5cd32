"""What only the door can say about a card, put in: where its files are, and words in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import Protocol

from app.errors import N_
from app.rendering.cards import Sides, render_sides
from app.rendering.content import Content
from app.rendering.marks import Elsewhere, Fault, Medium, Piece, Speech, filled

MISSING_PICTURE = N_("The picture %(name)s is missing.")
PICTURE_COMING = N_("Picture: %(name)s")
MISSING_SOUND = N_("The sound %(name)s is missing.")
PICTURE_ELSEWHERE = N_("A picture on another site: %(address)s")
NAMED_PICTURE_ELSEWHERE = N_("A picture on another site: %(alt)s, %(address)s")
DRAWING = N_("Download the drawing %(name)s")
SOUND = N_("Sound: %(name)s")
READ_ALOUD = N_("Read aloud")


class Words(Protocol):
    """Puts a message and its places into the reader's language."""

    def __call__(self, message: str, **places: str) -> str: ...


@dataclass(frozen=True, slots=True)
class File:
    """A file of an author's, and where it is served; without an address it is still to come, and its name stands for
    it."""

    address: str
    content_type: str


def media_names(sides: Sides) -> list[str]:
    """The names of the files the card asks for."""
    return list(dict.fromkeys(piece.name for piece in sides.pieces if isinstance(piece, Medium)))


def finished(sides: Sides, files: Mapping[str, File], words: Words) -> Sides:
    """The sides as they go into a page. What is not among the files is missing, and the card says so in its place."""
    if not sides.pieces:
        return sides

    def shown(piece: Piece) -> str:
        return _shown(piece, files, words)

    question, answer, rest = (filled(html, sides.pieces, shown) for html in (sides.question, sides.answer, sides.rest))
    return replace(sides, question=question, answer=answer, rest=rest, pieces=())


def _shown(piece: Piece, files: Mapping[str, File], words: Words) -> str:
    if isinstance(piece, Medium):
        file = files.get(piece.name)
        return _missing(piece, words) if file is None else _file(piece, file, words)
    if isinstance(piece, Elsewhere):
        message = NAMED_PICTURE_ELSEWHERE if piece.alt else PICTURE_ELSEWHERE
        told = (
            words(message, alt=piece.alt, address=piece.address) if piece.alt else words(message, address=piece.address)
        )
        href = escape(piece.address)
        return f'<a href="{href}" target="_blank" rel="noopener noreferrer nofollow">{escape(told)}</a>'
    if isinstance(piece, Fault):
        source = f"<code>{escape(piece.source)}</code> " if piece.source else ""
        return f'<span class="card-fault">{source}{escape(words(piece.message, **dict(piece.places)))}</span>'
    if isinstance(piece, Speech):
        said, language = escape(piece.text), escape(piece.language)
        label = escape(words(READ_ALOUD))
        return f'<button class="quiet say" type="button" data-say="{said}" data-voice="{language}">{label}</button>'
    return piece.html


def _missing(piece: Medium, words: Words) -> str:
    message = MISSING_SOUND if piece.is_sound else MISSING_PICTURE
    return f'<span class="missing">{escape(words(message, name=piece.name))}</span>'


def _file(piece: Medium, file: File, words: Words) -> str:
    address, kind = escape(file.address), file.content_type.partition("/")[0]
    if not address:
        message = SOUND if piece.is_sound else PICTURE_COMING
        return f'<span class="missing">{escape(words(message, name=piece.name))}</span>'
    if kind in {"audio", "video"}:
        label = escape(words(SOUND, name=piece.alt or piece.name))
        return f'<audio controls preload="none" src="{address}" aria-label="{label}"></audio>'
    if file.content_type == "image/svg+xml":
        return f'<a href="{address}" download>{escape(words(DRAWING, name=piece.alt or piece.name))}</a>'
    return f'<img src="{address}" alt="{escape(piece.alt)}" decoding="async">'


def plain_words(message: str, **places: str) -> str:
    """The message as it is, in English."""
    return message % places if places else message


def render_text(text: str, format: str) -> str:
    """One text as it would look on a card, its files missing and its faults in English."""
    sides = render_sides(Content("basic", (text, ""), ("en", "en"), format), 0)
    return finished(sides, {}, plain_words).question
