"""Studying by tag in the browser's plain forms."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Follow, Memory, User
from app.pages.wording import tags_in
from tests.factories import a_deck, a_follow, a_learner, a_note
from tests.visitor import Visitor


@pytest.fixture
def ada(visitor: Callable[[], Visitor], change: Callable) -> Visitor:
    """Ada follows a deck with three cards, two of them about networks."""
    ada = visitor().sign_up("Ada")

    def make(session: Session) -> None:
        deck = a_deck(session, name="Kubernetes")
        for tag in ("net::dns", "storage", "Net"):
            a_note(session, deck, fields=(f"About {tag}?", "This."), tags=(tag, "all of it"))
        for learner in (session.scalars(sa.select(User)).one(), a_learner(session)):
            a_follow(session, learner, deck)

    change(make)
    return ada


@pytest.mark.parametrize(
    ("typed", "tags"),
    [
        ("net dns", ["net", "dns"]),
        (" net::dns,dns  net::dns，考试、难\u3000旧\n", ["net::dns", "dns", "考试", "难", "旧"]),
        ("two-words, two_words", ["two-words", "two_words"]),
        (" ,，、 ", []),
    ],
)
def test_spaces_and_commas_stand_between_tags_that_are_typed(typed: str, tags: list[str]) -> None:
    assert tags_in(typed) == tags


def test_answers_stay_with_the_tag_to_its_end(ada: Visitor, stored: Callable) -> None:
    ada.get("/study?tag=net")
    assert "About net::dns?" in ada.page and "2 left" in ada.page
    assert ada.form(r"/cards/\d+/answers").fields["tag"] == "net"
    ada.answer(4)
    assert "About Net?" in ada.page and "1 left" in ada.page
    ada.answer(4)
    assert "Nothing more waits under #net now" in ada.page
    assert "Study everything: 1 waits" in ada.page
    assert len(stored(sa.select(Memory.card_id))) == 2
    ada.press("/undos")
    assert "About Net?" in ada.page and ada.form("/undos").fields["tag"] == "net"


def test_a_limit_of_reviews_holds_for_a_tag_and_is_named(ada: Visitor, change: Callable) -> None:
    ada.get("/study")
    for _ in range(3):
        ada.answer(4)
    change(lambda session: session.execute(sa.update(Memory).values(queue_day=1, due_day=1, last_day=1)))
    change(lambda session: session.execute(sa.update(Follow).values(reviews_per_day=1)))
    assert "1 left" in ada.get("/study?tag=net").text
    ada.answer(4)
    assert "Nothing more waits under #net now" in ada.page
    assert "1 more is due and waits for another day: your limit of reviews is reached." in ada.page


def test_a_card_shows_its_tags_as_ways_to_study_them(ada: Visitor) -> None:
    ada.get("/study")
    assert 'href="/study?tag=net::dns"' in ada.page
    assert 'href="/study?tag=all+of+it"' in ada.page
    ada.get("/study?tag=all+of+it")
    assert "3 left" in ada.page


def test_a_tag_within_a_deck_keeps_both(ada: Visitor) -> None:
    ada.get("/study?tag=net&deck=1")
    fields = ada.form(r"/cards/\d+/answers").fields
    assert (fields["tag"], fields["deck"]) == ("net", "1")
    ada.answer(4)
    assert ada.form(r"/cards/\d+/answers").fields["deck"] == "1"
    assert ada.get("/study?tag=net&deck=99").status_code == 404


def test_a_tag_nobody_has_is_empty_and_a_strange_one_too(ada: Visitor) -> None:
    for tag in ("nothing", "::", "%00", "%F0%9F%98%80" * 500, "<b>"):
        assert ada.get(f"/study?tag={tag}").status_code == 200
        assert "Nothing more waits under" in ada.page
        assert "<b>" not in ada.page


def test_a_deck_says_what_is_due_by_tag(ada: Visitor, change: Callable) -> None:
    ada.get("/study")
    for _ in range(3):
        ada.answer(4)
    ada.get("/decks/1")
    assert "Due now, by tag" not in ada.page
    change(lambda session: session.execute(sa.update(Memory).values(queue_day=Memory.due_day - 5)))
    ada.get("/decks/1")
    assert "Due now, by tag" in ada.page
    assert '#all of it <span class="number">3</span>' in ada.page
