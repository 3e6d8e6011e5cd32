"""Note types of an author's own as blocks of the deck format."""

import json
import re
from collections.abc import Iterator, Mapping

from app.exporting.markdown_note import is_line
from app.models import NoteType
from app.rendering import Shape

KINDS = {"basic", "reversed", "cloze", "typed"}
FIELD = re.compile(r"[^:{}#^/,()]{1,100}")
PARTS = re.compile(r"\\*(?:fields|style|card|front|back):")
LONGEST_NAME, MOST = 100, 50


def type_names(types: Mapping[int, NoteType]) -> dict[int, str]:
    """What each type is called in the files: its own name, unless that is taken."""
    found: dict[int, str] = {}
    taken = set(KINDS)
    for key, note_type in types.items():
        if note_type.kind in KINDS:
            found[key] = note_type.kind
            continue
        name = " ".join(note_type.name.split())[: LONGEST_NAME - 12] or "note type"
        found[key] = name if name not in taken else f"{name} ({key})"
        taken.add(found[key])
    return found


def type_block(name: str, note_type: NoteType) -> Iterator[str]:
    """The block's lines."""
    shape = note_type.shape
    assert shape is not None, "only a type of an author's own has a block"
    lines = list(_readable(shape)) if _is_readable(shape) else None
    texts = "\n".join(lines or [])
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", texts)), default=0))
    yield f"{fence}note-type{'' if lines else '='} {name}"
    yield from lines or [_exact(name, shape)]
    yield fence
    yield ""


def _exact(name: str, shape: Shape) -> str:
    cards = [{"name": card.name, "front": card.front, "back": card.back} for card in shape.templates]
    told = {"name": name, "fields": shape.field_names, "style": shape.css, "cards": cards}
    return json.dumps(told, ensure_ascii=False)


def _is_readable(shape: Shape) -> bool:
    names = shape.field_names
    if not all(is_line(name) and FIELD.fullmatch(name) for name in names) or len(set(names)) < len(names):
        return False
    cards = shape.templates
    if len(names) > MOST or len(cards) > MOST or not all(is_line(card.name) for card in cards):
        return False
    texts = [shape.css, *(side for card in cards for side in (card.front, card.back))]
    are_whole = all(text == text.strip("\n") and not re.search(r"[\r\0]", text) for text in texts)
    return are_whole and all(card.front.strip() for card in cards)


def _readable(shape: Shape) -> Iterator[str]:
    yield f"fields: {', '.join(shape.field_names)}"
    if shape.css:
        yield from ("style:", *_escaped(shape.css))
    for card in shape.templates:
        yield f"card: {card.name}"
        yield from ("front:", *_escaped(card.front))
        yield from ("back:", *_escaped(card.back))


def _escaped(text: str) -> list[str]:
    return [f"\\{line}" if PARTS.match(line) else line for line in text.split("\n")] if text else []
