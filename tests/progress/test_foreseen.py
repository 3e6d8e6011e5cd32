"""What was expected of reviews, against logs made by hand."""

import pytest
from sqlalchemy.orm import Session

from app.models import Deck, Stage, User
from app.progress import Foreseen, Range, foreseen_of, scope_of, span_of
from app.scheduling import Settings
from tests.factories import a_deck, a_learner
from tests.importing.collections import a_card, a_collection, a_parsed_note, a_review
from tests.progress.steps import bob_studies, bring_in, cards_of, day, live, switch_to_fsrs, three_decks

LAST = 40
recall = Settings().fsrs.forgetting_curve()


@pytest.fixture
def ada(session: Session) -> User:
    return a_learner(session)


@pytest.fixture
def decks(session: Session, ada: User) -> tuple[Deck, Deck, Deck]:
    """Ada repeats a tagged card in time, late, and forgets it; another card of another deck once."""
    decks = three_decks(session, ada)
    tagged, other = cards_of(session, decks[0])[0], cards_of(session, decks[2])[4]
    live(session, ada, {tagged: [(0, 4), (1, 4), (13, 2), (13, 4), (40, 4)], other: [(2, 4), (3, 5)]})
    return decks


def of(session: Session, ada: User, latest: int = 1_000, **scope: object) -> Foreseen:
    return foreseen_of(session, scope_of(session, ada, **scope), span_of(Range.YEAR, day(LAST)), latest)


def test_an_interval_is_read_as_nine_in_ten(session: Session, ada: User, decks: tuple[Deck, Deck, Deck]) -> None:
    foreseen = of(session, ada)
    assert [(one.day - day(0), one.judged.recalled, one.stage) for one in foreseen.reviews] == [
        (1, True, Stage.YOUNG),
        (3, True, Stage.YOUNG),
        (13, False, Stage.YOUNG),
        (40, True, Stage.MATURE),
    ], "what is met, and what the drill asks again, is no review"
    late = [recall(6, 12), recall(1, 27)]
    assert [one.judged.predicted for one in foreseen.reviews] == pytest.approx([0.9, 0.9, *late])
    assert foreseen.recalled == 0.75
    assert foreseen.aimed == pytest.approx(0.9)
    assert foreseen.expected == pytest.approx(sum([0.9, 0.9, *late]) / 4)
    assert foreseen.of_stage(Stage.MATURE).count == 1


def test_only_the_latest_count_and_only_those_of_the_scope(
    session: Session, ada: User, decks: tuple[Deck, Deck, Deck]
) -> None:
    assert [one.day for one in of(session, ada, latest=2).reviews] == [day(13), day(40)]
    assert of(session, ada, deck_id=decks[0].id).count == 3
    assert of(session, ada, deck_id=decks[1].id).reviews == ()
    assert of(session, ada, tag="net").count == 3
    assert of(session, ada, tag="net", deck_id=decks[2].id).count == 0
    a_month = span_of(Range.MONTH, day(LAST))
    assert foreseen_of(session, scope_of(session, ada), a_month).count == 2


def test_fsrs_says_itself_what_it_expects_and_wants(
    session: Session, ada: User, decks: tuple[Deck, Deck, Deck]
) -> None:
    switch_to_fsrs(session, ada, decks[2], day=LAST, retention=0.8)
    (review,) = of(session, ada, deck_id=decks[2].id).reviews
    fsrs = Settings().fsrs
    stability, *_ = fsrs.repeat(None, None, 0, 4)
    assert review.judged.predicted == pytest.approx(fsrs.retrievability(stability, 1))
    assert review.aimed == 0.8


def test_answers_given_elsewhere_had_the_interval_they_tell_of(session: Session, ada: User) -> None:
    bob_studies(session, a_deck(session, cards=3))
    told = (
        a_review(100, interval=-600, last_interval=-60, kind=0),
        a_review(60, interval=30, last_interval=4),
        a_review(20, grade=2, interval=1, last_interval=30, kind=1),
    )
    deck_ids = bring_in(session, ada, a_collection(a_parsed_note(1, a_card(reviews=told))))
    (card,) = [card for deck_id in deck_ids for card in cards_of(session, session.get_one(Deck, deck_id))]
    live(session, ada, {card: [(5, 4)]})
    reviews = of(session, ada).reviews
    assert [one.judged.predicted for one in reviews] == pytest.approx([recall(4, 40), recall(30, 40), recall(10, 15)])
    assert [one.stage for one in reviews] == [Stage.YOUNG, Stage.MATURE, Stage.YOUNG]
    assert [one.judged.recalled for one in reviews] == [True, False, True]
