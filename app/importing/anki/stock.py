"""Which of Anki's note types are Cardlet's own kinds: those it ships with, as long as nobody has changed them."""

import re

from app.importing.parsed import NoteKind
from app.rendering import Shape

FACES = (
    ("basic", (("{{A}}", "{{FrontSide}}<hrid=answer>{{B}}"),)),
    ("reversed", (("{{A}}", "{{FrontSide}}<hrid=answer>{{B}}"), ("{{B}}", "{{FrontSide}}<hrid=answer>{{A}}"))),
    ("typed", (("{{A}}{{type:B}}", "{{A}}<hrid=answer>{{type:B}}"),)),
    ("typed", (("{{A}}{{type:B}}", "{{FrontSide}}<hrid=answer>{{B}}"),)),
    ("typed", (("{{A}}{{type:B}}", "{{FrontSide}}<hrid=answer>{{type:B}}"),)),
    ("cloze", (("{{cloze:A}}", "{{cloze:A}}<br>{{B}}"),)),
)
"""The templates of the types every Anki has had, without white space, with A and B for their fields."""
FACES_BY_TEMPLATES: dict[tuple[tuple[str, str], ...], NoteKind] = {templates: kind for kind, templates in FACES}  # type: ignore[misc]
CARD = re.compile(
    r"\.card\{font-family:arial;font-size:20px;(line-height:1\.5;)?text-align:center;color:black;background-color:white;?\}"
)
CLOZE = re.compile(
    r"\.cloze\{font-weight:bold;color:blue;?\}(\.night_?mode\.cloze\{color:lightblue;?\})?", re.IGNORECASE
)
SPACE = re.compile(r"\s+")


def stock_kind(shape: Shape) -> NoteKind | None:
    """The kind a note type is if it is one that comes with Anki, unchanged but for the names of its fields, which
    are in the language of whoever made it; None otherwise."""
    if len(shape.field_names) != 2 or not _is_stock_style(shape.css):
        return None
    templates = tuple((_bare(card.front, shape), _bare(card.back, shape)) for card in shape.templates)
    return FACES_BY_TEMPLATES.get(templates)


def _bare(template: str, shape: Shape) -> str:
    """The template with A and B for the fields, without white space around its parts."""

    def renamed(match: re.Match[str]) -> str:
        filters, name = match[1] or "", match[2].strip()
        if name == "FrontSide":
            return "{{FrontSide}}"
        letter = dict(zip(shape.field_names, "AB", strict=True)).get(name, "?")
        return "{{" + filters + letter + "}}"

    return SPACE.sub("", FIELD.sub(renamed, template))


FIELD = re.compile(r"\{\{([a-z]+:)?([^{}:]+)\}\}")


def _is_stock_style(css: str) -> bool:
    bare = SPACE.sub("", css)
    return not bare or CLOZE.sub("", CARD.sub("", bare, count=1), count=1) == ""
