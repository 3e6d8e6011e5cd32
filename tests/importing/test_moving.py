"""A deck that a newer file puts elsewhere, and the learners who follow what it moves out of or into."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.importing import Source, import_deck, read_deck
from app.library import follow, set_new_per_day, stop_following
from app.library.contents import deck_page
from app.models import Deck, Follow, User
from tests.factories import a_learner, at

NOTE = "## Q {#q}\n\nA\n"


@pytest.fixture
def ada(session: Session) -> User:
    return a_learner(session, "Ada")


def publish(session: Session, path: str, guid: str, day: int = 0) -> int:
    """Publishes a starter deck of one note; its id."""

    @contextmanager
    def transaction() -> Iterator[Session]:
        yield session
        session.flush()
        session.expire_all()

    text = f"---\ndeck: {path}\nid: {guid}\n---\n{NOTE}"
    return import_deck(read_deck(Source("deck.md", content=text.encode())), None, at(day), transaction).deck_id


def roots(session: Session, learner: User) -> dict[str, str | None]:
    """The learner's standing follows by name, with the names of the decks that brought them."""
    names = dict(session.execute(sa.select(Deck.id, Deck.name)).all())
    rows = session.scalars(sa.select(Follow).where(Follow.user_id == learner.id, Follow.stopped_at.is_(None)))
    return {names[row.deck_id]: names.get(row.root_id) for row in rows}


def test_a_deck_with_decks_inside_moves_into_a_followed_one(session: Session, ada: User) -> None:
    whole = publish(session, "K", "k")
    publish(session, "M", "m")
    publish(session, "M::Leaf", "leaf")
    follow(session, ada, whole, at(0))
    set_new_per_day(session, ada, whole, 7)
    publish(session, "K::M", "m", day=1)
    assert roots(session, ada) == {"K": None, "M": "K", "Leaf": "K"}
    limits = session.scalars(sa.select(Follow.new_per_day).where(Follow.user_id == ada.id)).all()
    assert set(limits) == {7}


def test_what_was_followed_for_itself_becomes_a_part_and_what_was_left_stays_left(session: Session, ada: User) -> None:
    whole, moved, left = (publish(session, name, name.lower()) for name in ("K", "M", "L"))
    for deck_id in (whole, moved, left):
        follow(session, ada, deck_id, at(0))
    stop_following(session, ada, left, at(0))
    publish(session, "K::M", "m", day=1)
    publish(session, "K::L", "l", day=1)
    assert roots(session, ada) == {"K": None, "M": "K"}


def test_a_part_that_moves_out_stands_for_itself(session: Session, ada: User) -> None:
    whole = publish(session, "K", "k")
    part = publish(session, "K::M", "m")
    publish(session, "K::M::Leaf", "leaf")
    follow(session, ada, whole, at(0))
    publish(session, "M", "m", day=1)
    assert roots(session, ada) == {"K": None, "M": None, "Leaf": "M"}
    stop_following(session, ada, whole, at(1))
    set_new_per_day(session, ada, part, 3)
    page = deck_page(session, ada, part, 1)
    assert (page.root, page.follow.new_per_day) == (None, 3)


def test_what_is_made_on_the_way_is_followed_too(session: Session, ada: User) -> None:
    whole = publish(session, "K", "k")
    follow(session, ada, whole, at(0))
    publish(session, "K::New::Leaf", "leaf", day=1)
    assert roots(session, ada) == {"K": None, "New": "K", "Leaf": "K"}
