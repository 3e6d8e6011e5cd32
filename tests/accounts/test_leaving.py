"""Deleting an account: nothing of it in any table, nothing of others' touched, and followers go on."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts import begin_leaving, decks_left_behind, finish_leaving, start_as_guest, still_leaving, sweep_guests
from app.accounts.leaving import BY_OWNER, Left, personal_tables
from app.database import Base, Moment, ReviewId
from app.errors import Refused
from app.library import follow, stop_following
from app.library.editing import Wording, edit_note
from app.library.media import name_file, store_file
from app.models import Audience, Card, Deck, Follow, Import, MediaName, Medium, Memory, Note, Posting, Standing, User
from app.models.change import digest_of
from app.models.indexing import index_what_waits
from app.models.posting import own_wordings_of
from app.sharing import deck_of_link, set_agreement, set_audience
from app.study.rebuilding import compare
from tests.factories import a_deck, a_follow, a_learner, a_note, at
from tests.sharing.steps import DECK, FRANCE, ITALY, SPAIN, answer, card_of, memories, publish, waiting

NAME = "Zyxwada"


@contextmanager
def transaction_of(session: Session) -> Iterator[Session]:
    yield session
    session.flush()
    session.expire_all()


def leave(session: Session, learner: User, day: int = 5) -> Left:
    user_id = learner.id
    begin_leaving(session, learner, at(day))
    return finish_leaving(session, user_id, at(day), lambda: transaction_of(session))


def rows_of(session: Session, table: sa.Table, user_id: int) -> list[str]:
    """The rows of a table that refer to a user in any column."""
    keys = {column.name for key in table.foreign_keys if key.column.table.name == "users" for column in [key.parent]}
    keys |= {"owner_id", "user_id"} & set(table.c.keys())
    # The words a learner put into others' notes stand under the negative of their id.
    own = sa.or_(*(table.c[name].in_([user_id, -user_id]) for name in keys)) if keys else sa.false()
    return sorted(map(repr, session.execute(sa.select(table).where(own))))


def fill(session: Session, table: sa.Table, user_id: int, name: str) -> None:
    """A row of a learner's in a table, whatever it is about, with their name wherever it has a text."""
    values: dict[str, object] = {}
    for column in table.c:
        refers_to = next((key.column for key in column.foreign_keys), None)
        if column.name == "owner_id" or (refers_to is not None and refers_to.table.name == "users"):
            values[column.name] = user_id
        elif column.nullable or (column.name == "id" and not column.foreign_keys and len(table.primary_key) == 1):
            continue
        elif refers_to is not None:
            values[column.name] = session.scalar(sa.select(sa.func.max(refers_to)))
        else:
            values[column.name] = a_value(column.type, name)
    session.execute(sa.insert(table).values(values))


def a_value(kind: sa.types.TypeEngine, name: str) -> object:
    if isinstance(kind, Moment):
        return at(0)
    if isinstance(kind, ReviewId):
        return uuid4()
    if isinstance(kind, sa.LargeBinary):
        return b"\x00" * 16
    if isinstance(kind, sa.JSON):
        return []
    if isinstance(kind, sa.Boolean):
        return False
    return name[: kind.length] if isinstance(kind, sa.String) else 1


def everything_of(session: Session, name: str) -> User:
    """A learner who has done what there is to do; `fill_up` adds to it."""
    learner = a_learner(session, name)
    deck_id = publish(session, learner, DECK + FRANCE + SPAIN)
    follow(session, learner, deck_id, at(0))
    answer(session, learner, sa_first_card(session, deck_id), 0)
    index_what_waits(session, lambda: transaction_of(session))
    note = session.scalars(sa.select(Note).where(Note.owner_id == learner.id).order_by(Note.id)).first()
    edit_note(session, learner, note.id, Wording((f"By {name}", "A"), ("a tag",)), digest_of(note), at(1))
    session.add(Medium(digest=f"{learner.id:064}", content_type="image/png", size=1))
    session.flush()
    name_file(session, learner, "own.png", Stored(f"{learner.id:064}"), at(0))
    return learner


def fill_up(session: Session, learner: User, name: str) -> None:
    """A row of a learner's in every table that can hold one and has none."""
    for table in (*personal_tables(), *(table.__table__ for table in BY_OWNER)):
        if not rows_of(session, table, learner.id):
            fill(session, table, learner.id, name)
    for table in BY_OWNER:
        fill(session, table.__table__, own_wordings_of(learner.id), name)
    session.flush()


class Stored:
    content_type, size = "image/png", 1

    def __init__(self, digest: str) -> None:
        self.digest = digest


def sa_first_card(session: Session, deck_id: int) -> int:
    return session.scalars(sa.select(Card.id).where(Card.deck_id == deck_id).order_by(Card.position)).first()


def test_nothing_of_a_learner_is_left_in_any_table_and_everything_of_others(session: Session) -> None:
    ada, bob = everything_of(session, NAME), everything_of(session, "Bob")
    fill_up(session, ada, NAME)
    fill_up(session, bob, "Bob")
    tables, ada_id, ada_key = list(Base.metadata.tables.values()), ada.id, NAME.casefold()
    assert {table.name for table in tables if rows_of(session, table, ada_id)} == {
        *(table.name for table in personal_tables()),
        *(table.__tablename__ for table in BY_OWNER),
        "note_tags",
    }
    before = {table.name: rows_of(session, table, bob.id) for table in tables}
    left = leave(session, ada)
    assert left.digests == [f"{ada_id:064}"] and left.uploads == [NAME]
    for table in tables:
        assert rows_of(session, table, ada_id) == [], table.name
    for name in sa.inspect(session.connection()).get_table_names():
        rows = session.execute(sa.text(f'SELECT * FROM "{name}"')).all()
        assert not any(ada_key in repr(tuple(row)).casefold() for row in rows), name
    assert {table.name: rows_of(session, table, bob.id) for table in tables} == before
    assert session.scalars(sa.select(User.name)).all() == ["Bob"]


def test_every_column_that_names_an_owner_is_known_to_the_deletion() -> None:
    named = {table for table in Base.metadata.tables.values() if {"owner_id", "user_id"} & set(table.c.keys())}
    by_their_notes = {Base.metadata.tables["note_tags"]}
    assert named == {*personal_tables(), *(table.__table__ for table in BY_OWNER), *by_their_notes}


@pytest.fixture
def ada(session: Session) -> User:
    return a_learner(session, NAME)


@pytest.fixture
def bob(session: Session) -> User:
    return a_learner(session, "Bob")


@pytest.fixture
def shared(session: Session, ada: User, bob: User) -> int:
    """Ada's deck of three, shared by link; Bob has answered France and agreed to be seen; Eve learns something else."""
    deck_id = publish(session, ada, DECK + FRANCE + SPAIN + ITALY)
    follow(session, ada, deck_id, at(0))
    token = set_audience(session, ada, deck_id, Audience.LINK).link_token
    follow(session, bob, deck_of_link(session, token).id, at(0), invited=True)
    set_agreement(session, bob, deck_id, at(0), agrees=True)
    answer(session, bob, card_of(session, "fr").id, 0)
    eve = a_learner(session, "Eve")
    a_follow(session, eve, a_deck(session, cards=1, owner=eve))
    return deck_id


def test_followers_go_on_with_what_was_shared_and_it_is_nobodys(
    session: Session, ada: User, bob: User, shared: int
) -> None:
    known, france = memories(session, bob), card_of(session, "fr").id
    assert [(deck.name, deck.followers) for deck in decks_left_behind(session, ada.id)] == [("Capitals", 1)]
    leave(session, ada)
    deck = session.get_one(Deck, shared)
    owner = session.get_one(User, deck.owner_id)
    assert (owner.name, owner.standing, deck.audience, deck.link_token) == (None, Standing.NOBODY, 0, None)
    assert memories(session, bob) == known and compare(session, bob.id).agrees
    assert waiting(session, bob, 1) == "Capital of France?"
    answer(session, bob, france, 1, seen=1)
    assert waiting(session, bob, 1) == "Capital of Spain?"
    assert session.scalars(sa.select(Follow.shows_progress_at)).all() == [None, None]
    assert len(session.scalars(sa.select(Note.id).where(Note.owner_id == owner.id)).all()) == 3
    index_what_waits(session, lambda: transaction_of(session))
    assert session.scalars(sa.select(Posting.owner_id).where(Posting.entry == "paris")).all() == [owner.id]


def test_what_nobody_follows_goes_with_its_pictures_and_theirs_stay(
    session: Session, ada: User, bob: User, shared: int, tmp_path: Path
) -> None:
    private = a_deck(session, owner=ada, name="Private")
    private_id = private.id
    a_note(session, private, fields=("![x](private.png)", "b"))
    note_id = card_of(session, "fr").note_id
    note = session.get_one(Note, note_id)
    edit_note(session, ada, note_id, Wording((note.fields[0], "Paris ![x](shared.png)"), ()), digest_of(note), at(1))
    for name in ("private.png", "shared.png"):
        stored = store_file(tmp_path, BytesIO(b"\x89PNG\r\n\x1a\n" + name.encode()), name)
        name_file(session, ada, name, stored, at(1))
    left = leave(session, ada)
    assert len(left.digests) == 1
    assert session.scalars(sa.select(MediaName.name)).all() == ["shared.png"]
    assert session.get(Deck, private_id) is None
    assert session.get_one(Note, note_id).fields[1].startswith("Paris")


def test_of_a_closed_deck_stays_what_was_met_as_it_was(session: Session, ada: User, bob: User, shared: int) -> None:
    set_audience(session, ada, shared, Audience.OWNER)
    note = session.get_one(Note, card_of(session, "fr").note_id)
    edit_note(session, ada, note.id, Wording((note.fields[0], "A secret"), ()), digest_of(note), at(1))
    known = memories(session, bob)
    leave(session, ada)
    assert session.get_one(Note, note.id).fields == ["Capital of France?", "Paris"]
    left = session.scalars(sa.select(Card.deck_id).where(Card.deck_id == shared)).all()
    assert (left, memories(session, bob)) == ([shared], known)
    assert waiting(session, bob, 1) == "Capital of France?"


def test_whoever_stopped_keeps_what_they_met(session: Session, ada: User, bob: User, shared: int) -> None:
    stop_following(session, bob, shared, at(1))
    leave(session, ada)
    assert session.scalars(sa.select(Card.deck_id).where(Card.deck_id == shared)).all() == [shared]
    follow(session, bob, shared, at(2))
    assert waiting(session, bob, 2) == "Capital of France?"


def test_what_is_nobodys_goes_with_its_last_follower(session: Session, ada: User, bob: User, shared: int) -> None:
    leave(session, ada)
    leave(session, bob)
    assert session.get(Deck, shared) is None
    assert session.scalars(sa.select(User.name)).all() == ["Eve"]
    assert session.scalars(sa.select(Memory.user_id)).all() == []


def test_stopped_half_way_the_next_start_goes_on(session: Session, ada: User, bob: User, shared: int) -> None:
    ada_id = ada.id
    begin_leaving(session, ada, at(5))
    assert still_leaving(session) == [ada_id]
    steps = 0

    @contextmanager
    def dying() -> Iterator[Session]:
        nonlocal steps
        steps += 1
        if steps > 3:
            raise KeyboardInterrupt
        with transaction_of(session):
            yield session

    with pytest.raises(KeyboardInterrupt):
        finish_leaving(session, ada_id, at(5), dying)
    for user_id in still_leaving(session):
        finish_leaving(session, user_id, at(6), lambda: transaction_of(session))
    assert still_leaving(session) == []
    assert session.get(User, ada_id) is None and session.get_one(Deck, shared).name == "Capitals"


def test_nobody_leaves_while_an_import_of_theirs_runs(session: Session, ada: User) -> None:
    session.add(Import(user_id=ada.id, file_name="x", at=at(0)))
    session.flush()
    with pytest.raises(Refused):
        begin_leaving(session, ada, at(0))
    begin_leaving(session, ada, at(0) + timedelta(hours=2))


def test_a_guest_who_is_swept_leaves_nothing_either(session: Session, ada: User) -> None:
    guest = start_as_guest(session, "en", "UTC", at(0))
    publish(session, guest, DECK + FRANCE)
    index_what_waits(session, lambda: transaction_of(session))
    publish(session, guest, DECK + FRANCE + SPAIN)
    guest_id = guest.id
    assert rows_of(session, Posting.__table__, guest_id)
    assert sweep_guests(session, at(91)) == 1
    for table in Base.metadata.tables.values():
        assert rows_of(session, table, guest_id) == [], table.name


def test_nobody_is_no_guest(session: Session, ada: User, bob: User, shared: int) -> None:
    leave(session, ada)
    assert sweep_guests(session, at(900)) == 0
    assert session.get_one(Deck, shared).name == "Capitals"
