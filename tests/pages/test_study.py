"""The study page: what a learner reads on it."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from app.clock import now
from app.models import Memory, Review
from tests.visitor import Visitor


@pytest.fixture
def ada(visitor: Callable[[], Visitor]) -> Visitor:
    return visitor().sign_up("Ada")


def labels(page: str) -> list[str]:
    """What the four buttons say they lead to."""
    found = re.findall(r'<span class="leads-to">(.*?)</span></span>', page)
    return [re.sub(r"<.*?>", "", label) for label in found]


def test_question_and_answer_come_in_one_page(ada: Visitor, follow: Callable) -> None:
    follow(("What is a Pod?", "**A group**"))
    ada.get("/study")
    assert "<p>What is a Pod?</p>" in ada.page
    assert "<p><strong>A group</strong></p>" in ada.page


def test_the_buttons_say_where_they_lead(ada: Visitor, follow: Callable) -> None:
    follow(("Q", "A"))
    ada.get("/study")
    assert labels(ada.page) == [
        "again today, then 1 d",
        "again today, 1 d, then 6 d",
        "1 d, 6 d, then 15 d",
        "1 d, 6 d, then 16 d",
    ]


@pytest.mark.parametrize(
    ("mode", "grades", "says"),
    [
        ("2", ["2", "4"], ["again today, then 1 d", "1 d"]),
        ("4", ["2", "3", "4", "5"], ["again today, then 1 d", "again today, 1 d, then 6 d"]),
        ("6", ["0", "1", "2", "3", "4", "5"], ["again today, then 1 d"] * 3),
    ],
)
def test_there_are_as_many_buttons_as_the_learner_wants(
    ada: Visitor, follow: Callable, stored: Callable, mode: str, grades: list[str], says: list[str]
) -> None:
    follow(("Q", "A"))
    ada.get("/settings")
    ada.press("/settings", answer_mode=mode)
    ada.get("/study")
    assert re.findall(r'name="grade" value="(\d)"', ada.page) == grades
    assert labels(ada.page)[: len(says)] == says
    ada.answer(int(grades[0]))
    assert stored(sa.select(Review.grade)) == [(int(grades[0]),)]


def test_a_number_of_buttons_there_is_not_is_refused(ada: Visitor) -> None:
    ada.get("/settings")
    page = ada.press("/settings", answer_mode="3").text
    assert "There are two, four or six buttons." in page


def test_grading_leads_to_the_next_card_and_the_end_says_so(ada: Visitor, follow: Callable, stored: Callable) -> None:
    follow(("First", "A"), ("Second", "B"), ("Third", "C"), limit=2)
    ada.get("/study")
    ada.answer(4)
    assert "Second" in ada.page
    ada.answer(5)
    assert "Done for today" in ada.page
    assert "You met 2 new cards." in ada.page
    assert "Tomorrow: 2 to review and 1 new." in ada.page
    assert [row.grade for row in stored(sa.select(Review.grade).order_by(Review.at))] == [4, 5]


def test_undo_works_after_the_last_card_and_shows_it_again(ada: Visitor, follow: Callable) -> None:
    follow(("Only", "A"))
    ada.get("/study")
    ada.answer(4)
    assert "Done for today" in ada.page
    ada.press("/undos")
    assert "Only" in ada.page
    ada.answer(2)
    assert "Nothing else waits, so this one comes back at once." in ada.page


def test_tomorrow_the_right_card_is_due(ada: Visitor, follow: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    follow(("Known", "A"), ("Forgotten", "B"), limit=2)
    ada.get("/study")
    ada.answer(5)
    ada.answer(2)
    ada.answer(4)
    assert "Done for today" in ada.page
    tomorrow = now() + timedelta(days=1)
    for door in ("study", "home"):
        monkeypatch.setattr(f"app.pages.{door}.now", lambda: tomorrow)
    assert "2 due" in ada.get("/").text
    ada.get("/study")
    assert "Known" in ada.page
    assert labels(ada.page)[2] == "6 d, then 16 d", "an ease of 2.6 after Easy: 6 * 2.6 rounded up"
    ada.answer(4)
    assert "Forgotten" in ada.page


def test_an_address_of_a_card_that_waits_no_more_shows_the_next(ada: Visitor, follow: Callable) -> None:
    follow(("First", "A"), ("Second", "B"))
    ada.get("/study")
    card_id = ada.form(r"/cards/\d+/answers").action.split("/")[2]
    ada.answer(4)
    assert ada.get(f"/study?card={card_id}").status_code == 200
    assert "Second" in ada.page


def test_the_first_three_cards_carry_a_word_on_grading(ada: Visitor, follow: Callable) -> None:
    follow(*[(f"Q{number}", "A") for number in range(5)])
    ada.get("/study")
    helped = []
    for _ in range(4):
        helped.append("Vague still counts as remembered" in ada.page)
        ada.answer(4)
    assert helped == [True, True, True, False]


@pytest.mark.parametrize(("lapses", "warned"), [(7, False), (8, True), (9, False), (12, True)])
def test_a_leech_is_pointed_out_at_eight_lapses_and_every_four_after(
    ada: Visitor, follow: Callable, change: Callable, lapses: int, warned: bool
) -> None:
    follow(("Q", "A"))
    ada.get("/study")
    ada.answer(4)
    waits = {"lapses": lapses, "due_day": Memory.last_day, "queue_day": Memory.last_day}
    change(lambda session: session.execute(sa.update(Memory).values(**waits)))
    change(lambda session: session.execute(sa.update(Memory).values(last_day=Memory.last_day - 1)))
    assert (f"Forgotten {lapses} times by now." in ada.get("/study").text) == warned


def test_the_first_session_knows_no_jargon(ada: Visitor, follow: Callable) -> None:
    follow(*[(f"Q{number}", "A") for number in range(8)], limit=8)
    pages = [ada.get("/").text, ada.get("/study").text]
    for number in range(12):
        if "/answers" not in ada.page:
            break
        ada.answer(2 if number < 3 else 4)
        pages.append(ada.page)
    pages.append(ada.get("/").text)
    for page in pages:
        for word in ("drill", "leech", "ease"):
            assert word not in page.lower().replace("release", "").replace("please", "")


def test_the_answer_shows_the_line_of_the_notes_as_it_was_written(
    ada: Visitor, follow: Callable, change: Callable
) -> None:
    from app.models import Note

    follow(("Q", "A"))
    quote = "kube-proxy  负责写入规则"
    change(lambda session: session.execute(sa.update(Note).values(source="notes line 67", quote=quote)))
    ada.get("/study")
    assert f'From the notes, line 67: <q lang="zh-Hans">{quote}</q>' in ada.page


def test_each_side_says_its_language(ada: Visitor, follow: Callable) -> None:
    follow(("问", "答"), language="zh-Hans")
    ada.get("/study")
    assert '<div class="question text" lang="zh-Hans">' in ada.page
    assert '<div class="answer text" lang="zh-Hans">' in ada.page
    assert '<html lang="en"' in ada.page


def test_one_deck_can_be_studied_alone(ada: Visitor, follow: Callable) -> None:
    follow(("Elsewhere", "A"))
    deck_id = follow(("Here", "A"))
    ada.get(f"/study?deck={deck_id}")
    assert "Here" in ada.page
    response = ada.answer(4)
    assert response.request.query_string.decode() == f"deck={deck_id}"
    assert "Elsewhere" not in ada.page


def test_a_script_gets_just_the_next_card(ada: Visitor, follow: Callable) -> None:
    follow(("First", "A"), ("Second", "B"))
    ada.get("/study")
    form = ada.form(r"/cards/\d+/answers")
    response = ada.client.post(form.action, data={**form.fields, "grade": 4}, headers={"X-Fragment": "1"})
    assert response.status_code == 200
    assert response.text.strip().startswith('<section id="study"')
    assert "Second" in response.text


def test_with_nothing_to_study_the_page_says_so(ada: Visitor) -> None:
    ada.get("/study")
    assert "Nothing waits here now" in ada.page


def test_home_offers_three_things_to_do_when_it_is_empty(ada: Visitor) -> None:
    ada.get("/")
    for offer in ("Follow a starter deck", "Import a file", "Write cards yourself"):
        assert offer in ada.page


def test_home_counts_in_words(ada: Visitor, follow: Callable) -> None:
    deck_id = follow(("Q1", "A"), ("Q2", "A"))
    ada.get("/")
    assert "<b>0</b> due" in ada.page
    assert "<b>2</b> new today" in ada.page
    assert f'href="/study?deck={deck_id}"' in ada.page


def test_a_few_more_new_cards_come_at_each_press_as_long_as_there_are_any(ada: Visitor, follow: Callable) -> None:
    deck_id = follow(*((f"Q{number}", "A") for number in range(14)), limit=1)
    ada.get("/study")
    ada.answer(4)
    assert "Done for today" in ada.page and "A few more new cards today" in ada.page
    ada.press(f"/decks/{deck_id}/more")
    for left in range(10, 0, -1):
        assert f"{left} left" in ada.get("/study").text
        ada.answer(4)
    assert "A few more new cards today" in ada.page
    ada.press(f"/decks/{deck_id}/more")
    assert "3 left" in ada.get("/study").text
    for _ in range(3):
        ada.answer(4)
    assert "Done for today" in ada.page and "A few more" not in ada.page


def test_more_means_more_than_was_met_whatever_the_limit_is_by_now(ada: Visitor, follow: Callable) -> None:
    deck_id = follow(*((f"Q{number}", "A") for number in range(20)), limit=5)
    ada.get("/study")
    for _ in range(5):
        ada.answer(4)
    ada.get(f"/decks/{deck_id}")
    ada.press(f"/decks/{deck_id}/follow/shape", new_per_day=0)
    ada.get("/study")
    ada.press(f"/decks/{deck_id}/more")
    assert "10 left" in ada.get("/study").text
