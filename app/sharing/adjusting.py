"""A follower's own wording of somebody's note: beside the author's, for them alone."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.errors import N_, NotFound, Refused, Stale
from app.models import Adjustment, Learner
from app.models.indexing import index_own_wording
from app.models.shown import ShownNote
from app.models.user import one_at_a_time
from app.rendering import card_ordinals

OTHER_CARDS = N_("Keep the author’s gaps: what you know hangs on them. The words in them may be yours.")
MOVED_ON = N_("This note was changed while you were writing. Nothing of yours is saved yet.")


def state_of(shown: ShownNote) -> str:
    """Which wording a page showed, the author's and the learner's: a form that sends it back was written over nothing
    newer."""
    both = json.dumps([shown.note.fields, shown.own_fields, shown.seen_fields])
    return hashlib.blake2b(both.encode(), digest_size=16).hexdigest()


def adjust_note(
    session: Session, learner: Learner, shown: ShownNote, fields: Sequence[str], seen: str, now: datetime
) -> bool:
    """Keeps a wording of the learner's own of a note they see, in place of the author's; whether there is one now. The
    author's own words are none.

    Raises NotFound for a note of the learner's own, Refused unless its cards are the author's, Stale if the page had
    shown another state than `seen`.
    """
    _check(session, learner, shown, seen)
    authors = shown.note.content("")
    if card_ordinals(replace(authors, fields=fields)) != card_ordinals(authors):
        raise Refused(OTHER_CARDS, field="field-0")
    if list(fields) == shown.note.fields:
        _give_up(session, learner, shown)
        return False
    kept = {"note_type_id": shown.note.note_type_id, "format": shown.note.format, "changed_at": now}
    own = Adjustment(
        user_id=learner.id, note_id=shown.note.id, fields=list(fields), seen_fields=shown.note.fields, **kept
    )
    session.merge(own)
    session.flush()
    index_own_wording(session, learner.id, shown.note.id, fields, shown.note.format)
    return True


def keep_own(session: Session, learner: Learner, shown: ShownNote, seen: str) -> None:
    """Goes on with the learner's own wording, though the author's has changed. Raises NotFound if there is none, Stale
    as above."""
    _check(session, learner, shown, seen)
    own = session.get(Adjustment, (learner.id, shown.note.id))
    if own is None:
        raise NotFound()
    own.seen_fields = shown.note.fields
    session.flush()


def give_up_own(session: Session, learner: Learner, shown: ShownNote) -> list[str]:
    """Goes back to the author's wording, and returns what the learner's was. Raises NotFound if there is none."""
    one_at_a_time(session, learner)
    own = session.get(Adjustment, (learner.id, shown.note.id))
    if own is None:
        raise NotFound()
    fields = own.fields
    _give_up(session, learner, shown)
    return fields


def _give_up(session: Session, learner: Learner, shown: ShownNote) -> None:
    own = session.get(Adjustment, (learner.id, shown.note.id))
    if own is not None:
        session.delete(own)
        session.flush()


def _check(session: Session, learner: Learner, shown: ShownNote, seen: str) -> None:
    one_at_a_time(session, learner)
    if shown.note.owner_id == learner.id:
        raise NotFound()
    if state_of(shown) != seen:
        raise Stale(MOVED_ON)
