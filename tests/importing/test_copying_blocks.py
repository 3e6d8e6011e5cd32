"""What is copied out of the blocks of a package is what would be written row by row."""

from pathlib import Path
from typing import Any
from weakref import WeakSet

import pytest
import sqlalchemy as sa
from flask import Flask

from app.attached import attaching
from app.clock import now
from app.database import db, staging, writing
from app.importing import read_deck
from app.importing.log_blocks import LogBlock
from app.importing.parsed import ReadingOptions, Source
from app.importing.saving import ImportReport, Wishes, import_deck
from app.models import User
from app.models.bulk import ATTACHED
from tests.factories import a_learner
from tests.importing.anki_packages import CREATED, Card, Collection, Deck, Note

pytestmark = pytest.mark.sqlite
LOG = """SELECT n.guid, c.ordinal, d.name, hex(r.id), r.kind, r.day, r.hour, r.at, r.grade, r.took_ms, r.state
 FROM reviews r LEFT JOIN cards c ON c.id = r.card_id LEFT JOIN notes n ON n.id = c.note_id
 JOIN decks d ON d.id = r.deck_id WHERE r.user_id = ? ORDER BY 1, 2, 8, 4"""
MEMORIES = """SELECT n.guid, c.ordinal, m.interval, m.ease, m.due_day, m.answers
 FROM memories m JOIN cards c ON c.id = m.card_id JOIN notes n ON n.id = c.note_id WHERE m.user_id = ? ORDER BY 1, 2"""
TOTALS = """SELECT d.name, s.day, s.hour, s.kind, s.grade, s.stage, s.first, s.answers, s.took_ms
 FROM daily_summaries s JOIN decks d ON d.id = s.deck_id WHERE s.user_id = ? ORDER BY 1, 2, 3, 4, 5, 6, 7"""


def answers(seed: int) -> list[tuple[int, ...]]:
    at = [CREATED * 1000 + day * 86_400_000 + seed for day in (1, 2, 5, 20)]
    return [(moment, seed % 4 + 1, 4, 1, 2500, 1_000 + seed, 1) for moment in at]


def met(seed: int, **more: int) -> Card:
    row: dict[str, Any] = {"type": 2, "queue": 2, "due": 30, "ivl": 10, "factor": 2500, "reps": 4, **more}
    return Card(answers=answers(seed), **row)


def a_package(folder: Path, *more: Note, number: int = 700) -> Source:
    """Enough for several blocks, in two decks, with the history of cards that are no more."""
    notes = [Note(f"q{n}\x1fa{n}", f"g{n:04}", cards=[met(n, deck=1 + n % 2)]) for n in range(number)]
    lost = [(CREATED * 1000 + 77 + n, 9_000_000 + n // 3, 3, 4, 1, 2500, 900, 1) for n in range(9)]
    made = Collection(notes=[*notes, *more], decks=[Deck(1, "A"), Deck(2, "B")], lost=lost).package(folder)
    return Source(made.name, made)


def bring_in(source: Source, learner: User, *, packed: bool = True, copied: bool = True) -> ImportReport:
    wishes = Wishes(staging=staging, attach=attaching() if copied else None)
    with read_deck(source, ReadingOptions(packed=packed)) as parsed:
        return import_deck(parsed, learner.id, now(), writing, wishes=wishes)


def standing(learner: User) -> list[list[tuple[Any, ...]]]:
    own = (learner.id,)
    return [[tuple(row) for row in db.connection.exec_driver_sql(sql, own)] for sql in (LOG, MEMORIES, TOTALS)]


SPOILED = [
    (),
    (Note("q0\x1fagain", "g0000", cards=[met(5_000)]),),
    (Note(b"\xff\x1fb", "bad", cards=[met(6_000)]), Note("x\x1fy", "twice", cards=[met(7_000), met(8_000)])),
]


@pytest.mark.parametrize("more", SPOILED, ids=["whole blocks", "a note twice", "a bad note and a card twice"])
def test_copied_rows_and_written_rows_are_the_same(app: Flask, tmp_path: Path, more: tuple[Note, ...]) -> None:
    source = a_package(tmp_path, *more)
    with app.app_context():
        with writing() as session:
            ada, bob, eve = (a_learner(session, name) for name in ("Ada", "Bob", "Eve"))
        reports = [bring_in(source, ada), bring_in(source, bob, packed=False, copied=False)]
        bring_in(source, eve, copied=False)
        assert ATTACHED in {row[1] for row in db.connection.exec_driver_sql("PRAGMA database_list")}
        log, memories, totals = standing(ada)
        assert [log, memories, totals] == standing(bob) == standing(eve)
        assert len(log) >= 5 * 700 + 9 and len(memories) >= 700 and sum(row[7] for row in totals) >= 4 * 700
        assert reports[0].reviews == reports[1].reviews >= 4 * 700


def test_the_same_again_changes_nothing_and_a_card_more_comes_in(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        with writing() as session:
            ada = a_learner(session, "Ada")
        bring_in(a_package(tmp_path), ada)
        before = standing(ada)
        again = bring_in(a_package(tmp_path), ada)
        assert (again.added, again.updated, again.unchanged) == (0, 0, 700)
        assert standing(ada) == before
        more = bring_in(a_package(tmp_path, Note("new\x1fcard", "new", cards=[met(9_000)])), ada)
        assert (more.added, more.unchanged) == (1, 700)
        assert len(standing(ada)[0]) == len(before[0]) + 5


def test_few_notes_that_are_here_keep_few_blocks(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alive, most, begin = WeakSet[LogBlock](), [0], LogBlock.__init__

    def counted(block: LogBlock, *content: Any) -> None:
        begin(block, *content)
        alive.add(block)
        most[0] = max(most[0], len(alive))

    many = [(CREATED * 1000 + day * 86_400_000, 3, 4, 1, 2500, 1_000, 1) for day in range(1, 41)]
    logs = ([(at + n, *more) for at, *more in many] for n in range(1_600))
    notes = [Note(f"q{n}\x1fa{n}", f"g{n:04}", cards=[Card(answers=log)]) for n, log in enumerate(logs)]
    with app.app_context():
        with writing() as session:
            ada = a_learner(session, "Ada")
        some = Collection(notes=[Note(note.fields, note.guid) for note in notes[::40]]).package(tmp_path)
        assert bring_in(Source("some.apkg", some), ada).added == 40
        monkeypatch.setattr(LogBlock, "__init__", counted)
        every = Collection(notes=notes).package(tmp_path)
        report = bring_in(Source("every.apkg", every), ada)
    assert (report.added, report.unchanged) == (1_560, 40)
    assert 2 <= most[0] <= 4


def test_a_copy_that_fails_leaves_nothing(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*given: Any) -> None:
        raise OSError("the disk is full")

    with app.app_context():
        with writing() as session:
            ada = a_learner(session, "Ada")
        monkeypatch.setattr("app.importing.placed_logs.PlacedLogs.count", fail)
        with pytest.raises(OSError, match="full"):
            bring_in(a_package(tmp_path), ada)
        monkeypatch.undo()
        assert standing(ada) == [[], [], []]
        assert db.session.scalar(sa.text("SELECT count(*) FROM notes WHERE owner_id = :id"), {"id": ada.id}) == 0
