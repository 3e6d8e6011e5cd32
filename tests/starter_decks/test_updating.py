"""A newer Cardlet over an older database: the starter decks change under a learner who is in the middle of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.importing import publish_starter_decks
from app.library import follow, set_new_per_day
from app.library.contents import deck_page
from app.library.decks import followed_decks, other_starter_decks, shelf, starter_decks
from app.models import Card, Deck, Memory, Note, User
from app.study import AnswerGiven, answer_card, next_card, queue_of, shown_card
from app.study.rebuilding import compare
from tests.factories import a_learner, at
from tests.starter_decks import DECKS, FILES, TOPICS

OLD = """---
deck: Roles
id: roles
lang: en
description: What each part does.
---

## What stores the state? {#store}

etcd

## What schedules? {#schedule}

The {scheduler}

## Who runs containers? {#gone-met}

The container runtime

## What is nobody's favourite? {#gone-unmet}

A note that nobody met

## {{c1::kubelet}} and {{c2::kube-proxy}} {#both}
"""

NEW = """---
deck: Kubernetes::Component roles
id: roles
lang: en
description: What each component does.
---

## What is asked first now? {#first}

Something new

## Which component stores the state of the cluster? {#store}

**etcd**

## What schedules? {#schedule}

The {scheduler}

## {{c1::kubelet}}, and kube-proxy {#both}
"""


@pytest.fixture
def ada(session: Session) -> User:
    return a_learner(session, "Ada")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "decks"
    folder.mkdir()
    return folder


def publish(session: Session, folder: Path, now: datetime) -> None:
    @contextmanager
    def transaction() -> Iterator[Session]:
        yield session
        session.flush()
        session.expire_all()

    publish_starter_decks(folder, now, transaction)


def write(folder: Path, text: str) -> None:
    (folder / "01-roles.en.md").write_text(text)


def cards_by_note(session: Session) -> dict[tuple[str, int], Card]:
    rows = session.execute(sa.select(Note.guid, Card).join(Card, Card.note_id == Note.id))
    return {(guid.split("/")[1], card.ordinal): card for guid, card in rows}


def study(session: Session, learner: User, cards: int, now: datetime) -> list[int]:
    """Answers the next cards; their ids."""
    answered = []
    for _ in range(cards):
        shown = next_card(session, learner, queue_of(session, learner, None, now), now)
        answer_card(session, learner, shown.card.id, AnswerGiven(uuid4(), 4, shown.state.answers), now)
        answered.append(shown.card.id)
    return answered


def states(session: Session, learner: User) -> dict[int, object]:
    memories = session.scalars(sa.select(Memory).where(Memory.user_id == learner.id)).all()
    return {memory.card_id: memory.state for memory in memories}


def test_wording_changes_in_place_and_nobodys_progress_does(session: Session, ada: User, folder: Path) -> None:
    write(folder, OLD)
    publish(session, folder, at(0))
    (tree,) = starter_decks(session, "en")
    follow(session, ada, tree.deck.id, at(0))
    set_new_per_day(session, ada, tree.deck.id, 4)
    cards = cards_by_note(session)
    met = study(session, ada, 3, at(0))
    assert met == [cards["store", 0].id, cards["schedule", 0].id, cards["gone-met", 0].id]
    before = states(session, ada)

    write(folder, NEW)
    publish(session, folder, at(1))

    assert states(session, ada) == before
    assert compare(session, ada.id).agrees
    shown = shown_card(session, ada, cards["store", 0].id, at(1))
    assert (shown.reason, shown.card.fields[0]) == ("due", "Which component stores the state of the cluster?")
    assert shown.card.deck == "Kubernetes::Component roles"


def test_what_was_removed_stays_with_who_met_it_and_is_offered_to_nobody(
    session: Session, ada: User, folder: Path
) -> None:
    write(folder, OLD)
    publish(session, folder, at(0))
    (tree,) = starter_decks(session, "en")
    follow(session, ada, tree.deck.id, at(0))
    study(session, ada, 3, at(0))
    old = cards_by_note(session)

    write(folder, NEW)
    publish(session, folder, at(1))
    cards = cards_by_note(session)
    assert {key for key, card in cards.items() if card.retired} == {("gone-met", 0), ("gone-unmet", 0), ("both", 2)}
    assert shown_card(session, ada, old["gone-met", 0].id, at(1)).reason == "due"

    bob = a_learner(session, "Bob")
    follow(session, bob, tree.deck.id, at(1))
    assert study(session, bob, 4, at(1)) == [
        cards[key].id for key in (("first", 0), ("store", 0), ("schedule", 0), ("both", 1))
    ]
    assert next_card(session, bob, queue_of(session, bob, None, at(1)), at(1)) is None
    assert deck_page(session, bob, tree.deck.id, 1).card_count == 4


def test_what_is_new_is_offered_in_its_place(session: Session, ada: User, folder: Path) -> None:
    write(folder, OLD)
    publish(session, folder, at(0))
    (tree,) = starter_decks(session, "en")
    follow(session, ada, tree.deck.id, at(0))
    study(session, ada, 3, at(0))
    write(folder, NEW)
    publish(session, folder, at(1))
    due = study(session, ada, 3, at(1))
    assert set(due) == states(session, ada).keys()
    assert study(session, ada, 2, at(1)) == [cards_by_note(session)[key].id for key in (("first", 0), ("both", 1))]


def test_what_was_removed_and_comes_back_goes_on(session: Session, ada: User, folder: Path) -> None:
    for day, text in enumerate((OLD, NEW, OLD)):
        write(folder, text)
        publish(session, folder, at(day))
        if day == 0:
            (tree,) = starter_decks(session, "en")
            follow(session, ada, tree.deck.id, at(0))
            study(session, ada, 3, at(0))
            before = states(session, ada)
    assert states(session, ada) == before
    gone = {key for key, card in cards_by_note(session).items() if card.retired}
    assert gone == {("first", 0)}


def test_three_decks_at_the_top_become_twelve_under_one(session: Session, ada: User, folder: Path) -> None:
    """What earlier versions shipped, and a learner who follows it, meets what this one ships."""
    for path in FILES:
        if path.name.split(".")[0] in TOPICS[:3]:
            text = (
                path.read_text().replace("deck: Kubernetes::", "deck: ").replace("deck: Kubernetes（中文）::", "deck: ")
            )
            half = text.split("\n## ")
            (folder / path.name).write_text("\n## ".join(half[: len(half) // 2]).replace("**", ""))
    publish(session, folder, at(0))
    for tree in starter_decks(session, "en"):
        follow(session, ada, tree.deck.id, at(0))
    study(session, ada, 30, at(0))
    before = states(session, ada)

    publish(session, DECKS, at(1))

    assert states(session, ada) == before
    assert [tree.deck.path for tree in followed_decks(session, ada)] == [
        "Kubernetes::Component roles",
        "Kubernetes::Controller types",
        "Kubernetes::Service classes",
    ]
    offered = next(tree for tree in other_starter_decks(session, ada) if tree.deck.language == "en")
    assert (offered.deck.path, len(offered.inside)) == ("Kubernetes", 9)
    assert session.scalar(sa.select(sa.func.count()).where(Deck.owner_id.is_(None))) == len(FILES)
    follow(session, ada, offered.deck.id, at(1))
    (whole,) = shelf(session, ada, ada.today(at(1)))
    assert (whole.path, len(whole.inside), whole.counts.due, whole.counts.new) == ("Kubernetes", 12, 30, 20)
