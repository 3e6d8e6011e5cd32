"""What a form holds of a note, and how that looks; for all pages on which notes are written."""

import re
from collections.abc import Collection, Sequence

from flask import request

from app.errors import Refused
from app.library.editing import FIELD, LANGUAGE, TAGS, Wording, check, reworded
from app.models import Note
from app.pages.language import CARD_LANGUAGES
from app.pages.sides import WHOLE_NOTE, sides_of_all
from app.pages.words import error_words
from app.rendering import card_ordinals
from app.rendering.cards import render_sides
from app.rendering.differences import Effort, Piece, difference
from app.rendering.pasted import is_of_office, markdown_of
from app.rendering.text import plain_text

PREVIEWED = 12
"""Cards of one note. A cloze may have hundreds, and whoever writes it looks at a few."""
SHORT = 80
"""Characters of a note's first words where they are a link."""
BETWEEN_TAGS = re.compile("[,，、\n]")
"""And blanks."""


def as_it_is(note: Note) -> Wording:
    return Wording(note.fields, note.tags, note.field_languages)


def typed_in(note: Note) -> Wording:
    """What the form holds; a field that it does not have stays as it is."""
    form = request.form
    fields = [_field(note, form.get(FIELD.format(n)), text) for n, text in enumerate(note.fields)]
    # Left alone, tags stay as they are, whatever stands in them.
    tags = note.tags if form.get(TAGS) in {None, ", ".join(note.tags)} else tags_in(form[TAGS], note.tags)
    choices = language_choices(note)
    given = [(form.get(LANGUAGE.format(n), ""), before) for n, before in enumerate(note.field_languages)]
    return Wording(fields, tags, [chosen if chosen in choices else before for chosen, before in given])


def _field(note: Note, typed: str | None, before: str) -> str:
    text = before if typed is None else lines(typed)
    # Only what is new: a note may be about just such HTML.
    if text != before and note.format == "markdown" and is_of_office(text):
        return markdown_of(text)
    return text


def lines(text: str) -> str:
    """As the browser had it before it made the line ends those of a form. PostgreSQL keeps no NUL."""
    return text.replace("\r\n", "\n").replace("\x00", "")


def tags_in(text: str, known: Collection[str] = ()) -> list[str]:
    """Tags as they are typed, in whatever form: with blanks or commas between them. `known`: tags that the note has
    already; one with a blank in it, as files bring them, stays whole between commas."""
    parts = (part.strip() for part in BETWEEN_TAGS.split(lines(text)))
    return list(dict.fromkeys(tag for part in parts for tag in ([part] if part in known else part.split())))


def previewed(note: Note, typed: Wording, deck: str) -> dict[str, object]:
    """The first cards of the note as it is typed, and what would keep it from being saved, in which field. `deck`: its
    path, which templates may show."""
    if not any(typed.fields):
        return {"sides": [], "problem": None, "cards": 0}
    try:
        check(note, typed)
    except Refused as error:
        return {"sides": [], "problem": error_words(error), "in_field": _name_of(note, error.field), "cards": 0}
    content = reworded(note, typed, deck)
    ordinals = card_ordinals(content)
    # What is not saved yet has no address a frame could show; it is seen without its type's style.
    sides = sides_of_all([(content, ordinal, note.owner_id) for ordinal in ordinals[:PREVIEWED]])
    return {"sides": sides, "problem": None, "cards": len(ordinals)}


def _name_of(note: Note, field: str | None) -> str | None:
    """What the note's type calls a field of the form."""
    names = {FIELD.format(number): name for number, name in enumerate(note.note_type.field_names)}
    return names.get(field or "")


def language_choices(note: Note) -> dict[str, str]:
    """The languages a field can be given, by their own names; one that came with a file has none."""
    return {**{code: code for code in note.field_languages if code not in CARD_LANGUAGES}, **CARD_LANGUAGES}


def differing(before: Sequence[str], after: Sequence[str], effort: Effort) -> list[list[Piece]]:
    """How texts differ, one by one."""
    return [difference(old, new, effort) for old, new in zip(before, after, strict=False)]


def beginning(note: Note) -> str:
    """The first words of a note as they are read, for a link to it; of a picture, its signs."""
    read = plain_text(render_sides(note.content(""), WHOLE_NOTE).question) if note.fields else ""
    words = " ".join((read or "".join(note.fields[:1])).split())
    return words if len(words) <= SHORT else f"{words[: SHORT - 1]}…"


def beginnings(notes: Sequence[Note]) -> list[tuple[int, str, str]]:
    """Of each note its id, its first words and their language."""
    return [(note.id, beginning(note), note.field_languages[0]) for note in notes]
