"""Note types that come with a deck: their templates and style, kept for the deck they came with."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.database import EPOCH
from app.errors import N_, Stale
from app.models import Deck, Note, NoteType
from app.models.own_types import EVERYWHERE, STAGED, types_begin
from app.rendering import Shape

EVERYWHERE_BEGINS = f"/{EVERYWHERE}/"


def own_type(name: str) -> str:
    """What a note type of the file's own is called among the kinds that are built in."""
    return f"custom/{name}"


def add_types(
    session: Session, owner_id: int | None, begin: str, shapes: Sequence[Shape], now: datetime
) -> dict[str, int]:
    """The rows of these types by what notes call them; those that are not there yet are made, for now as nobody's."""
    found: dict[str, int] = {}
    for shape in shapes:
        note_type = known_type(session, owner_id, begin, shape)
        if note_type is None:
            note_type = NoteType(
                owner_id=owner_id, kind="custom", guid=_staged(now) + begin + shape.name, **_columns(shape)
            )
            session.add(note_type)
            session.flush()
        found[own_type(shape.name)] = note_type.id
    return found


def known_type(session: Session, owner_id: int | None, begin: str, shape: Shape) -> NoteType | None:
    """The row of a type that is here: it came with such a file, or is the same in all it holds."""
    own = sa.select(NoteType).where(NoteType.owner_id.is_not_distinct_from(owner_id)).order_by(NoteType.id)
    came = session.scalars(own.where(NoteType.guid == begin + shape.name)).first()
    if came is not None or not begin.endswith(EVERYWHERE_BEGINS):
        return came
    settled = sa.or_(NoteType.guid.is_(None), ~NoteType.guid.startswith(STAGED))
    alike = session.scalars(own.where(NoteType.name == shape.name, NoteType.kind == "custom", settled))
    return next((one for one in alike if one.shape == shape), None)


def settle_types(session: Session, owner_id: int | None, ids: dict[str, int]) -> None:
    """Makes types that were staged what the next import will find. Raises Stale if another was faster."""
    staged = sa.select(NoteType).where(NoteType.id.in_(ids.values()), NoteType.guid.startswith(STAGED))
    for note_type in session.scalars(staged).all():
        guid = (note_type.guid or "").split(":", 2)[2]
        own = NoteType.owner_id.is_not_distinct_from(owner_id), NoteType.guid == guid
        if session.scalar(sa.select(NoteType.id).where(*own)) is not None:
            raise Stale(N_("This deck is being imported at this moment. Wait for it to finish."))
        note_type.guid = guid
    session.flush()


def remove_staged_types(session: Session, owner_id: int | None, moments: Sequence[datetime]) -> None:
    """Removes the types of imports that began at these moments and did not come to their end."""
    used = sa.exists().where(Note.note_type_id == NoteType.id)
    for moment in moments:
        own = NoteType.owner_id.is_not_distinct_from(owner_id), NoteType.guid.startswith(_staged(moment))
        session.execute(sa.delete(NoteType).where(*own, ~used))


def _staged(moment: datetime) -> str:
    return f"{STAGED}{(moment - EPOCH) // timedelta(milliseconds=1)}:"


def revise_types(session: Session, ids: dict[str, int], shapes: Sequence[Shape]) -> None:
    """Makes the types what the file says they are now."""
    for shape in shapes:
        note_type = session.get_one(NoteType, ids[own_type(shape.name)])
        for name, value in _columns(shape).items():
            if getattr(note_type, name) != value:
                setattr(note_type, name, value)
    session.flush()


def remove_types(session: Session, deck: Deck) -> None:
    """Removes a deck's own types, once none of its notes is left."""
    begin = types_begin(deck.language, deck.guid)
    own = NoteType.owner_id.is_not_distinct_from(deck.owner_id), NoteType.guid.startswith(begin, autoescape=True)
    used = sa.exists().where(Note.note_type_id == NoteType.id)
    session.execute(sa.delete(NoteType).where(*own, ~used))


def _columns(shape: Shape) -> dict[str, Any]:
    templates = [{"name": card.name, "front": card.front, "back": card.back} for card in shape.templates]
    return {"name": shape.name, "field_names": list(shape.field_names), "templates": templates, "css": shape.css}
