"""The pages about how a deck is scheduled: the choice, its preview, the change and its undoing, the fit, the year."""

import random
import re
import sys
from collections.abc import Callable
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Card, Deck, Follow, Memory, ParameterSet, SchedulerVersion, User
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
    assert re.search(r"\d of the 6 cards you have studied move to another day\. Due today: \d instead of \d\.", preview)
    assert stored(sa.select(SchedulerVersion.version)) == []
    page = ada.press(here).text
    assert "Nodes is now scheduled by FSRS at 90%." in page and "FSRS at 90%, since" in page
    assert all(stability for (stability,) in stored(sa.select(Memory.stability)))
    assert "Back to SM-2" in ada.get(f"{here}/undo").text
    page = ada.press(f"{here}/undo").text
    assert "Nodes is now scheduled by SM-2." in page and "Undo: back to" not in page
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

    inside_id = change(make)
    assert ">Nodes</a>" in ada.get(f"/decks/{inside_id}/scheduling").text
    assert "Scheduled with all of Nodes: SM-2." in ada.get(f"/decks/{inside_id}").text


def test_a_deck_followed_inside_one_that_is_not_is_switched_and_named_by_its_path(
    ada: Visitor, change: Callable
) -> None:
    def make(session: Session) -> int:
        deck_id = studied(session)
        session.get_one(Deck, deck_id).parent_id = a_deck(session, name="Kubernetes").id
        return deck_id

    here = f"/decks/{change(make)}/scheduling"
    ada.get(f"{here}?{FSRS}")
    assert "Kubernetes::Nodes is now scheduled by FSRS at 90%." in ada.press(here).text
    ada.get(f"{here}/undo")
    assert "Kubernetes::Nodes is now scheduled by SM-2." in ada.press(f"{here}/undo").text


def test_what_was_chosen_stays_when_a_number_is_refused(ada: Visitor, change: Callable) -> None:
    here = f"/decks/{change(studied)}/scheduling"
    page = ada.client.get(f"{here}?scheduler=fsrs&retention=5&maximum_interval=60&fuzz=on").text
    assert 'value="fsrs" checked' in page and 'name="fuzz" checked' in page
    assert 'name="retention" inputmode="numeric" value="5" aria-invalid="true"' in page and 'value="60"' in page


def test_everything_that_is_not_as_by_default_is_named(ada: Visitor, change: Callable) -> None:
    here = f"/decks/{change(studied)}/scheduling"
    page = ada.get(f"{here}?scheduler=fsrs&retention=85 %&maximum_interval=60&fuzz=on").text
    assert "What would change: FSRS at 85%, at most 60 days, spread" in page
    ada.press(here)
    kept = ada.get(f"{here}?scheduler=fsrs&retention=80&fuzz=on").text
    assert "What would change: FSRS at 80%, at most 60 days, spread" in kept


def test_cards_of_a_deck_that_became_a_part_are_brought_up_to_date(
    ada: Visitor, change: Callable, stored: Callable
) -> None:
    def make(session: Session) -> tuple[int, int]:
        above, deck_id = a_deck(session, name="Kubernetes"), studied(session)
        session.get_one(Deck, deck_id).parent_id = above.id
        return above.id, deck_id

    above_id, deck_id = change(make)
    ada.get(f"/decks/{deck_id}/scheduling?{FSRS}")
    ada.press(f"/decks/{deck_id}/scheduling")
    ada.get("/decks")
    ada.press(f"/decks/{above_id}/follow")
    page = ada.get(f"/decks/{above_id}/scheduling").text
    assert "6 cards are still scheduled as they were before they came here" in page
    assert stored(sa.select(Memory.card_id).where(Memory.stability.is_(None))) == []
    link = re.search(r'href="(/decks/\d+/scheduling\?[^"#]+)#changes">Bring all up to date', page)
    assert link is not None
    ada.get(link[1].replace("&amp;", "&"))
    page = ada.press(f"/decks/{above_id}/scheduling").text
    assert "still scheduled" not in page
    assert {row[0] for row in stored(sa.select(Memory.stability))} == {None}
    assert change(lambda session: compare(session, 1).agrees)


def test_parameters_are_fitted_shown_kept_and_used(ada: Visitor, change: Callable, stored: Callable) -> None:
    pytest.importorskip("fsrs_rs_python")
    deck_id = change(lambda session: studied(session, cards=60, each=8))
    fit = ada.get(f"/decks/{deck_id}/fit").text
    assert "the error falls from" in fit and "<circle" in fit and "SM-2 itself predicts nothing" in fit
    assert stored(sa.select(ParameterSet.id)) == []
    page = ada.press(f"/decks/{deck_id}/fit").text
    assert "The parameters are kept." in page and re.search(r"Yours, .* \(\d+ reviews\)</option>", page)
    kept = change(lambda session: session.scalars(sa.select(ParameterSet)).one())
    assert (kept.algorithm, kept.parameter_count, len(kept.parameters)) == ("FSRS-6", 21, 21)
    assert kept.loss_after < kept.loss_before
    ada.press(f"/decks/{deck_id}/scheduling")
    assert stored(sa.select(SchedulerVersion.parameter_set)) == [(kept.id,)]
    assert change(lambda session: compare(session, 1).agrees)
    again = ada.get(f"/decks/{deck_id}/fit").text
    assert "the parameters you have already" in again and "Keep them" not in again
    refused = ada.client.post(f"/decks/{deck_id}/fit", data={"csrf_token": ada.token()})
    assert (refused.status_code, "are not kept" in refused.text) == (422, True)
    assert len(stored(sa.select(ParameterSet.id))) == 1
    assert "fitted to your answers on" in ada.get(f"/decks/{deck_id}/year").text


def test_who_has_answered_little_hears_how_much_it_takes(ada: Visitor, change: Callable) -> None:
    page = ada.get(f"/decks/{change(studied)}/fit")
    assert (page.status_code, "Fitting needs 100 reviews of cards seen before" in page.text) == (200, True)


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
    assert "FSRS at 97%</th>" in page and page.count("<svg") >= 3
    assert "It begins with all 8 cards" in page
    assert "See what FSRS at 97% would change" in page


def test_a_year_of_a_deck_nobody_learns_is_empty(ada: Visitor, change: Callable) -> None:
    deck_id = change(lambda session: studied(session, cards=0))
    assert "Nothing to simulate" in ada.get(f"/decks/{deck_id}/year?new_per_day=0").text


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
