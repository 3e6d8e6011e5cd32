"""What the process that reads a collection works out beforehand is what the writer would have worked out itself."""

import tempfile
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.importing.anki import reading
from app.importing.histories import Histories, Owner
from app.importing.log_rows import AT, TOOK, WIDTH, parts_of, share_of
from app.importing.parsed import ParsedReview, ReadingOptions, Source
from app.importing.ready_log import ReadyLog
from app.models import Kind, NoteType, Stage
from app.models.bulk import put_rows
from tests.importing.anki_packages import CREATED, Card, Collection, Note

ZONE, STARTS_AT = "Asia/Kathmandu", 4
A_DAY = 86_400_000
moments = st.lists(st.integers(CREATED * 1000, CREATED * 1000 + 30 * A_DAY), unique=True, min_size=1, max_size=30)
said = st.tuples(
    *(st.integers(0, 4), st.integers(-90_000, 400), st.sampled_from([-90_000, -600, 0, 1, 20, 21, 400])),
    *(st.sampled_from([0, 1300, 2500]), st.integers(-5, 90_000), st.integers(0, 5)),
)


def log_of(answers: list[tuple[int, ...]]) -> ReadyLog:
    """The log of the one card of a collection with these answers."""
    with tempfile.TemporaryDirectory() as folder:
        made = Collection(notes=[Note("a\x1fb", cards=[Card(answers=answers)])]).package(Path(folder))
        options = ReadingOptions(time_zone=ZONE, day_starts_at=STARTS_AT)
        with reading.read(Source(made.name, made), options) as deck:
            (note,) = deck.rows
    log = note.cards[0].reviews
    assert isinstance(log, ReadyLog)
    return log


@settings(max_examples=8, deadline=None)
@given(moments, st.data())
def test_what_is_ready_gives_the_rows_and_totals_of_what_is_not(at: list[int], data: st.DataObject) -> None:
    log = log_of([(moment, *data.draw(said)) for moment in sorted(at)])
    ready, slow = (Histories(Owner(1, ZONE, STARTS_AT, 5, bytes)) for _ in range(2))
    bare = [review._replace(day=None, hour=None) for review in log]
    assert ready.add_reviews(7, 2, 3, log) == slow.add_reviews(7, 2, 3, bare) == []
    assert ready.reviews == slow.reviews
    assert ready.totals.take(1) == slow.totals.take(1)


def test_a_ready_log_reads_like_any_other() -> None:
    at = [CREATED * 1000 + number * A_DAY for number in range(3)]
    log = log_of([(moment, 3, 4, 1, 2500, 1_000 + moment % 7, 1) for moment in at])
    told = list(log)
    assert all(isinstance(review, ParsedReview) for review in told)
    assert [review.at_ms for review in told] == at
    assert (len(log), log[0], log[-1], list(log[1:])) == (3, told[0], told[-1], told[1:])
    assert log.took_ms == [review.took_ms for review in told]
    with pytest.raises(IndexError):
        log[3]
    assert (log.values[AT], log.values[TOOK]) == (at[0], told[0].took_ms)
    assert len(log.of(5, 6)) == 3 * WIDTH


@given(
    *(st.integers(-1, 47_000), st.integers(0, 23), st.sampled_from(Kind), st.integers(0, 5)),
    *(st.sampled_from(Stage), st.booleans()),
)
def test_a_share_says_what_it_was_made_of(day: int, hour: int, kind: int, grade: int, stage: int, first: bool) -> None:
    assert parts_of(share_of(day, hour, kind, grade, stage, first)) == (day, hour, kind, grade, stage, first)


def test_rows_left_over_from_full_statements_are_written_too_and_what_is_the_same_in_all(session: Session) -> None:
    own = {"owner_id": None}
    columns = ("guid", "kind", "name", "field_names", "templates", "css")
    rows = [(f"type {number}", "custom", f"T{number}", "[]", "[]", "") for number in range(43)]
    before = session.scalar(sa.select(sa.func.count()).select_from(NoteType))
    put_rows(session.connection(), "note_types", columns, rows, own)
    stored = session.scalars(sa.select(NoteType.guid).where(NoteType.owner_id.is_(None), NoteType.guid.like("type %")))
    assert sorted(str(guid) for guid in stored) == sorted(row[0] for row in rows)
    assert before is not None
    assert session.scalar(sa.select(sa.func.count()).select_from(NoteType)) == before + len(rows)
