"""Rows written past the session are those that the session reads."""

from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.database import EPOCH, connection_of
from app.importing.histories import COLUMNS, MARKS, MEMORIES, ids_for
from app.models import Kind, Mark, Memory, NoteTag, Posting, Review
from app.models.bulk import COPIED, _copied, put_rows, put_values
from tests.factories import a_deck, a_learner, a_note

ID = UUID("00000000-0000-4000-8000-00000000005c")
TOLD = r'{"back\\slash": "tab\tnew\nline\r 网 \\N \\."}'


def test_numbers_texts_and_ids_arrive_as_they_were(session: Session) -> None:
    learner, connection = a_learner(session), connection_of(session)
    ids = [UUID(int=ID.int + place) for place in range(3)]
    # On PostgreSQL an id may be itself, too.
    as_id = ids_for(connection.dialect.name)
    written = [as_id(ids[0].bytes), *(id.bytes for id in ids[1:])]
    rows = [
        (7, 1, id, Kind.IMPORTED if place else Kind.IMPORTED.value, 3, 9, 5_000 + place, 3, 1_200, state)
        for place, (id, state) in enumerate(zip(written, [None, TOLD, None], strict=True))
    ]
    put_rows(connection, "reviews", COLUMNS, rows, {"user_id": learner.id, "import_id": None, "undone_at": None})
    memory = (7, 1, 1, 2, 2_500, 0, 3, 5, None, None, None, 0.1 + 0.2, 1e-9, None, 1)
    put_rows(connection, "memories", MEMORIES, [memory], {"user_id": learner.id})
    put_rows(connection, "marks", MARKS, [(7, True, None, 0)], {"user_id": learner.id})
    found = [session.get_one(Review, (learner.id, 7, id)) for id in ids]
    assert [review.state for review in found] == [None, {"back\\slash": "tab\tnew\nline\r 网 \\N \\."}, None]
    assert [review.at for review in found] == [EPOCH + timedelta(milliseconds=5_000 + place) for place in range(3)]
    kept = session.get_one(Memory, (learner.id, 7))
    assert (kept.stability, kept.difficulty, kept.queue_day) == (0.1 + 0.2, 1e-9, None)
    assert session.get_one(Mark, (learner.id, 7)).suspended is True


def test_bytes_arrive_as_they_were(session: Session) -> None:
    blob = bytes(range(256))
    put_rows(
        connection_of(session), "postings", ("owner_id", "entry", "block", "notes"), [(1, "a", 0, memoryview(blob))]
    )
    assert session.get_one(Posting, (1, "a", 0)).notes == blob


def test_more_rows_than_are_handed_over_at_a_time(session: Session) -> None:
    note_id = a_note(session, a_deck(session))[0].note_id
    keys = [f"\\{place}\t" for place in range(2 * COPIED + 1)]
    values = [value for key in keys for value in (key, "tag")]
    put_values(connection_of(session), "note_tags", ("key", "tag"), values, {"owner_id": 0, "note_id": note_id})
    own = sa.select(NoteTag.key).where(NoteTag.note_id == note_id)
    assert sorted(session.scalars(own)) == sorted(keys)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1))
def test_no_text_breaks_out_of_its_row(texts: list[str]) -> None:
    lines = _copied([value for text in texts for value in (text, 1)], 2, [None])
    assert lines.split("\n")[-1] == ""
    rows = [line.split("\t") for line in lines.split("\n")[:-1]]
    assert [row[1:] for row in rows] == [["1", r"\N"]] * len(texts)
    plain = {r"\t": "\t", r"\n": "\n", r"\r": "\r", r"\\": "\\"}
    assert [_unescaped(row[0], plain) for row in rows] == texts


def _unescaped(text: str, plain: dict[str, str]) -> str:
    found, place = "", 0
    while place < len(text):
        width = 2 if text[place] == "\\" else 1
        found += plain.get(text[place : place + width], text[place : place + width])
        place += width
    return found
