"""Imported notes are found by the tags they have."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.importing import Source, import_deck, read_deck
from app.models import Note, NoteTag
from tests.factories import a_learner, at


@pytest.mark.parametrize("later", ["a::b, d", "", "A, a, c, e"])
def test_after_the_first_import_and_after_a_changed_one(session: Session, later: str) -> None:
    ada = a_learner(session)
    for tags in ("a, b", later):
        body = f"---\ndeck: D\nid: d\n---\n\n## One {{#one}}\ntags: {tags}\n\nA\n\n## Two {{#two}}\ntags: x\n\nB\n"
        import_deck(read_deck(Source("d.md", content=body.encode())), ada.id, at(0), in_the_same_transaction(session))
        session.expire_all()
        written = {(note.id, tag.lower()) for note in session.scalars(sa.select(Note)) for tag in note.tags}
        found = session.execute(sa.select(NoteTag.note_id, NoteTag.tag)).all()
        assert {(note_id, tag.lower()) for note_id, tag in found} == written
        assert len(found) == len(written)


def in_the_same_transaction(session: Session) -> object:
    @contextmanager
    def in_transaction() -> Iterator[Session]:
        yield session
        session.flush()

    return in_transaction
