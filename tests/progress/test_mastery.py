"""What would be recalled today, topic by topic, against memories whose chances are worked out by hand."""

from uuid import uuid4

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.models import Card, Deck, Follow, Mark, Memory, SchedulerVersion, User
from app.models.note import tag_key
from app.progress import Share, mastery_of, retrievability_of, scope_of
from app.progress.mastery import with_those_above
from app.scheduling import DEFAULT_SETTINGS
from app.scheduling.fsrs import DEFAULT_PARAMETERS
from app.study import AnswerGiven, answer_card
from app.study.by_hand import reset_card
from tests.factories import a_deck, a_follow, a_learner, a_note, a_parameter_set, at

FSRS = DEFAULT_SETTINGS.fsrs
TODAY = at(10)


@pytest.fixture
def deck(session: Session) -> Deck:
    """Four cards: three below `net`, one of them twice; one without a tag."""
    deck = a_deck(session, name="Cluster")
    for tags in (("Net::DNS", "net::Services"), ("net::dns",), ("Net",), ()):
        a_note(session, deck, tags=tags)
    return deck


@pytest.fixture
def ada(session: Session, deck: Deck) -> User:
    """Ada follows the deck; Bob beside her knows all of it."""
    bob, ada = a_learner(session, "Bob"), a_learner(session, "Ada")
    for learner in (bob, ada):
        a_follow(session, learner, deck)
    for card in cards_of(session, deck):
        answer(session, bob, card, 10)
    return ada


def cards_of(session: Session, deck: Deck) -> list[Card]:
    return list(session.scalars(sa.select(Card).where(Card.deck_id == deck.id).order_by(Card.position)))


def answer(session: Session, learner: User, card: Card, day: int, seen: int = 0) -> None:
    answer_card(session, learner, card.id, AnswerGiven(uuid4(), 4, seen, 2000), at(day))


def days_after(interval: int, elapsed: int) -> float:
    return FSRS.retrievability(float(interval), elapsed)


def test_nothing_met_is_nothing_recalled(session: Session, ada: User, deck: Deck) -> None:
    found = mastery_of(session, scope_of(session, ada), ada.today(TODAY))
    assert found.retrievability.all == Share(4, 0, 0.0)
    assert found.retrievability.twentieths == (0,) * 20
    assert found.retrievability.all.part == 0


def test_under_sm2_the_interval_is_what_nine_of_ten_last(session: Session, ada: User, deck: Deck) -> None:
    first, second, *_ = cards_of(session, deck)
    answer(session, ada, first, 0)
    answer(session, ada, first, 6, seen=1)
    answer(session, ada, second, 10)
    intervals = [session.get_one(Memory, (ada.id, card.id)).interval for card in (first, second)]
    expected = days_after(intervals[0], 4) + 1.0
    found = retrievability_of(session, scope_of(session, ada), ada.today(TODAY))
    assert found.all == Share(4, 2, pytest.approx(expected))
    assert found.twentieths[19] >= 1, "what was just answered is known"
    assert sum(found.twentieths) == 2
    due = retrievability_of(session, scope_of(session, ada), ada.today(at(6 + intervals[0])))
    assert due.all.recalled == pytest.approx(0.9 + days_after(intervals[1], intervals[0] - 4))


def test_under_fsrs_the_stability_and_the_decks_own_curve_count(session: Session, ada: User, deck: Deck) -> None:
    parameters = [*DEFAULT_PARAMETERS[:20], 0.5]
    session.add(a_parameter_set(ada, deck.id, parameters=parameters))
    chosen = {"scheduler": "fsrs", "retention": 0.9, "maximum_interval": 36_500, "fuzz": False, "parameter_set": 1}
    session.add(SchedulerVersion(user_id=ada.id, version=1, deck_id=deck.id, chosen_at=at(0), **chosen))
    session.get_one(Follow, (ada.id, deck.id)).scheduler_version = 1
    session.flush()
    (first, *_) = cards_of(session, deck)
    answer(session, ada, first, 0)
    stability = session.get_one(Memory, (ada.id, first.id)).stability
    assert stability is not None
    found = retrievability_of(session, scope_of(session, ada), ada.today(TODAY))
    factor = 0.9 ** (1 / -0.5) - 1
    assert found.all.recalled == pytest.approx((1 + factor * 10 / stability) ** -0.5)


def test_suspended_and_retired_cards_are_in_nothing(session: Session, ada: User, deck: Deck) -> None:
    first, second, third, fourth = cards_of(session, deck)
    for card in (first, second):
        answer(session, ada, card, 10)
    for card in (second, fourth):
        session.add(Mark(user_id=ada.id, card_id=card.id, suspended=True, flag=0))
    third.retired = True
    session.flush()
    found = mastery_of(session, scope_of(session, ada), ada.today(TODAY))
    assert found.retrievability.all == Share(1, 1, 1.0)
    assert set(found.tags) == {"net::", "net::dns::", "net::services::"}


def test_a_tag_holds_what_is_below_it_each_card_once(session: Session, ada: User, deck: Deck) -> None:
    (first, *_) = cards_of(session, deck)
    answer(session, ada, first, 10)
    found = mastery_of(session, scope_of(session, ada), ada.today(TODAY))
    assert found.tags == {
        "net::": Share(3, 1, 1.0),
        "net::dns::": Share(2, 1, 1.0),
        "net::services::": Share(1, 1, 1.0),
    }
    assert found.names == {"net::": "Net", "net::dns::": "Net::DNS", "net::services::": "net::Services"}
    assert found.of_tag(tag_key("NET"), [deck.id]) == Share(3, 1, 1.0)
    assert found.of_tag("net::", []) == Share()


def test_decks_add_up_and_a_scope_is_one_of_them(session: Session, ada: User, deck: Deck) -> None:
    inside = a_deck(session, parent_id=deck.id, cards=2)
    left = a_deck(session, cards=5)
    a_follow(session, ada, inside, root_id=deck.id)
    a_follow(session, ada, left, stopped_at=at(1))
    answer(session, ada, cards_of(session, inside)[0], 10)
    whole = mastery_of(session, scope_of(session, ada), ada.today(TODAY))
    assert whole.retrievability.decks == {deck.id: Share(4, 0, 0.0), inside.id: Share(2, 1, 1.0)}
    assert whole.of_decks([deck.id, inside.id, left.id]) == Share(6, 1, 1.0)
    part = mastery_of(session, scope_of(session, ada, inside.id), ada.today(TODAY))
    assert part.retrievability.all == Share(2, 1, 1.0)
    assert part.tags == {}


def test_a_tag_is_a_scope_in_whatever_deck(session: Session, ada: User, deck: Deck) -> None:
    other = a_deck(session)
    (tagged,) = a_note(session, other, tags=("net::dns", "exam"))
    a_note(session, other)
    a_follow(session, ada, other)
    answer(session, ada, tagged, 10)
    today = ada.today(TODAY)
    found = mastery_of(session, scope_of(session, ada, tag="net::DNS"), today)
    assert found.retrievability.decks == {deck.id: Share(2, 0, 0.0), other.id: Share(1, 1, 1.0)}
    assert found.tags["exam::"] == Share(1, 1, 1.0)
    assert retrievability_of(session, scope_of(session, ada, other.id, "net"), today).all == Share(1, 1, 1.0)


def test_a_card_made_new_again_is_not_met(session: Session, ada: User, deck: Deck) -> None:
    (first, *_) = cards_of(session, deck)
    answer(session, ada, first, 9)
    reset_card(session, ada, first.id, uuid4(), TODAY)
    assert retrievability_of(session, scope_of(session, ada), ada.today(TODAY)).all == Share(4, 0, 0.0)


def test_more_tags_than_fit_into_one_tally_still_add_up(
    session: Session, ada: User, deck: Deck, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = mastery_of(session, scope_of(session, ada), ada.today(TODAY))
    monkeypatch.setattr("app.progress.retrievability.MOST_GROUPS", 0)
    monkeypatch.setattr("app.progress.retrievability.AT_ONCE", 1)
    monkeypatch.setattr("app.progress.mastery.NOTES_AT_ONCE", 1)
    assert mastery_of(session, scope_of(session, ada), ada.today(TODAY)) == before


@given(st.lists(st.text("ab:", min_size=1, max_size=9)))
def test_what_is_above_is_a_beginning_that_ends_at_a_border(tags: list[str]) -> None:
    keys = {key for tag in tags if (key := tag_key(tag))}
    found = with_those_above(keys)
    assert keys <= found
    assert found == {key[: end + 2] for key in keys for end in range(len(key)) if key[end : end + 2] == "::"}
