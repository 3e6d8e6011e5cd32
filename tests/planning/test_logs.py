"""What is read of a learner's log to fit parameters: the first answer of each day of cards whose beginning is known."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Card
from app.planning.logs import histories_of
from app.study import AnswerGiven, answer_card, copy_progress, undo_last_act
from tests.factories import a_deck, a_follow, a_learner, an_edition, at


def test_drill_undone_answers_copies_and_other_peoples_answers_are_left_out(session: Session) -> None:
    ada, noise = a_learner(session), a_learner(session)
    deck = a_deck(session, cards=2)
    edition = an_edition(session, deck, "zh-Hans")
    for learner in (ada, noise):
        a_follow(session, learner, deck)
        a_follow(session, learner, edition)
    first, second = session.scalars(sa.select(Card).where(Card.deck_id == deck.id).order_by(Card.position))
    number = 0

    def answer(card: Card, grade: int, day: int, seen: int, who: object = ada) -> None:
        nonlocal number
        number += 1
        moment = at(day, minute=number)
        answer_card(session, who, card.id, AnswerGiven(UUID(int=number), grade, seen), moment)  # type: ignore[arg-type]

    answer(first, 2, 0, 0)
    answer(first, 4, 0, 1)
    answer(second, 3, 0, 0)
    answer(second, 4, 0, 1)
    undo_last_act(session, ada, at(0, hour=23))
    day = ada.today(at(0))
    answer(first, 5, 3, 2)
    answer(first, 2, 0, 0, noise)
    copy_progress(session, ada, UUID(int=999), (deck.id, edition.id), at(4))
    connection = session.connection()
    assert sorted(histories_of(connection, ada.id, [deck.id])) == [[(day, 2), (day + 3, 5)], [(day, 3)]]
    assert histories_of(connection, ada.id, [edition.id]) == []
    assert histories_of(connection, noise.id, [deck.id]) == [[(day, 2)]]
