"""A card's sides as a page shows them: with the addresses of its files, and its words in the reader's language."""

from flask import url_for

from app.database import db
from app.library.media import Named, media_of
from app.pages.language import _
from app.rendering import Content, File, Sides, finished, media_names, render_sides


def sides_of(content: Content, ordinal: int, owner_id: int | None, *, framed: bool = False) -> Sides:
    """The sides of one card of an author's note. Only a card with pictures or sounds costs a look into the database."""
    return in_words(render_sides(content, ordinal, framed=framed), owner_id)


def in_words(sides: Sides, owner_id: int | None) -> Sides:
    """Sides as they were rendered, with what only the door knows put in."""
    if not sides.pieces:
        return sides
    names = media_names(sides)
    files = media_of(db.connection, owner_id, names) if names else {}
    return finished(sides, {name: _file(owner_id, file) for name, file in files.items()}, _)


def _file(owner_id: int | None, file: Named) -> File:
    # The digest makes another file under the same name another address, so that browsers may keep what they have.
    address = url_for("media.show_medium", owner_id=owner_id, name=file.name, v=file.digest[:12])
    return File(address, file.content_type)
