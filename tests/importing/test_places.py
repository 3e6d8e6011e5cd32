"""Where a file puts decks that are here already: never inside themselves, and no deeper than names may be long."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import UnreadableFile
from app.importing import Source, import_deck, read_deck
from app.library.own_decks import place_deck
from app.models import Deck, Follow, User
from app.models.deck import with_parents
from tests.factories import a_deck, a_follow, a_learner, at
from tests.statements import recorded


@pytest.fixture
def ada(session: Session) -> User:
    """Ada, beside Bob, whose decks are called as hers are."""
    for name in ("K", "M", "Z"):
        a_deck(session, owner=a_learner(session, f"Bob {name}"), name=name, guid=name.lower())
    return a_learner(session, "Ada")


def bring(session: Session, ada: User, source: Source) -> None:
    @contextmanager
    def transaction() -> Iterator[Session]:
        with session.begin_nested():
            yield session
        session.expire_all()

    with read_deck(source) as parsed:
        import_deck(parsed, ada.id, at(0), transaction)


def put(session: Session, ada: User, path: str, guid: str | None = None) -> None:
    """A file with one deck; without an id it is known by its name."""
    bring(session, ada, Source("deck.md", content=text(path, guid)))


def text(path: str, guid: str | None) -> bytes:
    header = f"deck: {path}\n" + (f"id: {guid}\n" if guid else "")
    return f"---\n{header}---\n## {path}?\n\nA\n".encode()


def together(folder: Path, **paths: str) -> Source:
    """One file with several decks, by their ids."""
    path = folder / "decks.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for guid, name in paths.items():
            archive.writestr(f"{guid}.md", text(name, guid))
    return Source("decks.zip", path=path)


def test_a_file_with_more_decks_costs_as_much_a_deck(session: Session, ada: User, tmp_path: Path) -> None:
    """Collections of ten years have hundreds of decks."""
    sent = []
    for number in (12, 24):
        names = {f"d{number}-{n}": f"Top {number}::Part {n % 4}::Deck {n}" for n in range(number)}
        with recorded() as recording:
            bring(session, ada, together(tmp_path, **names))
        sent.append(len(recording.statements))
    assert sent[1] <= 2.1 * sent[0]


def test_where_nobody_follows_anything_yet_nothing_is_asked_of_follows_deck_by_deck(
    session: Session, ada: User, tmp_path: Path
) -> None:
    """A tree that a file makes from its top on."""
    with recorded() as recording:
        bring(session, ada, together(tmp_path, **{f"d{n}": f"Top::Part {n % 4}::Deck {n}" for n in range(12)}))
    assert not {"fit_into_trees", "take_audience"} & {*recording.names}


def test_new_decks_come_into_the_trees_they_lie_in(session: Session, ada: User, tmp_path: Path) -> None:
    """And not all into the tree of one of them."""
    tops = [a_deck(session, owner=ada, name=name, guid=name.lower()) for name in ("Languages", "Medicine")]
    for limit, top in enumerate(tops, start=3):
        a_follow(session, ada, top, new_per_day=limit)
    names = {"ja": "Languages::日本語", "heart": "Medicine::Heart", "deep": "Languages::Old::Latin"}
    bring(session, ada, together(tmp_path, **names))
    rows = sa.select(Deck.name, Follow.root_id, Follow.new_per_day).join(Follow, Follow.deck_id == Deck.id)
    followed = {
        name: (root_id, limit) for name, root_id, limit in session.execute(rows.where(Follow.user_id == ada.id))
    }
    languages, medicine = ((top.id, limit) for limit, top in enumerate(tops, start=3))
    assert followed["日本語"] == followed["Old"] == followed["Latin"] == languages
    assert followed["Heart"] == medicine


def paths_of(session: Session, ada: User) -> set[str]:
    decks = session.scalars(sa.select(Deck).where(Deck.owner_id == ada.id)).all()
    # An archive has a deck of its own for what belongs to none.
    return {deck.path for deck in with_parents(session, decks)} - {"decks"}


def called(session: Session, ada: User, name: str) -> Deck:
    return session.scalars(sa.select(Deck).where(Deck.owner_id == ada.id, Deck.name == name)).one()


def test_a_deck_with_decks_inside_goes_only_where_their_whole_names_are_short_enough(
    session: Session, ada: User
) -> None:
    put(session, ada, "M", "m")
    put(session, ada, f"M::{'x' * 100}")
    before = paths_of(session, ada)
    for path in (f"{'K' * 60}::M", f"{'K' * 30}::{'L' * 30}::M", f"K::{'M' * 60}"):
        with pytest.raises(UnreadableFile, match="whole name of a deck inside"):
            put(session, ada, path, "m")
        assert paths_of(session, ada) == before, "and nothing is left of what was made on the way"
    put(session, ada, f"{'K' * 40}::M", "m")
    assert f"{'K' * 40}::M::{'x' * 100}" in paths_of(session, ada)
    # What is too long already may be brought again, and become shorter.
    called(session, ada, "x" * 100).name = "x" * 120
    for path in (f"{'K' * 40}::M", f"{'K' * 40}::m", f"{'K' * 39}::M"):
        put(session, ada, path, "m")
    with pytest.raises(UnreadableFile):
        put(session, ada, f"{'K' * 40}::M", "m")


def test_a_new_deck_in_one_that_was_moved_has_no_longer_a_name_than_others(session: Session, ada: User) -> None:
    put(session, ada, "K")
    place_deck(session, ada, called(session, ada, "K").id, ["A" * 100, "K"], at(0))
    before = paths_of(session, ada)
    with pytest.raises(UnreadableFile, match="whole name of a deck inside"):
        put(session, ada, f"K::{'x' * 60}")
    assert paths_of(session, ada) == before
    put(session, ada, f"K::{'x' * 40}")


def test_a_deck_never_comes_to_lie_in_one_that_was_moved_into_it(session: Session, ada: User) -> None:
    put(session, ada, "Z")
    put(session, ada, "M", "m")
    place_deck(session, ada, called(session, ada, "Z").id, ["M", "Z"], at(0))
    with pytest.raises(UnreadableFile, match="inside itself"):
        put(session, ada, "Z::M", "m")
    assert paths_of(session, ada) == {"M", "M::Z"}


def test_decks_of_one_file_change_places_but_never_lie_in_each_other(
    session: Session, ada: User, tmp_path: Path
) -> None:
    bring(session, ada, together(tmp_path, a="A", b="B", c="C"))
    with pytest.raises(UnreadableFile, match="inside itself"):
        bring(session, ada, together(tmp_path, a="B::A", b="C::B", c="A::C"))
    assert paths_of(session, ada) == {"A", "B", "C"}
    bring(session, ada, together(tmp_path, a="B::A", b="C::B", c="C"))
    assert paths_of(session, ada) == {"C::B::A", "C::B", "C"}


def test_a_file_with_its_decks_the_other_way_round_is_taken(session: Session, ada: User, tmp_path: Path) -> None:
    put(session, ada, "Z")
    put(session, ada, "M", "m")
    place_deck(session, ada, called(session, ada, "Z").id, ["M", "Z"], at(0))
    # The one without an id is known by its name, wherever it lies now.
    path = tmp_path / "decks.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("1.md", text("Z::M", "m"))
        archive.writestr("2.md", text("Z", None))
    bring(session, ada, Source("decks.zip", path=path))
    assert paths_of(session, ada) == {"Z", "Z::M"}
