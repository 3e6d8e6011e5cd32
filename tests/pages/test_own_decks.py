"""Making decks, giving them another name, moving them."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Audience, Deck, Follow, User
from app.sharing import set_audience
from tests.factories import a_deck, a_follow, a_learner, a_note
from tests.visitor import Visitor


@pytest.fixture
def ada(visitor: Callable[[], Visitor], change: Callable) -> Visitor:
    change(lambda session: a_deck(session, owner=a_learner(session, "Bob"), name="Spanish", cards=1))
    return visitor().sign_up("Ada")


def make(ada: Visitor, name: str, **fields: str) -> int:
    ada.get("/decks/new")
    return ada.press("/decks", name=name, **fields).status_code


def call(ada: Visitor, deck_id: int, name: str) -> int:
    ada.get(f"/decks/{deck_id}/name")
    return ada.press(f"/decks/{deck_id}/name", name=name).status_code


@pytest.fixture
def paths(app: object, stored: Callable) -> Callable[[], dict[str, int]]:
    """Ada's decks by their whole names."""

    def read() -> dict[str, int]:
        own = (
            sa.select(Deck.id, Deck.name, Deck.parent_id).join(User, User.id == Deck.owner_id).where(User.name == "Ada")
        )
        rows = {row.id: row for row in stored(own)}

        def path(deck_id: int) -> str:
            row = rows[deck_id]
            return row.name if row.parent_id is None else f"{path(row.parent_id)}::{row.name}"

        return {path(deck_id): deck_id for deck_id in rows}

    return read


def test_what_is_missing_above_is_made_and_everything_is_followed(
    ada: Visitor, paths: Callable, stored: Callable
) -> None:
    assert make(ada, " Spanish ::  Verbs:: of  motion", language="es") == 200
    known = paths()
    assert list(known) == ["Spanish", "Spanish::Verbs", "Spanish::Verbs::of motion"]
    roots = dict(tuple(row) for row in stored(sa.select(Follow.deck_id, Follow.root_id)))
    top = known["Spanish"]
    assert roots == {deck_id: None if deck_id == top else top for deck_id in known.values()}
    assert make(ada, "Spanish::Nouns") == 200
    assert len(paths()) == 4 and len(stored(sa.select(Follow.deck_id))) == 4


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "needs a name"),
        ("   ", "needs a name"),
        ("::", "there must be the name"),
        ("A::", "there must be the name"),
        ("::A", "there must be the name"),
        ("A:: ::B", "there must be the name"),
        ("A::::B", "there must be the name"),
        ("A:::B", "begin or end with a colon"),
        (":", "begin or end with a colon"),
        ("A\u202eB", "cannot be seen"),
        ("x" * 151, "at most 150"),
        ("spanish", "“Spanish” there already"),
        ("ＳＰＡＮＩＳＨ", "“Spanish” there already"),
    ],
)
def test_a_name_that_cannot_be_is_refused_and_stays_typed(ada: Visitor, paths: Callable, name: str, said: str) -> None:
    make(ada, "Spanish")
    assert make(ada, name) == 422
    assert said in ada.page and 'aria-invalid="true"' in ada.page
    assert ada.form("/decks").fields["name"] == name
    assert list(paths()) == ["Spanish"]
    if name.strip() and name.casefold() != "spanish":
        deck_id = paths()["Spanish"]
        status = call(ada, deck_id, name)
        assert status == (200 if "already" in said else 422)


def test_a_deck_is_moved_with_what_is_inside_and_back(ada: Visitor, paths: Callable, stored: Callable) -> None:
    make(ada, "Verbs::Irregular")
    make(ada, "Spanish")
    before = paths()
    assert call(ada, before["Verbs"], "Spanish::Verbs") == 200
    assert "is called Spanish::Verbs now" in ada.page
    assert paths() == {
        "Spanish": before["Spanish"],
        "Spanish::Verbs": before["Verbs"],
        "Spanish::Verbs::Irregular": before["Verbs::Irregular"],
    }
    roots = dict(tuple(row) for row in stored(sa.select(Follow.deck_id, Follow.root_id)))
    assert roots[before["Verbs"]] == roots[before["Verbs::Irregular"]] == before["Spanish"]
    ada.press(r"/decks/\d+/name\?.*")
    assert paths() == before
    roots = dict(tuple(row) for row in stored(sa.select(Follow.deck_id, Follow.root_id)))
    assert roots == {before["Spanish"]: None, before["Verbs"]: None, before["Verbs::Irregular"]: before["Verbs"]}


@pytest.mark.parametrize("name", ["A::B::A", "A::A", "a::x", "A::B::C::A"])
def test_a_deck_cannot_come_to_lie_inside_itself(ada: Visitor, paths: Callable, name: str) -> None:
    make(ada, "A::B::C")
    before = paths()
    assert call(ada, before["A"], name) == 422
    assert "cannot lie inside itself" in ada.page and paths() == before


def test_what_lies_inside_bounds_how_deep_a_deck_may_come_to_lie(ada: Visitor, paths: Callable) -> None:
    inside = "::".join(["x"] * 40)
    make(ada, f"A::{inside}")
    make(ada, f"B::{inside}")
    before = paths()
    assert call(ada, before["A"], f"B::{inside}::A") == 422
    assert "The whole name of a deck inside would have more than 150 characters." in ada.page and paths() == before
    assert call(ada, before["A"], "B::A") == 200
    assert call(ada, before["B"], "Before::B") == 200, "the deepest name has 131 characters"


def test_decks_that_lie_too_deep_already_are_found_and_can_be_laid_higher(
    ada: Visitor, change: Callable, stored: Callable
) -> None:
    def nest(session: Session) -> list[int]:
        owner = session.scalars(sa.select(User).where(User.name == "Ada")).one()
        ids: list[int] = []
        for n in range(1_100):
            ids.append(a_deck(session, owner=owner, name=f"d{n}", parent_id=ids[-1] if ids else None).id)
        a_note(session, session.get_one(Deck, ids[-1]), fields=("needle", "A"))
        return ids

    ids = change(nest)
    assert "needle" in ada.get("/search?q=needle").text
    assert call(ada, ids[500], "d500") == 200
    assert stored(sa.select(Deck.parent_id).where(Deck.id == ids[500])) == [(None,)]
    assert call(ada, ids[500], "d0::d500") == 422


def test_two_decks_of_one_place_keep_two_names_and_one_may_change_its_letters(ada: Visitor, paths: Callable) -> None:
    make(ada, "Verbs")
    make(ada, "Nouns")
    decks = paths()
    assert call(ada, decks["Verbs"], "nouns") == 422 and "“Nouns” there already" in ada.page
    assert call(ada, decks["Verbs"], "VERBS") == 200
    assert paths() == {"VERBS": decks["Verbs"], "Nouns": decks["Nouns"]}
    assert call(ada, decks["Verbs"], "VERBS") == 200 and "Nothing was changed." in ada.page


def test_a_name_that_another_deck_had_once_is_free(ada: Visitor, paths: Callable) -> None:
    make(ada, "Verbs")
    assert call(ada, paths()["Verbs"], "Old verbs") == 200
    assert make(ada, "Verbs") == 200
    assert sorted(paths()) == ["Old verbs", "Verbs"]


def test_a_deck_that_comes_to_lie_in_a_shared_one_is_seen_and_followed_with_it(
    ada: Visitor, paths: Callable, change: Callable, stored: Callable
) -> None:
    make(ada, "Spanish")
    make(ada, "Verbs")
    decks = paths()

    def share(session: Session) -> int:
        owner = session.scalars(sa.select(User).where(User.name == "Ada")).one()
        set_audience(session, owner, decks["Spanish"], Audience.EVERYBODY)
        bob = session.scalars(sa.select(User).where(User.name == "Bob")).one()
        a_follow(session, bob, session.get_one(Deck, decks["Spanish"]))
        return bob.id

    bob = change(share)
    call(ada, decks["Verbs"], "Spanish::Verbs")
    assert stored(sa.select(Deck.audience).where(Deck.id == decks["Verbs"])) == [(Audience.EVERYBODY,)]
    assert (decks["Verbs"], decks["Spanish"]) in [
        tuple(row) for row in stored(sa.select(Follow.deck_id, Follow.root_id).where(Follow.user_id == bob))
    ]
    call(ada, decks["Verbs"], "Verbs")
    assert [
        row[0]
        for row in stored(sa.select(Follow.root_id).where(Follow.deck_id == decks["Verbs"], Follow.user_id == bob))
    ] == [None]
    assert ada.get(f"/decks/{decks['Verbs']}/sharing").status_code == 200
