"""Private-use characters that stand for something while text becomes HTML: neither Markdown nor the sanitiser gives
them a meaning, and no author can write them, since they are taken out of whatever comes in."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape

OPEN, CLOSE = "\ue000", "\ue001"
"""A gap's edges; so a gap can lie inside bold text or code."""
FIRST, LAST = "\ue002", "\ue003"
"""Between them stands the number of a piece that takes their place when the HTML is done."""
ANY = re.compile("[\ue000-\ue003]")
PLACE = re.compile(f"{FIRST}(\\d+){LAST}")
PLACE_IN_ADDRESS = re.compile(r"\ue002(\d+)\ue003|%EE%80%82(\d+)%EE%80%83")


def without_marks(text: str) -> str:
    """What an author wrote, with nothing in it that could be taken for a mark of ours."""
    return ANY.sub("", text)


def marks_to_html(html: str) -> str:
    """The gaps' edges as HTML, once the text around them is."""
    return html.replace(OPEN, '<span class="cloze">').replace(CLOSE, "</span>")


def place_of(number: int) -> str:
    """What stands in a text for the piece of this number."""
    return f"{FIRST}{number}{LAST}"


@dataclass(frozen=True, slots=True)
class Ready:
    """HTML of our own making. `source`: what the author wrote for it."""

    html: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Medium:
    """A picture or sound by the name an author gave it. Whether there is one only the door can say."""

    name: str
    alt: str = ""
    is_sound: bool = False


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A picture or sound on another site: a card loads nothing from there, it only tells where it is."""

    address: str
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a card, as a message with places, for the door to put into words. `source`: what it is about,
    shown beside the words."""

    message: str
    places: tuple[tuple[str, str], ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class Speech:
    """Words to be read aloud when they are asked for."""

    text: str
    language: str


Piece = Ready | Medium | Elsewhere | Fault | Speech


@dataclass(slots=True)
class Pieces:
    """What was taken out of a card's text, or made for it, by number; how many of it are formulas and media."""

    taken: list[Piece] = field(default_factory=list)
    formulas: int = 0
    media: int = 0
    characters: int = 0
    """Of all formulas."""

    def place(self, piece: Piece) -> str:
        """What stands for the piece in the text."""
        self.taken.append(piece)
        return place_of(len(self.taken) - 1)

    def sources(self, text: str) -> str:
        """The text as it was before anything was taken out of it: what turns out to be code is code."""
        return PLACE.sub(lambda match: self._source(int(match[1])), text)

    def in_address(self, text: str) -> str:
        """The same for an attribute of a tag, whose characters may have been written as bytes."""
        return PLACE_IN_ADDRESS.sub(lambda match: escape(self._source(int(match[1] or match[2]))), text)

    def _source(self, number: int) -> str:
        piece = self.taken[number] if number < len(self.taken) else None
        return piece.source if isinstance(piece, Ready | Fault) else ""


def filled(html: str, pieces: tuple[Piece, ...], shown: Callable[[Piece], str]) -> str:
    """The HTML with every piece in its place."""
    return PLACE.sub(lambda match: shown(pieces[int(match[1])]), html)
