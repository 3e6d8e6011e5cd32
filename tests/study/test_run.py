"""A run of practice: which cards, in which order, and when it is finished."""

from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.errors import NotFound, Refused
from app.models import Card, Memory, User
from app.study import AnswerGiven, Run, answer_card, practice_card, run_state, undo_practice
from app.study.marking import buried, mark_card, suspended
from app.study.practice import PracticeGiven
from app.study.run import AGAIN_AFTER, cards_of, next_in_run
from tests.factories import a_deck, a_follow, a_learner, a_note, at


@given(st.lists(st.integers(1, 30), unique=True), st.randoms(use_true_random=False))
def test_every_card_comes_until_it_is_known_and_then_no_more(chosen: list[int], chance: object) -> None:
    answered: list[tuple[int, int]] = []
    wrong = dict.fromkeys(chosen, 0)
    while (card := next_in_run(chosen, answered)) is not None:
        others = [other for other, _ in answered[-AGAIN_AFTER:]]
        left = [one for one in chosen if (one, 4) not in answered]
        unseen = [one for one in chosen if one not in dict(answered)]
        # It is no echo, as long as there is another to ask.
        assert card not in others[-1:] or len(left) == 1
        assert card in unseen or card not in others or not unseen
        grade = 2 if wrong[card] < 3 and chance.random() < 0.4 else 4
        wrong[card] += grade == 2
        answered.append((card, grade))
    known = [card for card, grade in answered if grade == 4]
    assert sorted(known) == sorted(chosen)


def test_what_another_run_answered_meanwhile_does_no_harm() -> None:
    assert next_in_run([1, 2], [(9, 2), (8, 4)]) == 1
    assert next_in_run([1, 2], [(9, 2), (1, 2), (2, 4)]) == 1
    assert next_in_run([], [(9, 2)]) is None


@pytest.fixture
def ada(session: Session) -> User:
    return a_learner(session, "Ada")


@pytest.fixture
def ids(session: Session, ada: User) -> dict[str, list[int]]:
    """A followed deck with one inside it, another, and one that only Bob follows; who has met everything."""
    bob = a_learner(session, "Bob")
    above = a_deck(session, cards=4)
    inside, other, bobs = a_deck(session, parent_id=above.id), a_deck(session, cards=2), a_deck(session, cards=2)
    for tag in ("net::dns", "NET", "network"):
        a_note(session, inside, tags=(tag, "all"))
    for deck, root in ((above, None), (inside, above.id), (other, None)):
        a_follow(session, ada, deck, root_id=root)
    for deck in (above, inside, other, bobs):
        a_follow(session, bob, deck)
        for card_id in session.scalars(sa.select(Card.id).where(Card.deck_id == deck.id)).all():
            answer_card(session, bob, card_id, AnswerGiven(uuid4(), 2, 0), at(0))
    found = {"above": above, "inside": inside, "other": other, "bobs": bobs}
    own = {name: sa.select(Card.id).where(Card.deck_id == deck.id).order_by(Card.id) for name, deck in found.items()}
    return {
        **{name: list(session.scalars(cards)) for name, cards in own.items()},
        "decks": [above.id, inside.id, other.id, bobs.id],
    }


@pytest.fixture
def run(ada: User) -> Run:
    return Run("all", None, None, 500, 3, ada.today(at(0)), at(0))


@pytest.fixture
def met(session: Session, ada: User) -> Callable[..., None]:
    def answer(card_id: int, *grades: int, day: int = 0) -> None:
        for grade in grades:
            memory = session.get(Memory, (ada.id, card_id))
            answer_card(session, ada, card_id, AnswerGiven(uuid4(), grade, memory.answers if memory else 0), at(day))

    return answer


def test_a_deck_is_practised_with_what_lies_inside_it(session: Session, ada: User, ids: dict, run: Run) -> None:
    above, inside, other, bobs = ids["decks"]
    assert set(cards_of(session, ada, run)) == {*ids["above"], *ids["inside"], *ids["other"]}
    assert set(cards_of(session, ada, replace(run, deck_id=above))) == {*ids["above"], *ids["inside"]}
    assert set(cards_of(session, ada, replace(run, deck_id=inside))) == {*ids["inside"]}
    with pytest.raises(NotFound):
        cards_of(session, ada, replace(run, deck_id=bobs))
    assert set(cards_of(session, ada, replace(run, deck_id=other, tag="all"))) == set()


def test_a_tag_takes_in_the_tags_below_it(session: Session, ada: User, ids: dict, run: Run) -> None:
    dns, net, network = ids["inside"]
    for which in ("all", "new"):
        tagged = replace(run, which=which, tag="Net")
        assert set(cards_of(session, ada, tagged)) == {dns, net}
        assert set(cards_of(session, ada, replace(tagged, tag="net::DNS"))) == {dns}
        assert set(cards_of(session, ada, replace(tagged, tag="network"))) == {network}
        assert set(cards_of(session, ada, replace(tagged, tag="::"))) == set()


def test_met_new_and_hard_cards(session: Session, ada: User, ids: dict, run: Run, met: Callable) -> None:
    first, second, third, fourth = ids["above"]
    met(first, 4)
    met(second, 4)
    met(third, 4)
    met(second, 2, 4, day=1)
    met(second, 4, day=2)
    met(third, 2, 4, day=3)
    met(second, 2, day=9)
    assert set(cards_of(session, ada, replace(run, which="met"))) == {first, second, third}
    assert cards_of(session, ada, replace(run, which="new")) == [fourth, *ids["inside"], *ids["other"]]
    assert cards_of(session, ada, replace(run, which="hard")) == [second, third]


def test_ahead_is_soonest_first_and_no_further_than_asked(
    session: Session, ada: User, ids: dict, run: Run, met: Callable
) -> None:
    first, second, third, fourth = ids["above"]
    met(first, 4)
    met(fourth, 4)
    met(first, 4, day=1)
    met(second, 4, day=1)
    met(third, 4, day=4)
    today = replace(run, which="ahead", day=run.day + 1, days=6)
    assert cards_of(session, ada, today) == [second, third, first]
    assert cards_of(session, ada, replace(today, days=5)) == [second, third]


def test_todays_mistakes_in_the_order_they_were_made(
    session: Session, ada: User, ids: dict, run: Run, met: Callable
) -> None:
    first, second, third, _ = ids["above"]
    met(third, 2)
    met(first, 3)
    met(second, 4)
    met(third, 4)
    mistakes = replace(run, which="mistakes")
    assert set(cards_of(session, ada, mistakes)) == {third, first}
    assert cards_of(session, ada, replace(mistakes, day=run.day + 1)) == []
    assert cards_of(session, ada, replace(mistakes, tag="net")) == []


def test_a_suspended_card_is_left_out_and_a_buried_one_is_not(
    session: Session, ada: User, ids: dict, run: Run, met: Callable
) -> None:
    first, second, third, _ = ids["above"]
    for card_id in (first, second):
        met(card_id, 2)
    for card_id, marking in ((first, suspended), (second, buried), (third, suspended)):
        mark_card(session, ada, card_id, (uuid4(), marking), at(0, minute=1))
    for which, left in (("all", [second, *ids["above"][3:]]), ("met", [second]), ("mistakes", [second])):
        assert set(cards_of(session, ada, replace(run, which=which))) & set(ids["above"]) == set(left)
    assert third not in cards_of(session, ada, replace(run, which="new"))
    practise(session, ada, first, 4)


def test_the_order_is_the_same_for_a_whole_run_and_another_in_the_next(session: Session, ada: User, run: Run) -> None:
    a_follow(session, ada, a_deck(session, cards=30))
    order = cards_of(session, ada, run)
    assert cards_of(session, ada, run) == order
    other = cards_of(session, ada, replace(run, since=at(0, minute=1)))
    assert other != order
    assert sorted(other) == sorted(order)
    assert cards_of(session, ada, replace(run, most=7)) == order[:7]


def test_a_run_goes_on_from_the_log_alone(session: Session, ada: User, ids: dict, run: Run) -> None:
    run = replace(run, which="new", deck_id=ids["decks"][0])
    cards = cards_of(session, ada, run)
    state = run_state(session, ada, run)
    assert (state.next.card.id, state.cards, state.left, state.can_undo) == (cards[0], 7, 7, False)
    practise(session, ada, cards[0], 2)
    practise(session, ada, cards[1], 4)
    state = run_state(session, ada, run)
    assert (state.next.card.id, state.cards, state.left, state.can_undo) == (cards[2], 7, 6, True)
    assert run_state(session, ada, run, cards[0]).next.card.id == cards[0]
    assert run_state(session, ada, run, cards[1]).next.card.id == cards[2]
    assert undo_practice(session, ada, run, at(0, minute=9)) == cards[1]
    assert run_state(session, ada, run).left == 7
    for card_id in cards:
        practise(session, ada, card_id, 4)
    assert run_state(session, ada, run).next is None
    later = replace(run, since=at(0, hour=10))
    assert run_state(session, ada, later).left == 7
    with pytest.raises(Refused):
        undo_practice(session, ada, later, at(0, hour=11))


def practise(session: Session, learner: User, card_id: int, grade: int) -> None:
    practise.minute += 1
    practice_card(session, learner, card_id, PracticeGiven(uuid4(), grade), at(0, minute=practise.minute % 60))


practise.minute = 0
