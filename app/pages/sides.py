"""A card's sides as a page shows them: with the addresses of its files, and its words in the reader's language."""

import unicodedata
from collections.abc import Collection, Sequence

from flask import Response, make_response, render_template, url_for
from flask_login import current_user

from app.database import db
from app.library.media import Named, media_of
from app.models.shown import ShownNote
from app.pages.language import _
from app.pages.passes import pass_for
from app.rendering import Content
from app.rendering.cards import Sides, render_sides
from app.rendering.finishing import File, finished, media_names
from app.rendering.text import files_shown_in
from app.study.showing import ShownCard

FRAME_POLICY = "; ".join(
    [
        "default-src 'none'",
        "img-src 'self'",
        "media-src 'self'",
        "font-src 'self'",
        "style-src 'unsafe-inline'",
        "sandbox allow-same-origin",
        "frame-ancestors 'self'",
    ]
)
"""For a card with a style of its own: its author styles it, and nothing in it runs or is loaded from elsewhere."""

WHOLE_NOTE = 0
"""The ordinal that stands for a note in a list: the first direction, or for a cloze the number that hides nothing."""


def frame_of(sides: Sides, ordinal: int, side: str) -> Response:
    """One side of a card as a document of its own, for the frame it is shown in."""
    response = make_response(render_template("cards/side.html", ordinal=ordinal, sides=sides, side=side))
    response.headers["Content-Security-Policy"] = FRAME_POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def sides_of_card(card: ShownCard, *, framed: bool = False) -> Sides:
    """The sides of a card as its learner is shown it."""
    rendered = render_sides(card.content, card.ordinal, framed=framed)
    return in_words([rendered], card.owner_id, files_in=card.files_in, format=card.format)[0]


def sides_of_notes(notes: Sequence[tuple[ShownNote, str, int]]) -> list[Sides]:
    """The sides of cards of a list: each note with the path of its deck, and the card's ordinal."""
    whole = {place: one for place, one in enumerate(notes) if one[0].files_in is None}
    cards = [(one.content(deck), ordinal, one.note.owner_id) for one, deck, ordinal in whole.values()]
    found = dict(zip(whole, sides_of_all(cards), strict=True))
    for place, (one, deck, ordinal) in enumerate(notes):
        if place not in found:
            rendered = render_sides(one.content(deck), ordinal)
            author, format = one.note.owner_id, one.note.format
            found[place] = in_words([rendered], author, files_in=one.files_in, format=format)[0]
    return [found[place] for place in range(len(notes))]


def sides_of_all(cards: Sequence[tuple[Content, int, int | None]]) -> list[Sides]:
    """The same for a list, whoever the authors: one look into the database for each of them, not for each card."""
    by_owner: dict[int | None, list[int]] = {}
    for place, (_content, _ordinal, owner_id) in enumerate(cards):
        by_owner.setdefault(owner_id, []).append(place)
    done: dict[int, Sides] = {}
    for owner_id, places in by_owner.items():
        rendered = [render_sides(*cards[place][:2]) for place in places]
        done.update(zip(places, in_words(rendered, owner_id), strict=True))
    return [done[place] for place in range(len(cards))]


def in_words(
    rendered: Sequence[Sides],
    owner_id: int | None,
    coming: Collection[str] = (),
    *,
    files_in: Sequence[str] | None = None,
    format: str = "markdown",
) -> list[Sides]:
    """Sides of an author's cards as they were rendered, with what only the door knows put in. Only pictures and sounds
    cost a look into the database. `coming`: files that are not here yet, but will be; `files_in`: the author's own
    texts, in a `format`, if these are somebody else's, who could otherwise ask for any file of the author's."""
    names = list(dict.fromkeys(name for sides in rendered for name in media_names(sides)))
    if files_in is not None and names:
        shown = files_shown_in(files_in, format)
        names = [name for name in names if unicodedata.normalize("NFC", name) in shown]
    named = media_of(db.connection, owner_id, names) if names else {}
    files = {name: File("", "") for name in names if name in coming}
    files |= {name: _file(owner_id, file) for name, file in named.items()}
    return [finished(sides, files, _) for sides in rendered]


def _file(owner_id: int | None, file: Named) -> File:
    # The digest makes another file under the same name another address, so that browsers may keep what they have.
    key = None if owner_id == current_user.id else pass_for(current_user.id, owner_id, file.digest)
    address = url_for("media.show_medium", owner_id=owner_id, name=file.name, v=file.digest[:12], key=key)
    return File(address, file.content_type)
