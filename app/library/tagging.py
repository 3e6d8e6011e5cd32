"""Which tags a learner uses."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Learner, NoteTag
from app.models.note import tag_key

OFFERED = 8
LAST = "\U0010ffff"
"""Sorts behind whatever can follow in a tag."""


def tags_beginning(session: Session, learner: Learner, text: str) -> list[str]:
    """Some of the learner's own tags that begin so, whatever the letters' case, in their order."""
    begins = tag_key(text).removesuffix("::") + ("::" if text.rstrip().endswith("::") else "")
    if begins in {"", "::"}:
        return []
    found: list[str] = []
    behind = begins
    while len(found) < OFFERED:
        # One step of the key for each: a tag may be on a hundred thousand notes.
        own = (NoteTag.owner_id == learner.id, NoteTag.key >= behind, NoteTag.key < begins + LAST)
        row = session.execute(sa.select(NoteTag.key, NoteTag.tag).where(*own).order_by(NoteTag.key).limit(1)).first()
        if row is None:
            break
        found.append(row.tag)
        behind = row.key + "\x01"
    return found
