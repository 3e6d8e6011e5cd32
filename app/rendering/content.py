"""What a card is made of."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

LONGEST_FIELD = 2**16
"""Characters a field may have: readers take no more, and the editor saves no more."""


@dataclass(frozen=True, slots=True)
class CardTemplate:
    """How one card of a note type looks, in Anki's template language."""

    name: str
    front: str
    back: str


@dataclass(frozen=True, slots=True)
class Shape:
    """A note type of an author's own: its fields, a template for each card, and a style sheet (may be empty)."""

    name: str
    field_names: tuple[str, ...]
    templates: tuple[CardTemplate, ...]
    css: str = ""

    @property
    def is_framed(self) -> bool:
        """Whether the cards are shown in a frame of their own, for they have a style of their own."""
        return bool(self.css.strip())


@dataclass(frozen=True, slots=True)
class Content:
    """A note as far as its cards depend on it. `kind`: basic, reversed, cloze, typed, or custom, which has a `shape`.

    `tags` and `deck` are looked at by templates alone.
    """

    kind: str
    fields: Sequence[str]
    languages: Sequence[str]
    format: str = "markdown"
    shape: Shape | None = None
    tags: Sequence[str] = ()
    deck: str = ""

    def digest(self, *more: str) -> bytes:
        """The same for the same content, whatever note it is in."""
        parts = [*more, self.kind, self.format, str(len(self.languages)), *self.languages, *self.fields]
        if self.shape is not None:
            shape = self.shape
            parts += [self.deck, " ".join(self.tags), shape.name, shape.css, str(len(shape.field_names))]
            parts += shape.field_names
            parts += [text for card in shape.templates for text in (card.name, card.front, card.back)]
        digest = hashlib.blake2b(digest_size=16)
        for part in parts:
            text = part.encode(errors="surrogatepass")
            digest.update(len(text).to_bytes(4) + text)
        return digest.digest()


def shape_of(name: str, field_names: Sequence[str], templates: Sequence[dict[str, str]], css: str) -> Shape | None:
    """A shape as a row keeps it; None if it has no templates, as the note types that are built in."""
    if not templates:
        return None
    cards = tuple(CardTemplate(card["name"], card["front"], card["back"]) for card in templates)
    return Shape(name, tuple(field_names), cards, css)
