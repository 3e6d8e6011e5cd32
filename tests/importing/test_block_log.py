"""What the process that reads a collection works out beforehand is what the writer would have worked out itself."""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.importing.anki import reading
from app.importing.block_log import BlockLog
from app.importing.filling import UNCHOSEN
from app.importing.histories import Histories, Owner
from app.importing.log_blocks import LogBlock, packed
from app.importing.log_rows import COLUMNS, TOLD, parts_of, share_of
from app.importing.parsed import ParsedCard, ParsedNote, ParsedReview, ReadingOptions, Source
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


def card_of(answers: list[tuple[Any, ...]], **row: int) -> ParsedCard:
    """The one card of a collection, with these answers."""
    with tempfile.TemporaryDirectory() as folder:
        card = Card(answers=answers, **row)  # type: ignore[arg-type]
        made = Collection(notes=[Note("a\x1fb", cards=[card])]).package(Path(folder))
        options = ReadingOptions(time_zone=ZONE, day_starts_at=STARTS_AT, packed=True)
        with reading.read(Source(made.name, made), options) as deck:
            (note,) = deck.rows
    assert isinstance(note, ParsedNote) and note.cards is not None
    return note.cards[0]


def log_of(answers: list[tuple[Any, ...]]) -> BlockLog:
    log = card_of(answers).reviews
    assert isinstance(log, BlockLog)
    return log


def histories() -> Histories:
    return Histories(Owner(1, ZONE, STARTS_AT, 5, bytes))


def written(histories: Histories) -> tuple[list[Any], list[tuple[int, ...]]]:
    """The rows of the log and the totals."""
    histories.placed.count()
    return [v for block in histories.placed.take() for v in block.values()] + histories.reviews, histories.totals.take(
        1
    )


@settings(max_examples=8, deadline=None)
@given(moments, st.data())
def test_what_is_ready_gives_the_rows_and_totals_of_what_is_not(at: list[int], data: st.DataObject) -> None:
    log = log_of([(moment, *data.draw(said)) for moment in sorted(at)])
    ready, slow = histories(), histories()
    bare = [review._replace(day=None, hour=None) for review in log]
    assert ready.add_reviews(7, 2, 3, log) == slow.add_reviews(7, 2, 3, bare) == []
    assert written(ready) == written(slow)


def test_a_schedule_taken_over_stands_in_the_block_as_it_would_be_written() -> None:
    at = CREATED * 1000 + A_DAY
    card = card_of([(at, 3, 4, 1, 2500, 1_000, 1)], type=2, queue=2, due=20, ivl=4, factor=2500, reps=3)
    assert card.state is not None
    ready, slow = histories(), histories()
    ready.add(7, 2, 3, card, UNCHOSEN)
    slow.add(7, 2, 3, replace(card, reviews=list(card.reviews)), UNCHOSEN)
    assert (len(card.reviews), ready.memories) == (1, slow.memories)
    assert written(ready) == written(slow)


@pytest.mark.parametrize("took", [1.5, "1500 ms"])
def test_milliseconds_and_buttons_are_whole_whatever_the_file_has(took: Any) -> None:
    (review,) = log_of([(CREATED * 1000, 2.5, 4, 1, 2500, took, 1)])
    assert (type(review.took_ms), review.grade) == (int, 3)


def two_cards() -> tuple[BlockLog, BlockLog]:
    """Of a block of two decks, as it is where SQLite cannot make a database of it."""
    values = [[f"id {n}".ljust(16).encode(), 3, 19_000 + n, 9, n, 4, 100, "[1, 3, 2, 2500]"] for n in range(5)]
    shares = [(deck, share_of(19_000 + n, 9, 3, 4, 1, True), 1, 100) for n, deck in enumerate([0, 0, 0, 1, 1])]
    block = LogBlock([value for row in values for value in row], 5, shares)
    return BlockLog(block, 0, 0, 3, 3), BlockLog(block, 1, 3, 2, 2)


@pytest.mark.parametrize("chosen", [[0], [1], [0, 1], [1, 0]])
def test_a_part_of_a_block_counts_as_what_it_is(chosen: list[int]) -> None:
    ready, slow, logs = histories(), histories(), two_cards()
    for place in chosen:
        ready.add_reviews(place + 7, place, place, logs[place])
        slow.add_reviews(place + 7, place, place, list(logs[place]))
    rows, totals = written(ready)
    assert sorted(totals) == sorted(written(slow)[1])
    assert len(rows) == len(COLUMNS) * sum(len(logs[place]) for place in chosen)


def test_a_block_says_the_same_as_a_database_and_as_a_list() -> None:
    (log, other) = two_cards()
    values = log.block.content
    assert isinstance(values, list)
    content = packed([*values])
    assert isinstance(content, bytes)
    database = LogBlock(content, 5, [])
    assert database.rows(0, 5) == log.block.rows(0, 5)
    assert database.ids(1, 3) == log.block.ids(1, 3) == [row[0] for row in log.block.rows(1, 3)]
    assert list(other) == list(BlockLog(database, 1, 3, 2, 2))
    assert len(database.rows(0, 1)[0]) == len(TOLD)


def test_so_many_rows_are_written_at_a_time_and_at_least_a_card() -> None:
    both, logs = histories(), two_cards()
    for place in (0, 1):
        both.add_reviews(place + 7, place, place, logs[place])
    (block,) = both.placed.take()
    assert list(block.parts(lambda: 1)) == [(3, [1, 3, 7, 0]), (2, [4, 5, 8, 1])]
    assert list(block.parts(lambda: 4)) == [(5, [1, 3, 7, 0, 4, 5, 8, 1])]
    assert both.placed.take() == []


def test_the_log_of_a_block_reads_like_any_other() -> None:
    at = [CREATED * 1000 + number * A_DAY for number in range(3)]
    log = log_of([(moment, 3, 4, 1, 2500, 1_000 + moment % 7, 1) for moment in at])
    told = list(log)
    assert all(isinstance(review, ParsedReview) for review in told)
    assert [review.at_ms for review in told] == at
    assert (len(log), log[0], log[-1], list(log[1:])) == (3, told[0], told[-1], told[1:])
    assert log.ids == [b"imported" + moment.to_bytes(8) for moment in at]
    with pytest.raises(IndexError):
        log[3]


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
