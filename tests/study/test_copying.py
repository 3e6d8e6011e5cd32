"""What is known in one edition of a deck, made known in the other, and taken back."""

from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import NotFound, Refused
from app.models import Card, DailySummary, Deck, Follow, Kind, Memory, Review, User
from app.study import (
    AnswerGiven,
    answer_card,
    copy_progress,
    next_card,
    progress_elsewhere,
    queue_of,
    undo_copy,
    undo_last_act,
)
from app.study.rebuilding import compare, rebuild
from tests.factories import a_deck, a_follow, a_learner, an_edition, at


@pytest.fixture
def ada(session: Session) -> User:
    return a_learner(session, "Ada")


@pytest.fixture
def editions(session: Session, ada: User) -> tuple[Deck, Deck]:
    """Four notes in English and in Chinese. Bob, who knows all of both, sits beside Ada."""
    english = a_deck(session, cards=4)
    chinese = an_edition(session, english, "zh-Hans")
    bob = a_learner(session, "Bob")
    for deck in (english, chinese):
        for learner in (ada, bob):
            a_follow(session, learner, deck)
        for card in cards_of(session, deck):
            answer(session, bob, card, 4, 0)
    return english, chinese


def cards_of(session: Session, deck: Deck) -> list[Card]:
    return list(session.scalars(sa.select(Card).where(Card.deck_id == deck.id).order_by(Card.position)))


def answer(session: Session, learner: User, card: Card, grade: int, day: int) -> None:
    seen = memory_of(session, learner, card)
    answer_card(session, learner, card.id, AnswerGiven(uuid4(), grade, seen.answers if seen else 0), at(day))


def memory_of(session: Session, learner: User, card: Card) -> Memory | None:
    return session.get(Memory, (learner.id, card.id))


def learn_english(session: Session, ada: User, english: Deck) -> None:
    """Two cards known well, one failed today, one not met."""
    first, second, third, _ = cards_of(session, english)
    for day in (0, 1):
        answer(session, ada, first, 5, day)
    answer(session, ada, second, 4, 1)
    answer(session, ada, third, 2, 1)


def copy(
    session: Session, learner: User, source: Deck, target: Deck, day: int = 1, copy_id: UUID | None = None
) -> UUID:
    return copy_progress(session, learner, copy_id or uuid4(), (source.id, target.id), at(day, hour=10)).id


def test_every_card_gets_the_schedule_of_its_twin(session: Session, ada: User, editions: tuple[Deck, Deck]) -> None:
    english, chinese = editions
    learn_english(session, ada, english)
    (offer,) = progress_elsewhere(session, ada, chinese)
    assert (offer.deck.id, offer.copyable, offer.met, offer.copy) == (english.id, 3, 0, None)
    copy(session, ada, english, chinese)
    for theirs, own in zip(cards_of(session, english)[:3], cards_of(session, chinese)[:3], strict=True):
        known, taken = memory_of(session, ada, theirs), memory_of(session, ada, own)
        for name in ("repetitions", "interval", "ease", "lapses", "last_day", "due_day"):
            assert getattr(known, name) == getattr(taken, name)
        assert (taken.answers, taken.drill_day, taken.queue_day) == (1, None, known.due_day)
    assert memory_of(session, ada, cards_of(session, chinese)[3]) is None
    assert compare(session, ada.id).agrees


def test_copied_cards_are_neither_new_nor_answers(session: Session, ada: User, editions: tuple[Deck, Deck]) -> None:
    english, chinese = editions
    learn_english(session, ada, english)
    copy(session, ada, english, chinese)
    assert queue_of(session, ada, chinese.id, at(1)).counts.new == 1
    summed = sa.select(sa.func.sum(DailySummary.answers)).where(DailySummary.user_id == ada.id)
    assert session.scalar(summed) == 4
    logged = sa.select(sa.func.count()).where(Review.user_id == ada.id, Review.kind == Kind.ANSWER)
    assert session.scalar(logged) == 4


def test_the_schedule_goes_on_from_there(session: Session, ada: User, editions: tuple[Deck, Deck]) -> None:
    english, chinese = editions
    learn_english(session, ada, english)
    copy(session, ada, english, chinese)
    theirs, own = cards_of(session, english)[0], cards_of(session, chinese)[0]
    for card in (theirs, own):
        answer(session, ada, card, 4, 7)
    assert memory_of(session, ada, own).interval == memory_of(session, ada, theirs).interval == 17
    assert undo_last_act(session, ada, at(7, hour=11)).card_id == own.id
    assert memory_of(session, ada, own).due_day == ada.today(at(7))
    assert compare(session, ada.id).agrees


def test_what_was_answered_here_stays_as_it_is(session: Session, ada: User, editions: tuple[Deck, Deck]) -> None:
    english, chinese = editions
    learn_english(session, ada, english)
    own = cards_of(session, chinese)[0]
    answer(session, ada, own, 2, 1)
    before = memory_of(session, ada, own).state
    (offer,) = progress_elsewhere(session, ada, chinese)
    assert (offer.copyable, offer.met) == (2, 1)
    copy(session, ada, english, chinese)
    assert memory_of(session, ada, own).state == before


def test_a_copy_taken_back_leaves_what_was_there(session: Session, ada: User, editions: tuple[Deck, Deck]) -> None:
    english, chinese = editions
    learn_english(session, ada, english)
    copy_id = copy(session, ada, english, chinese)
    second = cards_of(session, chinese)[1]
    answer(session, ada, second, 4, 2)
    (offer,) = progress_elsewhere(session, ada, chinese)
    assert (offer.copy.id, offer.copy.cards) == (copy_id, 3)
    undo_copy(session, ada, copy_id, at(2, hour=12))
    first, second, third, _ = cards_of(session, chinese)
    assert memory_of(session, ada, first) is None and memory_of(session, ada, third) is None
    assert (memory_of(session, ada, second).repetitions, memory_of(session, ada, second).interval) == (1, 1)
    assert compare(session, ada.id).agrees
    (offer,) = progress_elsewhere(session, ada, chinese)
    assert offer.copy is None
    shown = next_card(session, ada, queue_of(session, ada, chinese.id, at(2)), at(2))
    assert shown.card.id == first.id, "the cursor stands before what is unmet again"


def test_the_same_copy_again_and_the_same_undo_again_change_nothing(
    session: Session, ada: User, editions: tuple[Deck, Deck]
) -> None:
    english, chinese = editions
    learn_english(session, ada, english)
    copy_id = copy(session, ada, english, chinese)
    answer(session, ada, cards_of(session, english)[3], 4, 1)
    copy(session, ada, english, chinese, copy_id=copy_id)
    assert memory_of(session, ada, cards_of(session, chinese)[3]) is None
    undo_copy(session, ada, copy_id, at(1, hour=11))
    assert undo_copy(session, ada, copy_id, at(1, hour=12)).undone_at == at(1, hour=11)
    with pytest.raises(Refused):
        copy(session, ada, english, chinese, copy_id=copy_id)
    assert memory_of(session, ada, cards_of(session, chinese)[0]) is None, "an old page does not copy again"


def test_a_second_copy_takes_what_was_learnt_since(session: Session, ada: User, editions: tuple[Deck, Deck]) -> None:
    english, chinese = editions
    learn_english(session, ada, english)
    copy(session, ada, english, chinese)
    with pytest.raises(Refused):
        copy(session, ada, english, chinese)
    answer(session, ada, cards_of(session, english)[3], 4, 2)
    copy(session, ada, english, chinese, day=2)
    assert memory_of(session, ada, cards_of(session, chinese)[3]).repetitions == 1


def test_decks_inside_are_copied_with_the_deck_above(session: Session, ada: User) -> None:
    above = a_deck(session)
    english = a_deck(session, cards=2, kind="reversed", parent_id=above.id)
    chinese_above = an_edition(session, above, "zh-Hans")
    chinese = an_edition(session, english, "zh-Hans", parent_id=chinese_above.id)
    for deck in (above, english, chinese_above, chinese):
        a_follow(session, ada, deck)
    for card in cards_of(session, english)[:3]:
        answer(session, ada, card, 4, 0)
    copy(session, ada, above, chinese_above)
    met = [memory_of(session, ada, card) is not None for card in cards_of(session, chinese)]
    assert met == [True, True, True, False]


def test_only_editions_of_one_deck_and_only_ones_own(session: Session, ada: User, editions: tuple[Deck, Deck]) -> None:
    english, chinese = editions
    other, bobs = a_deck(session, cards=1), a_deck(session, cards=1, owner=a_learner(session))
    bobs_chinese = an_edition(session, bobs, "zh-Hans")
    learn_english(session, ada, english)
    for source, target in ((english, other), (other, english), (english, english), (bobs, bobs_chinese)):
        with pytest.raises(NotFound):
            copy(session, ada, source, target)
    copy_id = copy(session, ada, english, chinese)
    with pytest.raises(NotFound):
        undo_copy(session, a_learner(session), copy_id, at(1))


def test_a_rebuilt_database_knows_what_was_copied(session: Session, ada: User, editions: tuple[Deck, Deck]) -> None:
    english, chinese = editions
    learn_english(session, ada, english)
    copy(session, ada, english, chinese)
    states = {card.id: memory_of(session, ada, card).state for card in cards_of(session, chinese)[:3]}
    session.execute(sa.delete(Memory).where(Memory.user_id == ada.id))
    rebuild(session, ada.id)
    session.expire_all()
    assert {card_id: session.get_one(Memory, (ada.id, card_id)).state for card_id in states} == states


def test_the_queue_does_not_walk_over_what_was_copied(session: Session, ada: User, editions: tuple[Deck, Deck]) -> None:
    english, chinese = editions
    learn_english(session, ada, english)
    copy(session, ada, english, chinese)
    follow = session.get_one(Follow, (ada.id, chinese.id))
    session.refresh(follow)
    assert follow.new_from == cards_of(session, chinese)[3].position


def test_nothing_is_copied_into_a_deck_that_is_not_followed(session: Session, ada: User) -> None:
    english = a_deck(session, cards=1)
    chinese = an_edition(session, english, "zh-Hans")
    a_follow(session, ada, english)
    answer(session, ada, cards_of(session, english)[0], 4, 0)
    with pytest.raises(NotFound):
        copy(session, ada, english, chinese)
