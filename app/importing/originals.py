"""Notes that Cardlet itself has given to Anki, made again of what was put beside them: Markdown, languages, sources."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from app.importing.parsed import LONGEST_READ, ParsedNote

BEGINS = '{"cardlet":{'
GUESSED = ("field_languages", "source", "quote")
"""What of a note neither Anki nor a table says."""
LONGEST_SOURCE, LONGEST_LANGUAGE = 10_000, 35
OURS, ANKIS = "cardlet:", "anki/"
LONGEST_GUID = 400


def whole_guid(guid: str) -> str:
    """The identity of a note that another program knows by this one."""
    return (guid.removeprefix(OURS) if guid.startswith(OURS) else f"{ANKIS}{guid}")[:LONGEST_GUID]


def restore(note: ParsedNote, data: str | None, *, languages_chosen: bool) -> None:
    """Makes the note what it was, as far as `data` says it and nobody has changed its fields since. Without that, what
    is not known stays as it is here."""
    told = _told(data)
    if told is None:
        note.unsaid = GUESSED[1:] if languages_chosen else GUESSED
        return
    count = len(note.fields)
    is_same = told.get("of") == _digest(note.fields)
    languages = _texts(told.get("languages"), count, LONGEST_LANGUAGE)
    if languages is None or languages_chosen:
        note.unsaid = () if languages_chosen else GUESSED[:1]
    else:
        note.languages = languages
    note.source, note.quote = (_text(told.get(name), LONGEST_SOURCE) for name in ("source", "quote"))
    fields = _texts(told.get("fields"), count, LONGEST_READ) if "fields" in told else note.fields
    if is_same and fields is not None:
        note.format, note.fields = ("markdown" if told.get("format") == "markdown" else "html"), fields
    retired = told.get("retired")
    if isinstance(retired, list):
        for card in note.cards or ():
            card.retired = card.ordinal in retired


def _told(data: str | None) -> dict[str, Any] | None:
    if not data or not data.startswith(BEGINS):
        return None
    try:
        found = json.loads(data)["cardlet"]
    except (ValueError, KeyError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _digest(written: Sequence[str]) -> str:
    return hashlib.sha256("\x1f".join(written).encode(errors="surrogatepass")).hexdigest()[:32]


def _texts(found: object, count: int, longest: int) -> tuple[str, ...] | None:
    """So many texts, if that is what it is, and nothing in them that a database stumbles over."""
    if not isinstance(found, list) or len(found) != count:
        return None
    if not all(isinstance(text, str) and len(text) <= longest and _can_be_kept(text) for text in found):
        return None
    return tuple(found)


def _text(found: object, longest: int) -> str:
    return found if isinstance(found, str) and len(found) <= longest and _can_be_kept(found) else ""


def _can_be_kept(text: str) -> bool:
    return "\0" not in text and (text.isascii() or text.encode(errors="ignore").decode() == text)
