"""Anki packages, looked at with nothing but the standard library, and read by Anki itself where it is installed."""

import json
import sqlite3
import zipfile
from datetime import timedelta
from io import BytesIO
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.exporting import anki_rows
from app.exporting.anki_package import FIRST_DAY, write
from app.exporting.anki_rows import SOME_HOURS, FreeIds
from app.models import Review
from tests.exporting.filled import PNG, a_collection, an_export


def opened(
    session: Session, data_dir: Path, tmp_path: Path, **told: object
) -> tuple[zipfile.ZipFile, sqlite3.Connection]:
    ada, deck = a_collection(session, data_dir)
    package = b"".join(write(session, an_export(session, ada, deck, data_dir, **told)))
    archive = zipfile.ZipFile(BytesIO(package))
    assert archive.testzip() is None
    return archive, unpacked(package, tmp_path)


def unpacked(package: bytes, tmp_path: Path) -> sqlite3.Connection:
    """The collection in a package."""
    path = tmp_path / "collection.anki21"
    path.write_bytes(zipfile.ZipFile(BytesIO(package)).read("collection.anki21"))
    return sqlite3.connect(path)


def test_a_package_holds_notes_cards_log_and_files(session: Session, data_dir: Path, tmp_path: Path) -> None:
    archive, anki = opened(session, data_dir, tmp_path)
    notes = dict(anki.execute("SELECT flds, guid FROM notes"))
    assert '<strong>Bold</strong> &lt;i&gt; <img src="p.png" alt="p" />\x1f\\(x_1\\) &amp; more' in notes
    assert "The {{c1::cat}} and {{c3::<code>dog</code>::hint}}\x1fextra" in notes
    assert notes['<b>raw</b>\x1f<img src="p.png">'] == "x;y"
    assert anki.execute("SELECT ord FROM cards JOIN notes n ON n.id = nid WHERE flds LIKE '%cat%'").fetchall() == [
        (0,),
        (2,),
    ]
    assert json.loads(archive.read("media")) == {"0": "p.png"}
    assert archive.read("0") == PNG
    decks, models = (json.loads(anki.execute(f"SELECT {name} FROM col").fetchone()[0]) for name in ("decks", "models"))
    assert {deck["name"] for deck in decks.values()} == {"Default", "语言", "语言::Words"}
    assert {model["name"] for model in models.values()} == {
        *("Basic", "Basic (and reversed card)", "Basic (type in the answer)", "Cloze", "Word")
    }
    anki.close()


def test_the_log_is_what_each_answer_made(session: Session, data_dir: Path, tmp_path: Path) -> None:
    _, anki = opened(session, data_dir, tmp_path)
    bold = "SELECT c.id FROM cards c JOIN notes n ON n.id = nid WHERE flds LIKE '%Bold%'"
    log = anki.execute(
        f"SELECT ease, ivl, lastIvl, factor, type FROM revlog WHERE cid = ({bold}) ORDER BY id"
    ).fetchall()
    assert log == [
        (2, 0, 0, 0, 3),
        (2, -600, 30, 1_900, 2),
        (3, 1, 0, 2_500, 0),
        (4, 6, 1, 2_600, 1),
        (1, 1, 6, 2_280, 1),
        (3, 1, 1, 2_280, 1),
    ]
    card = anki.execute(f"SELECT type, queue, due, ivl, factor, reps, lapses FROM cards WHERE id = ({bold})").fetchone()
    assert card == (2, 2, 20_514 + 4 - FIRST_DAY, 1, 2_280, 5, 1)
    assert anki.execute("SELECT queue, flags FROM cards WHERE queue < 0 ORDER BY queue").fetchall() == [
        (-3, 0),
        (-1, 3),
    ]
    anki.close()


def test_of_answers_of_one_moment_each_has_a_millisecond_of_its_own(
    session: Session, data_dir: Path, tmp_path: Path
) -> None:
    ada, deck = a_collection(session, data_dir)
    own = sa.select(Review).where(Review.user_id == ada.id).order_by(Review.at, Review.id)
    first, second, third, *_ = session.scalars(own)
    second.at, third.at = first.at, first.at + timedelta(milliseconds=1)
    session.flush()
    anki = unpacked(b"".join(write(session, an_export(session, ada, deck, data_dir))), tmp_path)
    ids = [id for (id,) in anki.execute("SELECT id FROM revlog ORDER BY id")]
    moment = int(first.at.timestamp() * 1000)
    assert len(ids) == len(session.scalars(own).all())
    assert ids[:3] == [moment, moment + 1, moment + 2]
    anki.close()


def test_without_progress_all_is_new(session: Session, data_dir: Path, tmp_path: Path) -> None:
    _, anki = opened(session, data_dir, tmp_path, with_progress=False)
    assert anki.execute("SELECT count(*) FROM revlog").fetchone() == (0,)
    assert anki.execute("SELECT DISTINCT type, queue, ivl, flags FROM cards").fetchall() == [(0, 0, 0, 0)]
    anki.close()


def test_nothing_of_anybody_else_is_in_it(session: Session, data_dir: Path, tmp_path: Path) -> None:
    archive, anki = opened(session, data_dir, tmp_path)
    assert "canary" not in "\n".join(anki.iterdump()).casefold()
    assert anki.execute("SELECT count(*) FROM revlog").fetchone() == (9,)
    assert not any(b"canary" in archive.read(name) for name in archive.namelist())
    anki.close()


@settings(max_examples=50)
@given(st.lists(st.integers(-5, 60) | st.integers(SOME_HOURS - 9, SOME_HOURS + 9) | st.integers(1, 2**42)))
def test_moments_become_ids_each_once(moments: list[int]) -> None:
    """However many of them lie close together."""
    ids, taken = FreeIds(), set[int]()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(anki_rows, "MANY", 5)
        for moment in moments:
            found = ids.next(moment)
            assert found == next(id for id in count(max(1, moment)) if id not in taken)
            taken.add(found)
