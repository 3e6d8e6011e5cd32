"""The tab that shows what would be recalled today: topics, the cluster, and how likely each card is."""

import re
from collections.abc import Callable
from html import unescape

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Card, Deck, Note, NoteTag, User
from app.models.note import set_tags
from tests.factories import a_deck, a_follow, a_note
from tests.visitor import Visitor

PAGE = "/progress/mastery"


@pytest.fixture
def template(template_with_decks: str) -> str:
    return template_with_decks


@pytest.fixture
def ada(visitor: Callable[[], Visitor]) -> Visitor:
    """Ada; Bob beside her follows both editions."""
    bob = visitor().sign_up("Bob")
    for number in (1, 2):
        follow(bob, number)
    return visitor().sign_up("Ada")


def follow(learner: Visitor, deck_id: int) -> None:
    learner.get(f"/decks/{deck_id}")
    assert learner.press(f"/decks/{deck_id}/follow").status_code == 200


def links(page: str, label: str) -> list[str]:
    """The addresses of the picture's links that begin with a name, in each of its two drawings."""
    return [unescape(url) for url in re.findall(rf'<a href="([^"]*)"[^>]* aria-label="{label} \d', page)]


def test_without_a_deck_the_page_says_where_they_are(ada: Visitor) -> None:
    page = ada.get(PAGE).text
    assert "You follow no deck yet." in page
    assert "<svg class=" not in page


def test_a_new_learner_sees_what_there_is_to_know(ada: Visitor) -> None:
    follow(ada, 1)
    page = ada.get(PAGE).text
    assert re.search(r"You would recall about 0 of \d{3} cards today\.", page)
    assert "No card is met yet." in page
    assert "part level-1" not in page


def test_what_is_answered_fills_the_picture_and_each_part_leads_to_just_that(ada: Visitor) -> None:
    follow(ada, 1)
    ada.get("/study?tag=etcd&deck=1")
    ada.answer(4)
    page = ada.get(PAGE).text
    assert re.search(r"You would recall about 1 of \d{3} cards today\.", page)
    assert re.search(r"etcd \d+%: about 1 of \d+ cards today, 1 met", page)
    assert "level-1" in page
    assert "Of 1 card met, you would recall 1 with a probability of 90% or more." in page
    assert links(page, "etcd") == ["/study?deck=1&tag=etcd"] * 2
    for url in {*links(page, "etcd"), *links(page, "Storage"), *links(page, "Control plane")}:
        assert ada.get(url).status_code == 200
        assert "/answers" in ada.page
    assert re.search(r'<th scope="row" class="inside-1">etcd</th><td>\d+%</td><td>1</td><td>\d+</td>', page)


def test_each_edition_is_a_picture_of_its_own_and_its_language_heads_it(ada: Visitor) -> None:
    follow(ada, 2)
    page = ada.get(PAGE).text
    assert page.count('<svg class="cluster wide-cluster"') == 1
    assert "<h3" not in page
    follow(ada, 1)
    page = ada.get(PAGE).text
    assert re.findall(r'<h3 class="cluster-of" lang="([^"]*)"', page) == ["en", "zh-Hans"]
    assert ada.get(f"{PAGE}?deck=2").text.count('<svg class="cluster wide-cluster"') == 1


def test_the_picture_speaks_the_readers_language(ada: Visitor) -> None:
    follow(ada, 1)
    ada.get("/settings")
    ada.press("/language", language="zh-Hans")
    page = ada.get(PAGE).text
    assert "API 服务器" in page
    assert "张卡片中，今天大约能想起 0 张。" in page
    assert "API server" not in page


def test_what_is_not_followed_is_drawn_without_a_way_to_it(ada: Visitor, stored: Callable) -> None:
    ((networking,),) = stored(sa.select(Deck.id).where(Deck.guid == "networking", Deck.language == "en"))
    follow(ada, networking)
    page = ada.get(PAGE).text
    assert links(page, "Ingress") == ["/study?tag=ingress"] * 2
    assert links(page, "Deployment") == []
    assert 'class="part absent"' in page
    assert ada.get("/study?tag=ingress").status_code == 200


def test_a_deck_of_ones_own_and_a_tag_have_no_cluster(ada: Visitor, change: Callable) -> None:
    def make(session: Session) -> int:
        learner = session.scalars(sa.select(User).where(User.name == "Ada")).one()
        deck = a_deck(session, owner=learner, name="Plants", guid="storage")
        inside = a_deck(session, owner=learner, name="Trees", parent_id=deck.id)
        a_deck(session, owner=learner, name="Empty", parent_id=deck.id)
        a_note(session, inside, tags=("Wood::Oak", "wood::beech"))
        a_follow(session, learner, deck)
        a_follow(session, learner, inside, root_id=deck.id)
        return deck.id

    deck_id = change(make)
    page = ada.get(PAGE).text
    assert "The cluster" not in page
    assert [line.strip() for line in re.findall(r"<a href=\"/study[^>]*>([^<]*)</a>", page)] == [
        *("Plants", "Trees", "wood", "beech", "Oak")
    ]
    assert ada.get(f"{PAGE}?tag=wood::oak").text.count("0 of 1, 0 met") == 5
    assert f'href="/study?deck={deck_id}&amp;tag=wood::oak"' in ada.page
    assert "No card is about this." in ada.get(f"{PAGE}?tag=stone").text
    follow(ada, 1)
    assert "The cluster" in ada.get(PAGE).text
    assert "The cluster" not in ada.get(f"{PAGE}?tag=etcd").text
    assert "The cluster" not in ada.get(f"{PAGE}?deck={deck_id}").text


def test_many_tags_are_folded_and_very_many_not_all_shown(
    ada: Visitor, change: Callable, stored: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    follow(ada, 1)
    page = ada.get(PAGE).text
    number = len({key for (key,) in stored(sa.select(NoteTag.key).join(Note).where(Note.language == "en"))})
    assert f"<summary>{number} tags</summary>" in page
    monkeypatch.setattr("app.pages.progress_topics.MOST_TAGS", 10)
    assert len(re.findall(r'<a href="/study\?tag=', ada.get(PAGE).text)) == 10

    def tag(session: Session) -> None:
        card = session.scalars(sa.select(Card).join(Deck).where(Deck.guid == "storage").limit(1)).one()
        set_tags(session, None, {card.note_id: ("a::<b>::c&d",)})

    change(tag)
    assert "&lt;b&gt;" in ada.get(PAGE).text
