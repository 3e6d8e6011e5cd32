"""Files that wait between their upload and their import."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, undefer

from app.errors import N_, NotFound, Refused
from app.models import Learner, Upload

KEPT_FOR = timedelta(days=1)
KEPT_AT_ONCE = 3


def keep_upload(session: Session, learner: Learner, file_name: str, content: bytes, now: datetime) -> Upload:
    """Keeps a file for the preview; older ones of the learner make room. Refused if it is empty."""
    if not content.strip():
        raise Refused(N_("There is nothing in that file."), field="file")
    newest = sa.select(Upload.id).where(Upload.user_id == learner.id).order_by(Upload.id.desc()).limit(KEPT_AT_ONCE - 1)
    session.execute(sa.delete(Upload).where(Upload.user_id == learner.id, Upload.id.not_in(newest)))
    session.execute(sa.delete(Upload).where(Upload.created_at < now - KEPT_FOR))
    upload = Upload(user_id=learner.id, file_name=file_name[-255:], content=content, created_at=now)
    session.add(upload)
    session.flush()
    return upload


def own_upload(session: Session, learner: Learner, upload_id: int) -> Upload:
    """The learner's upload with its content. Raises NotFound."""
    upload = session.scalar(
        sa.select(Upload).where(Upload.id == upload_id, Upload.user_id == learner.id).options(undefer(Upload.content))
    )
    if upload is None:
        raise NotFound(N_("This upload is no longer here. Choose the file again."))
    return upload


def drop_upload(session: Session, learner: Learner, upload_id: int) -> None:
    """Forgets an upload."""
    session.execute(sa.delete(Upload).where(Upload.id == upload_id, Upload.user_id == learner.id))


def keep_report(session: Session, learner: Learner, upload_id: int, report: dict[str, Any]) -> None:
    """Puts the import's report in the place of the file, which is not needed any more."""
    upload = own_upload(session, learner, upload_id)
    upload.report, upload.content = report, None
    session.flush()
