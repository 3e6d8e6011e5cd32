"""Studying by tag: the same queue, of fewer cards."""

from uuid import uuid4

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.database import db
from app.errors import NotFound
from app.models import Card, Note, NoteTag, User
from app.models.note import set_tags
from app.study import AnswerGiven, Queue, answer_card, next_card, queue_of, tagged_queue, tags_due
from app.study.marking import Marking, brought_back, buried, mark_card, suspended
from tests.factories import a_deck, a_follow, a_learner, a_note, at


@pytest.fixture
def ada(session: Session) -> User:
    return a_learner(session, "Ada")


def answer(session: Session, learner: User, queue: Queue, grade: int, now: object) -> int | None:
    shown = next_card(session, learner, queue, now)
    if shown is None:
        return None
    answer_card(session, learner, shown.card.id, AnswerGiven(uuid4(), grade, shown.state.answers), now)
    return shown.card.id


markings = st.sampled_from([None, None, None, suspended, buried, brought_back])
acts = st.tuples(st.sampled_from([2, 3, 4, 4, 5]), st.integers(0, 9), markings)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(acts, max_size=40), st.integers(0, 4), st.sampled_from([None, 0, 1, 3]))
def test_a_tag_that_every_note_has_is_the_whole_queue(
    app: object, given: list[tuple[int, int, Marking | None]], limit: int, reviews: int | None
) -> None:
    with app.app_context():
        session = db.session
        if db.engine.dialect.name == "postgresql":
            # Else each statement would be kept.
            session.connection(execution_options={"isolation_level": "READ COMMITTED"})
        try:
            ada, bob = a_learner(session), a_learner(session)
            decks = [a_deck(session, cards=3), a_deck(session, cards=2, kind="reversed"), a_deck(session)]
            for number, (learner, deck) in enumerate((who, deck) for deck in decks for who in (ada, bob)):
                a_follow(session, learner, deck, new_per_day=limit, reviews_per_day=reviews, place=number)
            for note_id in session.scalars(sa.select(Note.id)).all():
                set_tags(session, None, {note_id: ["All::of::them"]})
            day, minute = 0, 0
            for grade, later, marking in given:
                day, minute = (day + later, 0) if later > 6 else (day, minute + 1)
                now = at(day, 9 + minute // 60, minute % 60)
                whole, tagged = (queue_of(session, ada, None, now), tagged_queue(session, ada, "ALL", None, now))
                assert tagged.counts == whole.counts
                assert tagged.heads == whole.heads
                shown = next_card(session, ada, tagged, now)
                assert shown == next_card(session, ada, whole, now)
                if shown is not None:
                    following = tagged_queue(session, ada, "ALL", None, now, shown.card.id)
                    expected = queue_of(session, ada, None, now, shown.card.id)
                    assert (following.counts, following.heads) == (expected.counts, expected.heads)
                if marking is not None:
                    card_ids = session.scalars(sa.select(Card.id).order_by(Card.id)).all()
                    mark_card(session, ada, card_ids[(grade * later) % len(card_ids)], (uuid4(), marking), now)
                    continue
                answer(session, ada, tagged, grade, now)
                answer(session, bob, queue_of(session, bob, None, now), 4, now)
        finally:
            session.rollback()


def test_only_cards_of_the_tag_come_due_new_and_drilled(session: Session, ada: User) -> None:
    deck = a_deck(session)
    a_follow(session, ada, deck)
    cards = {tag: a_note(session, deck, tags=(tag,))[0].id for tag in ("dns", "net::cni", "Net", "network", "::")}
    for tag, grade in (("dns", 2), ("net::cni", 2), ("network", 4)):
        answer_card(session, ada, cards[tag], AnswerGiven(uuid4(), grade, 0), at(0))
    queue = tagged_queue(session, ada, "net", None, at(0, minute=10))
    assert (queue.counts.due, queue.counts.new, queue.counts.drill) == (0, 1, 1)
    assert next_card(session, ada, queue, at(0, minute=10)).card.id == cards["net::cni"]
    queue = tagged_queue(session, ada, "net", None, at(1))
    assert (queue.counts.due, queue.counts.new, queue.counts.drill) == (1, 1, 0)
    seen = []
    for minute in range(9):
        now = at(1, minute=minute)
        seen.append(answer(session, ada, tagged_queue(session, ada, "net", None, now), 4, now))
    assert [card for card in seen if card] == [cards["net::cni"], cards["Net"]]
    assert tagged_queue(session, ada, "nowhere", None, at(1)).counts.total == 0
    assert tagged_queue(session, ada, "::", None, at(1)).counts.total == 0


def test_a_decks_limit_of_new_cards_holds_for_its_tags(session: Session, ada: User) -> None:
    above = a_deck(session)
    inside = a_deck(session, parent_id=above.id)
    for deck, root in ((above, None), (inside, above.id)):
        a_follow(session, ada, deck, root_id=root, new_per_day=3)
        for _ in range(3):
            a_note(session, deck, tags=("a",))
    (untagged,) = a_note(session, above)
    answer_card(session, ada, untagged.id, AnswerGiven(uuid4(), 4, 0), at(0))
    seen = []
    for minute in range(9):
        now = at(0, minute=minute + 1)
        seen.append(answer(session, ada, tagged_queue(session, ada, "a", None, now), 4, now))
    assert len([card for card in seen if card]) == 2
    queue = tagged_queue(session, ada, "a", None, at(0, minute=30))
    assert queue.counts.total == 0 and any(deck.unmet for deck in queue.decks)


def test_a_tag_within_a_deck_and_only_in_decks_that_are_followed(session: Session, ada: User) -> None:
    one, other, left = (a_deck(session) for _ in range(3))
    for deck in (one, other, left):
        a_note(session, deck, tags=("a",))
    a_follow(session, ada, one)
    a_follow(session, ada, other)
    a_follow(session, ada, left, stopped_at=at(0))
    assert tagged_queue(session, ada, "a", None, at(0)).counts.new == 2
    assert tagged_queue(session, ada, "a", one.id, at(0)).counts.new == 1
    with pytest.raises(NotFound):
        tagged_queue(session, ada, "a", left.id, at(0))


def test_the_tags_of_what_is_due_most_frequent_first(session: Session, ada: User) -> None:
    deck, bob = a_deck(session), a_learner(session)
    tags = (("a", "b"), ("A", "c"), ("d",))
    cards = [a_note(session, deck, tags=some)[0].id for some in tags]
    for learner, met in ((ada, cards[:2]), (bob, cards)):
        a_follow(session, learner, deck)
        for card_id in met:
            answer_card(session, learner, card_id, AnswerGiven(uuid4(), 4, 0), at(0))
    found = tags_due(session, ada, deck.id, ada.today(at(1)))
    assert [(one.tag.lower(), one.cards) for one in found] == [("a", 2), ("b", 1), ("c", 1)]
    assert tags_due(session, ada, deck.id, ada.today(at(0))) == []


def test_a_note_is_found_by_its_tags_of_now(session: Session, ada: User) -> None:
    deck = a_deck(session)
    (card,) = a_note(session, deck, tags=("a", "A", "b"))
    assert len(session.scalars(sa.select(NoteTag.key)).all()) == 2
    set_tags(session, None, {card.note_id: ["c"]})
    assert session.scalars(sa.select(NoteTag.tag)).all() == ["c"]
    session.execute(sa.delete(Card))
    session.execute(sa.delete(Note))
    assert session.scalars(sa.select(NoteTag.tag)).all() == []
