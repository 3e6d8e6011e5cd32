"""A note's own words, beside what another program is told of it: so that it comes back as it was.

Anki keeps a note's `data` apart from its fields, and so does CrowdAnki; a note that was edited there
has another digest.
"""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from app.exporting.compact import compact
from app.exporting.walking import OutNote
from app.models.note import Format

SEPARATOR = "\x1f"


def original_of(note: OutNote, written: Sequence[str]) -> str:
    """What a reader of ours needs to make the note again of the fields as they are `written`, as JSON."""
    told: dict[str, Any] = {}
    if note.fields != list(written):
        told["fields"] = note.fields
    if note.source:
        told["source"] = note.source
    if note.quote:
        told["quote"] = note.quote
    if retired := [card.ordinal for card in note.cards if card.retired]:
        told["retired"] = retired
    more = f",{compact(told)[1:-1]}" if told else ""
    return f'{{"cardlet":{{"of":"{digest(written)}",{_kind(note.format, tuple(note.languages))}{more}}}}}'


@lru_cache(1_000)
def _kind(format: Format, languages: tuple[str, ...]) -> str:
    """What most notes have alike, for which an encoder would take as long as for all the rest of a note."""
    return compact({"format": format, "languages": languages})[1:-1]


def digest(written: Sequence[str]) -> str:
    """By which a reader sees whether somebody else has changed the fields."""
    return hashlib.sha256(SEPARATOR.join(written).encode(errors="surrogatepass")).hexdigest()[:32]
