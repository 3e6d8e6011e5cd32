"""What an import writes over is kept."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.importing.decks import Decks
from app.importing.notes import Change
from app.models.change import Change as ContentChange
from app.models.change import begin_change, keep_versions


@dataclass
class Former:
    """The notes of one import as they were. The content's change begins with the first whose content differs, and all
    of them belong to it."""

    session: Session
    decks: Decks
    change: ContentChange | None = None

    def keep(self, changes: Sequence[Change]) -> None:
        """Keeps the notes before these changes are made to them."""
        reworded = [change.note_id for change in changes if change.counts]
        if not reworded:
            return
        if self.change is None:
            decks = self.decks
            begun = ContentChange(user_id=decks.owner_id, at=decks.now, verb="import", import_id=decks.import_id)
            self.change = begin_change(self.session, begun)
        keep_versions(self.session, self.change, reworded)
