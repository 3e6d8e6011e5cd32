"""What an import writes over is kept."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.importing.notes import Change
from app.importing.opening import Target
from app.models.change import Change as ContentChange
from app.models.change import begin_change, keep_versions


@dataclass
class Former:
    """The notes of one import as they were. The content's change begins with the first whose content differs, and all
    of them belong to it."""

    session: Session
    target: Target
    change: ContentChange | None = None

    def keep(self, changes: Sequence[Change]) -> None:
        """Keeps the notes before these changes are made to them."""
        reworded = [change.note_id for change in changes if change.note_id is not None and change.counts]
        if not reworded:
            return
        if self.change is None:
            target = self.target
            begun = ContentChange(user_id=target.owner_id, at=target.now, verb="import", upload_id=target.upload_id)
            self.change = begin_change(self.session, begun)
        keep_versions(self.session, self.change, reworded)
