"""The page that finds cards, and what can be done to many of them at once."""

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.models import Card, Deck, Mark, Memory, Note, User
from tests.factories import a_deck, a_follow, a_learner, a_note
from tests.visitor import Visitor, forms_of


@pytest.fixture
def ada(visitor: Callable[[], Visitor], change: Callable) -> Visitor:
    """Ada with two decks of her own and a starter deck; Bob has the same words."""
    ada = visitor().sign_up("Ada")

    def make(session: Session) -> None:
        owner = session.scalars(sa.select(User).where(User.name == "Ada")).one()
        bob = a_learner(session, "Bob")
        for name, of in (("One", owner), ("Two", owner), ("Starter", None), ("Bob's", bob)):
            deck = a_deck(session, owner=of, name=name)
            a_follow(session, bob if of is bob else owner, deck)
            for n in range(3):
                a_note(session, deck, fields=(f"容器 {name} {n}", "an <answer>"), tags=("old",))

    change(make)
    return ada


def page_of(ada: Visitor, path: str) -> str:
    assert ada.get(path).status_code == 200
    return ada.page


def sent(ada: Visitor, path: str, **fields: object) -> TestResponse:
    return ada.client.post(path, data={"csrf_token": ada.token(), **fields}, follow_redirects=True)


def post(ada: Visitor, path: str, **fields: object) -> TestResponse:
    response = sent(ada, path, **fields)
    assert response.status_code == 200
    return response


def undo_in(page: str) -> str:
    """The address that takes back what the page tells of."""
    return next(form.action for form in forms_of(page) if form.action.endswith("/undo-all"))


def ids_of(stored: Callable, deck: str) -> list[int]:
    return [row.id for row in stored(sa.select(Card.id).join(Deck).where(Deck.name == deck).order_by(Card.id))]


def tags_of(stored: Callable, deck: str) -> list[list[str]]:
    cards = sa.select(Note.tags).join(Card).join(Deck).where(Deck.name == deck).order_by(Note.id)
    return [row.tags for row in stored(cards)]


def test_a_search_shows_what_it_finds(ada: Visitor) -> None:
    page = page_of(ada, "/search?q=容器 one")
    assert [f"容器 One {n}" in page for n in range(3)] == [True] * 3
    assert "Bob" not in page and "容器 Two" not in page
    assert "3 cards found" in page


def test_without_a_query_the_page_says_what_can_be_written(ada: Visitor) -> None:
    assert "prop:interval&gt;=21" in page_of(ada, "/search")


def test_what_is_not_found_is_said(ada: Visitor) -> None:
    assert "No card is like that" in page_of(ada, "/search?q=zebra")


def test_the_word_that_is_wrong_is_pointed_at(ada: Visitor) -> None:
    response = ada.client.get("/search?q=容器 is:blue <b>")
    assert response.status_code == 422
    assert "容器 <mark>is:blue</mark> &lt;b&gt;" in response.text
    assert "No card can be in the state “blue”" in response.text


@pytest.mark.parametrize(
    "query", ["sort=due", "sort=ease&down=1", "sort=nothing", "before=1", "offset=50&sort=deck", "before=x"]
)
def test_the_table_is_sorted_and_paged_as_asked(ada: Visitor, query: str) -> None:
    assert ada.client.get(f"/search?q=容器&{query}").status_code == 200


def test_chosen_cards_are_suspended_and_all_come_back_at_once(ada: Visitor, stored: Callable) -> None:
    one, starter = ids_of(stored, "One"), ids_of(stored, "Starter")
    chosen = [one[0], starter[1]]
    page = post(ada, "/search/marks", marking="suspend", chosen=chosen, q="容器").text
    assert "2 cards suspended." in page
    assert sorted(row.card_id for row in stored(sa.select(Mark.card_id).where(Mark.suspended))) == sorted(chosen)
    post(ada, "/undos", next="/search?q=x")
    assert stored(sa.select(Mark.card_id)) == []
    post(ada, "/redos")
    assert len(stored(sa.select(Mark.card_id))) == 2
    assert "2 cards brought back." in post(ada, "/search/marks", marking="bring_back", chosen=chosen, q="容器").text


def test_all_that_was_found_are_tagged_but_for_what_is_somebody_elses(ada: Visitor, stored: Callable) -> None:
    page = post(ada, "/search/tags", which="all", q="容器 -two", act="add", tags="neu, Old wichtig").text
    assert "3 notes have other tags now. 3 are not yours to change." in page
    assert tags_of(stored, "One") == [["old", "neu", "wichtig"]] * 3
    for deck in ("Two", "Starter", "Bob's"):
        assert tags_of(stored, deck) == [["old"]] * 3
    assert "容器 One 1" in page_of(ada, "/search?q=tag:neu")
    post(ada, "/search/tags", which="all", q="tag:wichtig", act="remove", tags="OLD")
    assert tags_of(stored, "One") == [["neu", "wichtig"]] * 3
    post(ada, "/search/tags", which="all", q="容器 one", act="add", tags="考试，难、旧")
    assert tags_of(stored, "One") == [["neu", "wichtig", "考试", "难", "旧"]] * 3


def test_a_change_of_tags_is_undone_but_for_what_was_changed_since(ada: Visitor, stored: Callable) -> None:
    one = ids_of(stored, "One")
    undo = undo_in(post(ada, "/search/tags", chosen=one, act="add", tags="neu", q="one").text)
    post(ada, "/search/tags", chosen=one[:1], act="add", tags="later", q="one")
    assert (
        "1 stays as it is: changed since, or met by others where it lies." in post(ada, undo, next="/search?q=one").text
    )
    assert tags_of(stored, "One") == [["old", "neu", "later"], ["old"], ["old"]]
    assert "Undone" in post(ada, undo, next="/search?q=one").text
    assert tags_of(stored, "One") == [["old", "neu", "later"], ["old"], ["old"]]


def test_cards_are_moved_with_what_is_known_of_them_and_back(ada: Visitor, stored: Callable) -> None:
    one, two = ids_of(stored, "One"), ids_of(stored, "Two")
    decks = {row.name: row.id for row in stored(sa.select(Deck.name, Deck.id))}
    ada.get(f"/study?deck={decks['One']}")
    ada.answer(4)
    undo = undo_in(post(ada, "/search/moves", which="all", q="deck:one", deck=decks["Two"]).text)
    assert ids_of(stored, "Two") == sorted(one + two)
    assert [row.deck_id for row in stored(sa.select(Memory.deck_id))] == [decks["Two"]]
    assert "容器 One 0" in page_of(ada, "/search?q=deck:two")
    assert "No card is like that" in (page := page_of(ada, "/search?q=deck:one")) and "its whole name" in page
    post(ada, undo, next="/search")
    assert (ids_of(stored, "One"), ids_of(stored, "Two")) == (one, two)
    assert [row.deck_id for row in stored(sa.select(Memory.deck_id))] == [decks["One"]]


def test_what_was_refused_is_asked_once_more_of_the_same_cards(ada: Visitor, stored: Callable) -> None:
    one = ids_of(stored, "One")
    page = sent(ada, "/search/tags", chosen=one[:2], act="add", tags=" ", q="one").text
    assert "Write a tag first." in page
    boxes = re.findall(r'name="chosen" value="(\d+)"( checked)?', page)
    assert {int(value) for value, ticked in boxes if ticked} == set(one[:2]) < {int(value) for value, _ticked in boxes}
    page = sent(ada, "/search/tags", which="all", act="add", tags=" ", q="one").text
    assert re.search(r'value="all" form="chosen" checked', page)


def test_of_what_is_so_already_it_is_said_that_nothing_changed(ada: Visitor, stored: Callable) -> None:
    assert "Nothing changed." in post(ada, "/search/tags", which="all", q="one", act="add", tags="old").text
    for said in ("3 cards suspended.", "Nothing changed: they are so already"):
        assert said in post(ada, "/search/marks", chosen=ids_of(stored, "One"), marking="suspend", q="one").text


def test_nobody_changes_another_learners_cards(ada: Visitor, stored: Callable) -> None:
    bobs = ids_of(stored, "Bob's")
    decks = {row.name: row.id for row in stored(sa.select(Deck.name, Deck.id))}
    fields = {"chosen": bobs, "act": "add", "tags": "x", "marking": "suspend", "deck": decks["One"], "q": ""}
    for path in ("/search/tags", "/search/marks", "/search/moves"):
        assert sent(ada, path, **fields).status_code == 404
    own = {"chosen": ids_of(stored, "One"), "q": ""}
    for deck in ("Bob's", "Starter"):
        assert sent(ada, "/search/moves", **own, deck=decks[deck]).status_code == 404
    assert tags_of(stored, "Bob's") == [["old"]] * 3


def test_what_cannot_be_done_is_said_and_changes_nothing(ada: Visitor, stored: Callable) -> None:
    one = ids_of(stored, "One")
    for path, fields in (
        ("/search/tags", {"act": "add", "tags": "x"}),
        ("/search/tags", {"act": "add", "tags": " ", "chosen": one}),
        ("/search/tags", {"act": "add", "tags": "x" * 200, "chosen": one}),
        ("/search/marks", {"marking": "burn", "chosen": one}),
        ("/search/marks", {"marking": "suspend", "which": "all", "q": "("}),
    ):
        assert sent(ada, path, **{"q": "one", **fields}).status_code == 422, (path, fields)
    assert tags_of(stored, "One") == [["old"]] * 3
