"""The pages about how a deck is scheduled: the choice, its preview, the change and its undoing, the fit, the year."""

import random
import re
import sys
from collections.abc import Callable
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Card, Follow, Memory, ParameterSet, SchedulerVersion, User
from app.scheduling import Answer
from app.study import merge_answers
from app.study.merging import LateAnswer
from app.study.rebuilding import compare
from tests.factories import a_deck, a_follow, at
from tests.visitor import Visitor

FSRS = "scheduler=fsrs&retention=90&maximum_interval=36500"


@pytest.fixture
def ada(visitor: Callable[[], Visitor]) -> Visitor:
    return visitor().sign_up("Ada")


def studied(session: Session, cards: int = 6, each: int = 4) -> int:
    """A deck that Ada follows, each card answered so many times."""
    ada = session.scalars(sa.select(User).where(User.name == "Ada")).one()
    deck = a_deck(session, cards=cards + 2, name="Nodes")
    a_follow(session, ada, deck)
    chance, answers = random.Random(5), []  # noqa: S311 - the same answers every time
    for card in list(session.scalars(sa.select(Card).where(Card.deck_id == deck.id)))[:cards]:
        day = ada.today(at(-200)) + chance.randrange(20)
        for number in range(each):
            review_id = UUID(int=card.id * 100 + number)
            grade = chance.choices((2, 3, 4, 5), (2, 1, 6, 2))[0]
            answers.append(LateAnswer(card.id, Answer(review_id, day, at(-200 + number), grade), took_ms=4_000))
            day += chance.choice((1, 2, 4, 8, 16))
    merge_answers(session, ada, answers)
    return deck.id


def test_a_deck_is_switched_there_and_back_by_its_pages(ada: Visitor, change: Callable, stored: Callable) -> None:
    deck_id = change(studied)
    here = f"/decks/{deck_id}/scheduling"
    assert f'href="{here}"' in ada.get(f"/decks/{deck_id}").text
    assert "the default" in ada.get(here).text
    before = stored(sa.select(Memory.card_id, Memory.due_day, Memory.ease).order_by(Memory.card_id))
    preview = ada.get(f"{here}?{FSRS}").text
    assert re.search(r"\d of 6 cards move to another day\. Due today: \d now, \d then\.", preview)
    assert stored(sa.select(SchedulerVersion.version)) == []
    page = ada.press(here).text
    assert "Nodes is scheduled by FSRS now." in page and "FSRS at 90%" in page
    assert all(stored(sa.select(Memory.stability)))
    assert "Back to SM-2" in ada.get(f"{here}/undo").text
    page = ada.press(f"{here}/undo").text
    assert "Nodes is scheduled by SM-2 now." in page and "Undo the last change" not in page
    assert stored(sa.select(Memory.card_id, Memory.due_day, Memory.ease).order_by(Memory.card_id)) == before
    assert change(lambda session: compare(session, 1).agrees)


def test_a_second_tab_hears_that_the_deck_was_changed(ada: Visitor, change: Callable, stored: Callable) -> None:
    here = f"/decks/{change(studied)}/scheduling"
    ada.get(f"{here}?{FSRS}")
    fields = {"csrf_token": ada.token(), "scheduler": "fsrs", "retention": "90", "instead_of": "0"}
    assert ada.client.post(here, data=fields).status_code == 303
    again = ada.client.post(here, data=fields)
    assert (again.status_code, "was changed elsewhere meanwhile" in again.text) == (409, True)
    assert len(stored(sa.select(SchedulerVersion.version))) == 1


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("scheduler=fsrs&retention=50", "from 70 to 99 %."),
        ("scheduler=fsrs&retention=abc", "from 70 to 99 %."),
        ("scheduler=fsrs&maximum_interval=0", "from 1 to 36500 days."),
        ("scheduler=leitner", "There are two schedulers, SM-2 and FSRS."),
        ("scheduler=sm2", "This deck is scheduled that way already."),
    ],
)
def test_a_choice_that_is_none_is_said_at_its_field(ada: Visitor, change: Callable, query: str, says: str) -> None:
    here = f"/decks/{change(studied)}/scheduling"
    response = ada.client.get(f"{here}?{query}")
    assert (response.status_code, says in response.text) == (422, True)
    fields = dict(part.split("=") for part in query.split("&"))
    response = ada.client.post(here, data={"csrf_token": ada.token(), "instead_of": "0", **fields})
    assert (response.status_code, says in response.text) == (422, True)


def test_somebody_elses_parameters_are_nobodys(ada: Visitor, change: Callable) -> None:
    here = f"/decks/{change(studied)}/scheduling"
    assert ada.client.get(f"{here}?scheduler=fsrs&parameter_set=1").status_code == 404


def test_a_part_of_a_tree_shows_the_settings_of_the_whole(ada: Visitor, change: Callable) -> None:
    def make(session: Session) -> int:
        root_id = studied(session)
        inside = a_deck(session, cards=1, name="Inside", parent_id=root_id)
        learner = session.scalars(sa.select(User)).one()
        a_follow(session, learner, inside, root_id=root_id)
        return inside.id

    page = ada.get(f"/decks/{change(make)}/scheduling").text
    assert ">Nodes</a>" in page


def test_parameters_are_fitted_shown_kept_and_used(ada: Visitor, change: Callable, stored: Callable) -> None:
    pytest.importorskip("fsrs_rs_python")
    deck_id = change(lambda session: studied(session, cards=60, each=8))
    fit = ada.get(f"/decks/{deck_id}/fit").text
    assert "the log loss falls from" in fit and "<circle" in fit and "SM-2 itself predicts nothing" in fit
    assert stored(sa.select(ParameterSet.id)) == []
    page = ada.press(f"/decks/{deck_id}/fit").text
    assert "The parameters are kept." in page and "of your answers</option>" in page
    kept = change(lambda session: session.scalars(sa.select(ParameterSet)).one())
    assert (kept.algorithm, kept.parameter_count, len(kept.parameters)) == ("FSRS-6", 21, 21)
    assert kept.loss_after < kept.loss_before
    ada.press(f"/decks/{deck_id}/scheduling")
    assert stored(sa.select(SchedulerVersion.parameter_set)) == [(kept.id,)]
    assert change(lambda session: compare(session, 1).agrees)
    again = ada.get(f"/decks/{deck_id}/fit").text
    assert "predict them no better" in again and "Keep them" not in again
    refused = ada.client.post(f"/decks/{deck_id}/fit", data={"csrf_token": ada.token()})
    assert (refused.status_code, "are not kept" in refused.text) == (422, True)
    assert len(stored(sa.select(ParameterSet.id))) == 1
    assert "fitted to your answers on" in ada.get(f"/decks/{deck_id}/year").text


def test_who_has_answered_little_hears_how_much_it_takes(ada: Visitor, change: Callable) -> None:
    page = ada.get(f"/decks/{change(studied)}/fit")
    assert (page.status_code, "Fitting learns from at least 100 reviews" in page.text) == (200, True)


def test_without_the_optimizer_the_button_says_what_to_install(
    ada: Visitor, change: Callable, monkeypatch: pytest.MonkeyPatch
) -> None:
    deck_id = change(lambda session: studied(session, cards=60, each=8))
    monkeypatch.setitem(sys.modules, "fsrs_rs_python", None)
    page = ada.get(f"/decks/{deck_id}/scheduling").text
    assert "<button disabled" in page and "pip install &#34;cardlet[optimizer]&#34;" in page.replace('"', "&#34;")
    assert "Fitting needs a further package" in ada.get(f"/decks/{deck_id}/fit").text


def test_a_year_ahead_says_what_it_is(ada: Visitor, change: Callable) -> None:
    deck_id = change(studied)
    page = ada.get(f"/decks/{deck_id}/year?new_per_day=1&retention=97").text
    assert re.search(r"At 97%, FSRS asks for [\d.]+ reviews a day and SM-2 for [\d.]+\.", page)
    assert "Here FSRS means more reviews." in page
    assert "It is not personal yet: with 24 answers in this deck" in page
    assert "default parameters" in page and "flatters FSRS" in page
    assert "FSRS, 97%" in page and page.count("<svg") >= 3
    assert "It begins with all 8 cards" in page


def test_a_year_of_a_deck_nobody_learns_is_empty(ada: Visitor, change: Callable) -> None:
    deck_id = change(lambda session: studied(session, cards=0))
    assert "There is nothing to do in this year" in ada.get(f"/decks/{deck_id}/year?new_per_day=0").text


@pytest.mark.parametrize(
    "query", ["new_per_day=-1", "new_per_day=x", "new_per_day=10000", "retention=69", "retention=x"]
)
def test_a_year_with_numbers_out_of_range_is_refused(ada: Visitor, change: Callable, query: str) -> None:
    response = ada.client.get(f"/decks/{change(studied)}/year?{query}")
    assert response.status_code == 422
    assert "goes from" in response.text


def test_who_does_not_follow_the_deck_finds_none_of_this(ada: Visitor, change: Callable) -> None:
    deck_id = change(studied)
    change(lambda session: session.execute(sa.update(Follow).values(stopped_at=at(0))))
    for page in ("scheduling", "scheduling/undo", "fit", "year"):
        assert ada.client.get(f"/decks/{deck_id}/{page}").status_code == 404
