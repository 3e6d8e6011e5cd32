"""What decks and files are called in another program."""

import re
import unicodedata
from collections.abc import Sequence

from app.models import Deck


def paths_of(decks: Sequence[Deck]) -> list[str]:
    """The decks' names with those above them; of two of the same name the later says its language, or its number."""
    found: list[str] = []
    renamed: dict[int, str] = {}
    for deck in decks:
        above = renamed.get(deck.parent_id or 0) or (deck.parent.path if deck.parent else "")
        name = f"{above}::{deck.name}" if above else deck.name
        path = next(one for one in _tries(name, deck) if one not in found)
        renamed[deck.id] = path
        found.append(path)
    return found


def _tries(name: str, deck: Deck) -> Sequence[str]:
    return name, f"{name} ({deck.language})", f"{name} ({deck.id})"


def file_stem(name: str) -> str:
    """A name for a file on any system."""
    name = unicodedata.normalize("NFC", name).replace("::", " - ")
    name = re.sub(r'[\x00-\x1f<>:"/\\|?*\x7f]+', "-", name).strip(" .-")
    return name[:100].rstrip(" .") or "deck"
