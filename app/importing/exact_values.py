"""Values of the deck format that are written sign by sign, as JSON after `:=`: for what a line of text cannot say."""

import json
from collections.abc import Iterable

from app.errors import N_, UnreadableFile
from app.importing.json_text import ODD_TEXT
from app.rendering import CardTemplate, Shape

LISTS = {"deck", "tags", "languages", "fields"}
"""Keys whose exact value is a list of texts; that of all others is one text."""
LONGEST_ID, LONGEST_TEXT = 200, 2**16
ONLY_EXACT = {"fields"}
NOT_EXACT = N_("after %(key)s:= stands no JSON text, or no list of texts where there should be one")

ExactValue = str | list[str]


def exact(key: str, value: str, line: int) -> ExactValue:
    """The text or the list of texts that is written there. Raises UnreadableFile."""
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        found = None
    is_list = isinstance(found, list) and all(isinstance(part, str) for part in found)
    if not is_list if key in LISTS else not isinstance(found, str):
        raise UnreadableFile(NOT_EXACT, line=line, key=key)
    read: ExactValue = found
    if not _can_be_kept([read] if isinstance(read, str) else read):
        raise UnreadableFile(NOT_EXACT, line=line, key=key)
    return read


def _can_be_kept(texts: Iterable[str]) -> bool:
    """Whether no database stumbles over these: JSON can name halves of characters, and none at all."""
    return not any(map(ODD_TEXT.search, texts))


def check_exact(key: str, value: ExactValue, line: int) -> None:
    """Raises UnreadableFile for a line of text where only an exact value will do, and for an identity that is none."""
    if (key in ONLY_EXACT and isinstance(value, str)) or (key == "id" and not 0 < len(value) <= LONGEST_ID):
        raise UnreadableFile(NOT_EXACT, line=line, key=key)


def exact_type(text: str, line: int) -> Shape:
    """A note type written as one JSON object. Raises UnreadableFile."""
    try:
        found = json.loads(text)
        cards = tuple(CardTemplate(*(str(card[part]) for part in ("name", "front", "back"))) for card in found["cards"])
        shape = Shape(str(found["name"]), tuple(map(str, found["fields"])), cards, str(found["style"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        raise UnreadableFile(NOT_EXACT, line=line, key="note-type") from None
    texts = [shape.css, *(side for card in shape.templates for side in (card.name, card.front, card.back))]
    is_whole = shape.field_names and shape.templates and max(map(len, texts)) <= LONGEST_TEXT
    if not is_whole or not _can_be_kept([shape.name, *shape.field_names, *texts]):
        raise UnreadableFile(NOT_EXACT, line=line, key="note-type")
    return shape
