"""What an import writes over is kept, once, under one change."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import Stale
from app.importing import ImportReport
from app.library.editing import Wording, edit_note, open_note
from app.library.history import bring_back, steps_of, undo_change
from app.models import Change, Note, NoteVersion, User
from app.models.change import digest_of
from app.rendering.differences import Effort
from tests.factories import a_learner, at
from tests.importing.test_saving import THREE, save
from tests.statements import recorded


def versions(session: Session) -> list[tuple]:
    rows = sa.select(Change.user_id, Change.verb, Change.at, NoteVersion.fields).join(Change)
    return [tuple(row) for row in session.execute(rows.order_by(NoteVersion.change_id, NoteVersion.note_id))]


def fields_of(session: Session, owner: User | None, guid: str) -> list[str]:
    own = Note.owner_id.is_not_distinct_from(owner.id if owner else None)
    return session.scalars(sa.select(Note.fields).where(own, Note.guid == f"test/{guid}")).one()


def test_a_first_import_and_the_same_again_keep_nothing(session: Session) -> None:
    ada = a_learner(session)
    save(session, THREE, ada)
    save(session, THREE, ada, day=1)
    save(session, "## New {#new}\n\nN\n\n" + THREE, ada, day=2)
    assert versions(session) == []


def test_all_that_an_import_changes_is_one_change(session: Session) -> None:
    bob, ada = a_learner(session), a_learner(session)
    for owner in (bob, ada, None):
        save(session, THREE, owner)
    changed = THREE.replace("\n\nA\n", "\n\nAlpha\n").replace("\n\nB\n", "\n\nBeta\n")
    report: ImportReport = save(session, changed, ada, day=1)
    assert report.updated == 2
    assert versions(session) == [(ada.id, "import", at(1), ["One", "A"]), (ada.id, "import", at(1), ["Two", "B"])]
    assert session.scalar(sa.select(sa.func.count()).select_from(Change)) == 1
    save(session, changed, None, day=2)
    assert versions(session)[2:] == [(None, "import", at(2), ["One", "A"]), (None, "import", at(2), ["Two", "B"])]
    assert fields_of(session, bob, "one") == ["One", "A"]


def test_an_import_over_an_edit_is_not_lost_by_undoing_and_the_edit_can_be_brought_back(session: Session) -> None:
    ada = a_learner(session)
    save(session, THREE, ada)
    note = session.scalars(sa.select(Note).where(Note.guid == "test/one")).one()
    edit = edit_note(session, ada, note.id, Wording(("One", "Mine"), ()), digest_of(note), at(1))
    save(session, THREE, ada, day=2)
    assert fields_of(session, ada, "one") == ["One", "A"]
    with pytest.raises(Stale, match="An import"):
        undo_change(session, ada, edit, at(3))
    latest, _ = steps_of(session, open_note(session, ada, note.id).note, Effort())
    bring_back(session, ada, note.id, latest.change_id, at(3))
    assert fields_of(session, ada, "one") == ["One", "Mine"]


def test_keeping_costs_some_statements_a_batch_not_one_a_note(session: Session) -> None:
    ada = a_learner(session)
    decks = ["".join(f"## Q{n} {{#q{n}}}\n\n{answer}\n\n" for n in range(600)) for answer in ("A", "B")]
    save(session, decks[0], ada)
    with recorded() as recording:
        save(session, decks[1], ada, day=1)
    assert recording.names.count("keep_versions") == 4
    assert recording.names.count("begin_change") == 1
    assert session.scalar(sa.select(sa.func.count()).select_from(NoteVersion)) == 600
