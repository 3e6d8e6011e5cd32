"""Bad input gets a clear sentence in the reader's language, the right status, and changes nothing."""

import re
from collections.abc import Callable
from io import BytesIO
from urllib.parse import quote
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Config, Flask
from sqlalchemy.orm import Session

from app.models import Card, Review, Upload, User
from tests.factories import a_deck, a_follow
from tests.visitor import Visitor


@pytest.fixture
def ada(visitor: Callable[[], Visitor], change: Callable) -> Visitor:
    """Ada, looking at the first of three cards."""
    ada = visitor().sign_up("Ada")

    def make(session: Session) -> None:
        a_follow(session, session.scalars(sa.select(User)).one(), a_deck(session, cards=3))

    change(make)
    ada.get("/study")
    return ada


@pytest.mark.parametrize(
    "path", ["/decks/99", "/study?deck=99", "/study?card=99", "/import/99", "/nowhere", "/decks/1?page=7"]
)
def test_what_does_not_exist_is_404(ada: Visitor, path: str) -> None:
    assert ada.get(path).status_code == 404
    assert "There is nothing here." in ada.page or "no longer here" in ada.page


@pytest.mark.parametrize("grade", ["6", "-1", "", "good", "4.5", "9" * 30])
def test_a_grade_that_is_none_is_422(ada: Visitor, stored: Callable, grade: str) -> None:
    assert ada.answer(grade).status_code == 422
    assert "A grade is a number from 0 to 5." in ada.page
    assert stored(sa.select(Review)) == []


@pytest.mark.parametrize("field", ["review_id", "seen"])
@pytest.mark.parametrize("value", ["", "not it"])
def test_an_answer_without_its_marks_is_422(ada: Visitor, stored: Callable, field: str, value: str) -> None:
    assert ada.answer(4, **{field: value}).status_code == 422
    assert stored(sa.select(Review)) == []


def test_a_stale_answer_is_409_and_shows_where_one_is_now(ada: Visitor, stored: Callable) -> None:
    form = ada.form(r"/cards/\d+/answers")
    ada.answer(4)
    response = ada.client.post(form.action, data={**form.fields, "grade": 2, "review_id": uuid4().hex})
    assert response.status_code == 409
    assert "already answered elsewhere" in response.text
    assert "Question" in response.text
    assert [row.grade for row in stored(sa.select(Review.grade))] == [4]


def test_a_repeated_answer_is_one_review(ada: Visitor, stored: Callable) -> None:
    form = ada.form(r"/cards/\d+/answers")
    for grade in (4, 4, 2):
        response = ada.client.post(form.action, data={**form.fields, "grade": grade})
        assert response.status_code == 303
    assert [row.grade for row in stored(sa.select(Review.grade))] == [4]


def test_nothing_to_undo_is_said_so(ada: Visitor) -> None:
    response = ada.client.post("/undos", data={"csrf_token": ada.token()})
    assert response.status_code == 422
    assert "nothing to undo" in response.text


def test_a_form_without_its_token_is_400_and_can_be_sent_again(ada: Visitor, stored: Callable) -> None:
    form = ada.form(r"/cards/\d+/answers")
    fields = {**form.fields, "csrf_token": "old", "grade": "4"}
    response = ada.client.post(form.action, data=fields, headers={"Sec-Fetch-Site": "same-origin"})
    assert response.status_code == 400
    assert stored(sa.select(Review)) == []
    ada.page = response.text
    assert ada.press(form.action).status_code == 200
    assert [row.grade for row in stored(sa.select(Review.grade))] == [4]


def test_another_sites_form_is_400_and_is_not_offered_again(ada: Visitor) -> None:
    form = ada.form(r"/cards/\d+/answers")
    response = ada.client.post(form.action, data={"grade": 4}, headers={"Sec-Fetch-Site": "cross-site"})
    assert response.status_code == 400
    assert form.action not in response.text


@pytest.mark.parametrize("claim", [{"Origin": "http://[::1"}, {"Referer": "http://[bad"}, {"Origin": "null"}])
def test_a_form_that_claims_a_strange_origin_is_400(ada: Visitor, claim: dict[str, str]) -> None:
    assert ada.client.post("/settings", headers=claim).status_code == 400


@pytest.mark.parametrize("number", ["9" * 20, str(2**31), "5" * 5000, "0", "-1", "1.5", "x", "\x00"])
def test_a_number_that_is_nobodys_id_is_404(ada: Visitor, number: str) -> None:
    for path in ("/decks/", "/import/", "/study?deck=", "/study?card=", "/decks/1?page="):
        assert ada.client.get(path + quote(number)).status_code == 404, path
    fields = {"csrf_token": ada.token(), "grade": 4, "seen": 0, "review_id": uuid4().hex}
    for path in (f"/cards/{quote(number)}/answers", f"/decks/{quote(number)}/follow"):
        assert ada.client.post(path, data=fields).status_code == 404, path


def test_a_setting_that_cannot_be_leaves_the_other_choices_on_the_page(ada: Visitor) -> None:
    ada.get("/settings")
    ada.press("/settings", time_zone="Mars", theme="dark", day_starts_at="7", language="zh-Hans")
    fields = ada.form("/settings").fields
    assert [fields[name] for name in ("time_zone", "theme", "day_starts_at", "language")] == [
        "Mars",
        "dark",
        "7",
        "zh-Hans",
    ]


def test_a_database_that_fails_is_503_even_where_the_pages_frame_needs_it(
    app: Flask, ada: Visitor, change: Callable
) -> None:
    app.logger.disabled = True
    change(lambda session: session.execute(sa.text("ALTER TABLE sign_ins RENAME TO gone")))
    response = ada.client.get("/progress")
    assert response.status_code == 503
    assert "Nothing was changed" in response.text
    assert "Content-Security-Policy" in response.headers


def test_a_password_is_never_sent_back(visitor: Callable[[], Visitor]) -> None:
    stranger = visitor()
    fields = {"name": "Ada", "password": "secret sentence"}
    response = stranger.client.post("/sign-up", data=fields, headers={"Sec-Fetch-Site": "same-origin"})
    assert response.status_code == 400
    assert "Ada" in response.text
    assert "secret sentence" not in response.text


def test_a_file_too_large_is_413_with_the_limit(config: Config, ada: Visitor, stored: Callable) -> None:
    config["MAX_UPLOAD_MB"] = 0
    ada.get("/import")
    response = ada.press("/import", file=(BytesIO(b"a,b\n" * 40_000), "big.csv"))
    assert response.status_code == 413
    assert "at most 0 MiB" in ada.page
    assert stored(sa.select(Upload.id)) == []


def test_the_limit_of_a_file_is_what_the_setting_says(config: Config, ada: Visitor) -> None:
    config["MAX_UPLOAD_MB"] = 3
    token = ada.token()
    for mebibytes, status in ((2.9, 422), (3.2, 413)):
        body = b"csrf_token=" + token.encode() + b"&x=" + b"y" * int(mebibytes * 2**20)
        response = ada.client.post("/import", data=body, content_type="application/x-www-form-urlencoded")
        assert response.status_code == status, mebibytes


def test_other_forms_keep_a_small_limit(ada: Visitor) -> None:
    ada.get("/settings")
    assert ada.press("/settings", time_zone="x" * 3_000_000).status_code == 413


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("time_zone", "Mars/Olympus", "There is no time zone called Mars/Olympus."),
        ("day_starts_at", "24", "from 0 to 23"),
        ("day_starts_at", "noon", "from 0 to 23"),
        ("theme", "pink", "Choose one of the colours."),
    ],
)
def test_a_setting_that_cannot_be_is_422_and_nothing_changes(
    ada: Visitor, stored: Callable, field: str, value: str, reason: str
) -> None:
    before = stored(sa.select(User.time_zone, User.day_starts_at, User.theme))
    ada.get("/settings")
    assert ada.press("/settings", **{field: value}).status_code == 422
    assert reason in ada.page
    assert stored(sa.select(User.time_zone, User.day_starts_at, User.theme)) == before


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        *(("new_per_day", value, "new cards a day goes from 0 to 9999") for value in ("-1", "many", "", "99999")),
        *(("reviews_per_day", value, "reviews a day goes from 0 to 9999") for value in ("-1", "many", "99999")),
        ("new_order", "2", "Choose one of the orders."),
        ("review_order", "3", "Choose one of the orders."),
    ],
)
def test_a_way_to_study_that_cannot_be_is_422(ada: Visitor, field: str, value: str, reason: str) -> None:
    ada.get("/decks/1")
    assert ada.press("/decks/1/follow/shape", **{field: value}).status_code == 422
    assert reason in ada.page
    assert re.search(rf'name="{field}"[^>]*aria-describedby="problem"', ada.page)


def test_errors_speak_the_readers_language(ada: Visitor) -> None:
    ada.get("/")
    ada.press("/language", language="zh-Hans")
    assert ada.get("/nowhere").status_code == 404
    assert 'lang="zh-Hans"' in ada.page
    assert "There is nothing here." not in ada.page


def test_no_page_shows_a_traceback(app: Flask, ada: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    app.testing = False
    app.logger.disabled = True

    def broken(*_: object) -> None:
        raise RuntimeError("inner workings")

    monkeypatch.setattr("app.pages.progress.head_of", broken)
    response = ada.get("/progress")
    assert response.status_code == 500
    assert "Something went wrong" in ada.page
    assert "inner workings" not in ada.page
    assert "Traceback" not in ada.page


def test_a_script_gets_the_error_as_a_piece_of_the_page(ada: Visitor) -> None:
    form = ada.form(r"/cards/\d+/answers")
    response = ada.client.post(form.action, data={**form.fields, "grade": 9}, headers={"X-Fragment": "1"})
    assert response.status_code == 422
    assert response.text.strip().startswith('<p class="notice wrong">')


def test_a_card_of_a_deck_one_left_is_404(ada: Visitor, stored: Callable) -> None:
    form = ada.form(r"/cards/\d+/answers")
    ada.get("/decks/1")
    ada.press("/decks/1/follow/end")
    response = ada.client.post(form.action, data={**form.fields, "grade": 4})
    assert response.status_code == 404
    assert stored(sa.select(Review)) == []
    assert len(stored(sa.select(Card.id))) == 3
