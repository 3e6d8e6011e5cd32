"""The wizard without scripts: what is stored where, what was foreseen, the report, undo, and who may see what."""

import json
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from app.errors import Refused, Stale
from app.importing import store_upload, sweep_uploads, take_slot
from app.importing.slots import SLOTS, is_importing
from app.importing.telling import Teller
from app.importing.uploads import BEING_STORED
from app.models import Deck, Import, Note, Upload, User
from app.pages import import_jobs
from app.pages.import_running import LINES
from app.pages.importing_reports import harmless
from tests.factories import a_learner, at
from tests.pages.test_importing import DECK, upload
from tests.visitor import Visitor

WORDS = b"question,answer\na,b\nc,d\nragged\n"


@pytest.fixture
def ada(visitor: Callable[[], Visitor]) -> Visitor:
    return visitor().sign_up("Ada")


@pytest.fixture
def folder(data_dir: Path) -> Path:
    return data_dir / "uploads"


def lines_of(ada: Visitor, form_at: str = r"/import/\d+", **fields: str) -> list[dict]:
    """What the import says, line by line, to somebody who asks for it."""
    form = ada.form(form_at)
    response = ada.client.post(form.action, data={**form.fields, **fields}, headers={"Accept": LINES})
    return [json.loads(line) for line in response.text.splitlines()]


def test_a_file_lies_on_the_disk_until_it_is_imported(ada: Visitor, folder: Path, stored: Callable) -> None:
    upload(ada, WORDS, "words.csv")
    ((stored_as, size),) = stored(sa.select(Upload.stored_as, Upload.size))
    assert (folder / stored_as).read_bytes() == WORDS and size == len(WORDS)
    ada.press(r"/import/\d+")
    assert list(folder.iterdir()) == []


def test_a_file_goes_when_it_is_dropped_or_makes_room(ada: Visitor, folder: Path) -> None:
    for number in range(5):
        upload(ada, WORDS, f"{number}.csv")
    assert len(list(folder.iterdir())) == 3
    ada.press(r"/import/\d+/cancel")
    assert len(list(folder.iterdir())) == 2


@pytest.mark.parametrize("content", [b"", b" \n\t\n"])
def test_a_file_with_nothing_in_it_leaves_nothing(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(Refused, match="nothing in that file"):
        store_upload(tmp_path, BytesIO(content))
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_said_and_nothing_stays(tmp_path: Path) -> None:
    class Failing(BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell():
                raise OSError(28, "No space left on device")
            return super().read(size)

    with pytest.raises(Refused, match="no room left"):
        store_upload(tmp_path, Failing(b"x" * 3_000_000))
    assert list(tmp_path.iterdir()) == []


def test_a_start_sweeps_what_has_lost_its_other_half(session: Session, tmp_path: Path) -> None:
    ada, moment, folder = a_learner(session, "Ada"), at(0), tmp_path / "uploads"
    names = [store_upload(folder, BytesIO(b"x")).name for _ in range(3)]
    for name, created in (
        (names[0], moment),
        (names[1], moment - timedelta(days=2)),
        ("gone", moment),
    ):
        session.add(Upload(user_id=ada.id, file_name="x", stored_as=name, size=1, created_at=created))
    session.flush()
    for path in folder.iterdir():
        os.utime(path, (at(0).timestamp(), at(0).timestamp()))
    later = moment + BEING_STORED + timedelta(seconds=1)
    assert set(sweep_uploads(session, folder, later)) == {names[1], names[2]}
    assert session.scalars(sa.select(Upload.stored_as)).all() == [names[0]]


def test_an_upload_whose_file_was_swept_is_said_to_be_gone(ada: Visitor, folder: Path) -> None:
    upload(ada, WORDS, "words.csv")
    form = ada.form(r"/import/\d+")
    for path in folder.iterdir():
        path.unlink()
    assert ada.get(form.action).status_code == 404
    assert "no longer here" in ada.page
    assert ada.client.post(form.action, data=form.fields).status_code == 404


@pytest.mark.parametrize(
    "name", ["../../../etc/passwd.csv", "a\x00b.csv", "<script>.csv", "x" * 400 + ".csv", "“引”.csv"]
)
def test_a_hostile_name_names_nothing_on_the_disk(ada: Visitor, folder: Path, name: str) -> None:
    upload(ada, WORDS, name)
    assert "<script>.csv" not in ada.page
    for path in folder.iterdir():
        assert len(path.name) == 32 and path.name.isalnum()


def test_what_will_come_of_it_is_told_before(ada: Visitor) -> None:
    upload(ada, WORDS, "words.csv")
    assert "<b>2</b> new" in ada.page and "<b>1</b> left out" in ada.page
    ada.press(r"/import/\d+")
    upload(ada, WORDS, "words.csv")
    assert "<b>2</b> there already, unchanged" in ada.page


def test_of_a_large_file_the_beginning_is_looked_at_until_everything_is_asked_for(
    ada: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.pages.importing.SMALL", 10)
    monkeypatch.setattr("app.pages.importing.FIRST_ROWS", 1)
    upload(ada, WORDS, "words.csv")
    assert "The first 1 rows" in ada.page and "Import everything" in ada.page
    ada.get(ada.form(r"/import/\d+").action + "?count=all")
    assert "2 notes in this file" in ada.page


def test_an_import_is_told_line_by_line(ada: Visitor, stored: Callable) -> None:
    upload(ada, WORDS, "words.csv")
    first, *_, last = lines_of(ada)
    assert first == {"done": 0, "total": None, "left_seconds": None}
    assert "words is on your shelf" in ada.get(last["location"]).text
    assert len(stored(sa.select(Note.id))) == 2


def test_what_is_wrong_is_told_in_the_readers_words_and_the_file_waits_on(
    ada: Visitor, folder: Path, stored: Callable
) -> None:
    upload(ada, WORDS, "words.csv")
    ada.client.post("/language", data={"csrf_token": ada.token(), "language": "zh-Hans"})
    *_, last = lines_of(ada, deck_name="x" * 151)
    assert last.keys() == {"error"} and "151" not in last["error"] and "150" in last["error"]
    assert stored(sa.select(Import.id)) == []
    assert len(list(folder.iterdir())) == 1
    assert "location" in lines_of(ada)[-1]


def test_an_import_that_dies_is_seen_in_the_list_and_can_be_begun_again(
    ada: Visitor, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.logger.disabled = True
    upload(ada, WORDS, "words.csv")
    form = ada.form(r"/import/\d+")
    with monkeypatch.context() as broken:
        broken.setattr(import_jobs, "carry_out", lambda *given: 1 / 0)
        assert "It broke off" in lines_of(ada)[-1]["error"]
        response = ada.client.post(form.action, data=form.fields)
        assert response.status_code == 500 and "It broke off" in response.text
    assert "broken off" in ada.get("/import").text
    ada.client.post(form.action, data=form.fields)
    assert "<b>2</b> added" in ada.get("/import").text


def test_one_import_at_a_time_for_a_learner_and_two_on_a_server(tmp_path: Path) -> None:
    first = take_slot(tmp_path, 1)
    assert is_importing(tmp_path, 1) and not is_importing(tmp_path, 2)
    with pytest.raises(Stale, match="of yours"):
        take_slot(tmp_path, 1)
    others = [take_slot(tmp_path, number) for number in range(2, SLOTS + 1)]
    with pytest.raises(Stale, match="Other people"):
        take_slot(tmp_path, 99)
    first.close()
    take_slot(tmp_path, 99).close()
    for file in others:
        file.close()
    assert not is_importing(tmp_path, 2)


def test_a_second_import_at_the_same_time_is_409(ada: Visitor, data_dir: Path, stored: Callable) -> None:
    upload(ada, WORDS, "words.csv")
    ((user_id,),) = stored(sa.select(User.id))
    with take_slot(data_dir / "imports", user_id):
        form = ada.form(r"/import/\d+")
        response = ada.client.post(form.action, data=form.fields)
        assert response.status_code == 409 and "still running" in response.text
        response = ada.client.post(form.action, data=form.fields, headers={"Accept": LINES})
        assert response.status_code == 409 and "still running" in json.loads(response.text)["error"]
    assert stored(sa.select(Note.id)) == []


def test_an_import_is_undone_as_a_whole(ada: Visitor, stored: Callable) -> None:
    upload(ada, DECK.encode(), "mine.md")
    ada.press(r"/import/\d+")
    ada.press(r"/import/reports/\d+/undo")
    assert "Undone: 2 notes were taken back." in ada.page and "This import was undone" in ada.page
    assert stored(sa.select(Note.id)) == [] and stored(sa.select(Deck.id)) == []
    assert "undone" in ada.get("/import").text


def test_the_rows_that_were_left_out_can_be_taken_away(ada: Visitor) -> None:
    upload(ada, WORDS, "words.csv")
    ada.press(r"/import/\d+")
    response = ada.client.get("/import/reports/1/rows.csv")
    assert response.mimetype == "text/csv"
    assert response.data.decode("utf-8-sig").splitlines()[1] == '4,"expected 2 columns, found 1"'
    assert "attachment" in response.headers["Content-Disposition"]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"
    assert harmless(f"a{cell}") == f"a{cell}"


def test_another_learner_sees_nothing_of_it(ada: Visitor, visitor: Callable[[], Visitor], folder: Path) -> None:
    upload(ada, WORDS, "words.csv")
    bob = visitor().sign_up("Bob")
    token = {"csrf_token": bob.token()}
    for path in ("/import/1", "/import/1/drafts"):
        assert bob.client.get(path).status_code == 404
        assert bob.client.post(path, data=token).status_code == 404
        assert bob.client.post(path, data=token, headers={"Accept": LINES}).status_code == 404
    assert bob.client.post("/import/1/cancel", data=token).status_code == 404
    assert len(list(folder.iterdir())) == 1
    ada.press(r"/import/\d+")
    for path in ("/import/reports/1", "/import/reports/1/rows.csv"):
        assert bob.client.get(path).status_code == 404
    assert bob.client.post("/import/reports/1/undo", data=token).status_code == 404
    assert "words.csv" not in bob.get("/import").text


def ticks(*moments: float) -> Iterator[float]:
    yield from moments


def test_rows_are_told_at_once_then_a_few_times_a_second_and_the_time_left_once_it_is_known() -> None:
    told: list[dict] = []
    clock = ticks(0.0, 0.1, 0.2, 0.4, 10.0, 20.0)
    tell = Teller(1_000, lambda: next(clock), told.append)
    for done in (1, 2, 3, 500, 1_100):
        tell(done)
    assert told == [
        {"done": 1, "total": 1_000, "left_seconds": None},
        {"done": 3, "total": 1_000, "left_seconds": None},
        {"done": 500, "total": 1_000, "left_seconds": 10},
        {"done": 1_100, "total": 1_100, "left_seconds": 0},
    ]
