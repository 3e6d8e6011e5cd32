"""The imports of a learner: begun, come to their end, given up, looked back at."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.importing.saving import ImportReport
from app.importing.uploads import harmless_name
from app.models import Import, Learner, Upload

SHOWN = 20


def begin_import(session: Session, learner_id: int, file_name: str, now: datetime, upload_id: int | None = None) -> int:
    """Notes that an import begins, and which upload it takes; its id."""
    begun = Import(user_id=learner_id, file_name=harmless_name(file_name), at=now)
    session.add(begun)
    session.flush()
    if upload_id is not None:
        _mark(session, learner_id, upload_id, begun.id)
    return begun.id


def finish_import(session: Session, learner_id: int, import_id: int, report: ImportReport, now: datetime) -> None:
    """Keeps what an import did."""
    done = own_import(session, learner_id, import_id)
    done.report, done.finished_at = report.to_json(), now
    session.flush()


def give_up(session: Session, learner_id: int, import_id: int, upload_id: int | None, *, forget: bool) -> None:
    """Lets an upload wait again whose import came to nothing. `forget`: the learner was told why, and nothing is to be
    seen of it later."""
    if upload_id is not None:
        _mark(session, learner_id, upload_id, None)
    if forget:
        unfinished = (Import.user_id == learner_id, Import.id == import_id, Import.finished_at.is_(None))
        session.execute(sa.delete(Import).where(*unfinished))


def _mark(session: Session, learner_id: int, upload_id: int, import_id: int | None) -> None:
    own = (Upload.id == upload_id, Upload.user_id == learner_id)
    session.execute(sa.update(Upload).where(*own).values(import_id=import_id))


def own_import(session: Session, learner_id: int, import_id: int) -> Import:
    """The learner's import. Raises NotFound."""
    found = session.scalar(sa.select(Import).where(Import.id == import_id, Import.user_id == learner_id))
    if found is None:
        raise NotFound()
    return found


def latest_imports(session: Session, learner: Learner) -> Sequence[Import]:
    """The learner's last imports, the newest first."""
    own = sa.select(Import).where(Import.user_id == learner.id).order_by(Import.at.desc(), Import.id.desc())
    return session.scalars(own.limit(SHOWN)).all()


NOTHING: dict[str, Any] = {
    **dict.fromkeys(("added", "updated", "unchanged", "retired", "skipped", "kept", "reviews", "files"), 0),
    "deck_id": None,
    "deck_ids": [],
    "bad_rows": [],
    "remarks": [],
}
"""A report as it is kept: an older one may not say everything."""


def report_of(done: Import) -> dict[str, Any]:
    """What an import reported, complete."""
    return {**NOTHING, **(done.report or {})}
