"""Everything a learner has moves to a server where nothing of theirs is, through the terminal and through the pages."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask
from sqlalchemy.orm import Session

from app import create_app
from app.cli import cardlet
from app.config import read_settings
from app.database import close, db, writing
from app.models import Card, Deck, Follow, Mark, MediaName, Memory, ParameterSet, Review, SchedulerVersion, User
from app.models.deck import with_parents
from app.models.scheduling import all_settings
from app.planning.switching import plan_undo
from app.scheduling import Scheduler
from app.study.rebuilding import compare, rebuild
from tests.compiled_once import share
from tests.databases import Databases, environment_for
from tests.exporting.filled import a_collection, answered
from tests.exporting.test_coming_back import collection_of
from tests.factories import a_deck, a_follow, a_note, a_parameter_set, at
from tests.visitor import Visitor

PASSWORD = "correct horse battery staple"


@dataclass
class Server:
    """A server of its own: a data directory, a database with the starter decks in it, and people."""

    environment: dict[str, str]
    data: Path

    @contextmanager
    def app(self) -> Iterator[Flask]:
        app = create_app(read_settings(self.environment))
        app.testing = True
        share(app)
        yield app
        close(app)

    def run(self, *arguments: str) -> str:
        done = CliRunner().invoke(cardlet, arguments, obj=create_app, env=self.environment)
        assert done.exit_code == 0, done.output
        return done.output

    def look(self, at_it: Callable[[Session, User], Any]) -> Any:
        with self.app() as app, app.app_context():
            return at_it(db.session, _ada(db.session))


def _ada(session: Session) -> User:
    return session.scalars(sa.select(User).where(User.name == "Ada")).one()


@pytest.fixture
def server(databases: Databases, template_with_decks: str, tmp_path: Path) -> Iterator[Callable[[str], Server]]:
    made: list[str] = []

    def make(name: str) -> Server:
        folder = tmp_path / name
        folder.mkdir()
        made.append(databases.new(folder, like=template_with_decks))
        one = Server({**environment_for(folder, made[-1]), "CARDLET_SECRET_KEY": "only for tests"}, folder)
        one.run("user", "create", "Bob", "--password", PASSWORD)
        if name != "old":
            one.run("user", "create", "Ada", "--password", PASSWORD)
        return one

    yield make
    for url in made:
        databases.drop(url)


def _live(session: Session, data: Path) -> None:
    """What Ada has: decks of her own beside a starter deck, one she has left, a scheduler she changed twice, a log with
    something undone in it and a card that is gone."""
    own, top = a_collection(session, data)
    own.password_hash = session.scalars(sa.select(User.password_hash).where(User.name == "Bob")).one()
    session.flush()
    _schedule(session, own, top)
    full = sa.exists().where(Card.deck_id == Deck.id)
    starter = session.scalars(sa.select(Deck).where(Deck.owner_id.is_(None), full).order_by(Deck.id)).first()
    assert starter is not None
    a_follow(session, own, starter, place=1, new_per_day=3, new_order=1)
    for card in session.scalars(sa.select(Card).where(Card.deck_id == starter.id).limit(3)).all():
        answered(session, own, card, 4, 2, 5)
    left = a_deck(session, owner=own, name="Left", cards=2)
    a_follow(session, own, left, place=2, stopped_at=at(5))
    never = a_deck(session, owner=own, name="Never followed", cards=1)
    inner = a_deck(session, owner=own, name="Inner", parent_id=top.id)
    (card,) = a_note(session, inner, fields=("inner", "deck"))
    a_follow(session, own, inner, root_id=top.id, place=3, new_per_day=7, stopped_at=at(6), scheduler_version=3)
    answered(session, own, card, 4, version=3)
    last = a_deck(session, owner=own, name="First on the shelf", cards=1)
    a_follow(session, own, last, place=0, reviews_per_day=44, review_order=2)
    assert never.id
    gone = {"card_id": 999_999, "deck_id": last.id, "day": 20_400, "hour": 3, "grade": 4, "took_ms": 700}
    session.add(Review(user_id=own.id, id=UUID(int=77), kind=3, at=at(-90), state=[1, 3, 2, 2500], **gone))
    undone = {"card_id": card.id, "deck_id": inner.id, "day": 20_520, "hour": 3, "grade": 4, "took_ms": 700}
    session.add(Review(user_id=own.id, id=UUID(int=78), kind=1, at=at(6), undone_at=at(6, minute=1), **undone))
    session.flush()
    rebuild(session, own.id)


def _schedule(session: Session, ada: User, top: Deck) -> None:
    told = {"user_id": ada.id, "deck_id": top.id, "maximum_interval": 1_000, "fuzz": False}
    fitted = [0.3, *a_parameter_set(ada, top.id).parameters[1:]]
    session.add(a_parameter_set(ada, top.id, parameters=fitted))
    for version, scheduler, fit in ((1, Scheduler.SM2, None), (2, Scheduler.FSRS, None), (3, Scheduler.FSRS, 1)):
        row = SchedulerVersion(version=version, scheduler=scheduler.value, retention=0.8 + version / 100, **told)
        row.parameter_set, row.replaces, row.chosen_at = fit, version - 1 or None, at(version)
        session.add(row)
    whole = sa.or_(Follow.deck_id == top.id, Follow.root_id == top.id)
    values = {"scheduler_version": 3, "place": 3}
    session.execute(sa.update(Follow).where(Follow.user_id == ada.id, whole).values(**values))
    session.execute(sa.update(Memory).where(Memory.user_id == ada.id).values(scheduler_version=3))


def _has(session: Session, ada: User) -> dict[str, Any]:
    """All that Ada has, whatever its ids are here."""
    decks = {deck.id: deck for deck in with_parents(session, session.scalars(sa.select(Deck)).all())}
    names = {id: (deck.path, deck.language) for id, deck in decks.items()}
    settings = all_settings(session.connection(), ada.id)
    versions = {one.version: one for one in session.scalars(_of(SchedulerVersion, ada))}

    def before(version: int | None) -> list[Any]:
        """The settings that hold, and all before them."""
        return [] if version is None else [settings[version], *before(versions[version].replaces)]

    follows = sorted(session.scalars(_of(Follow, ada)), key=lambda one: (one.place, names[one.deck_id]))
    cards = {card.id: card for card in session.scalars(sa.select(Card))}
    log = session.scalars(_of(Review, ada)).all()
    known = [
        (names[one.deck_id], one.state, one.queue_day, settings[one.scheduler_version])
        for one in session.scalars(_of(Memory, ada))
    ]
    return {
        "own": collection_of(session, ada),
        "decks": sorted((names[id], deck.description) for id, deck in decks.items() if deck.owner_id == ada.id),
        "memories": sorted(known, key=repr),
        "marks": sorted(
            (one.suspended, one.buried_until or 0, one.flag, names[cards[one.card_id].deck_id])
            for one in session.scalars(_of(Mark, ada))
        ),
        "log": sorted((one.id.hex, one.kind, one.day, one.hour, one.at, one.grade, one.took_ms) for one in log),
        "undone": sorted((one.id.hex, one.undone_at) for one in log if one.undone_at is not None),
        "follows": [
            (names[one.deck_id], names.get(one.root_id or 0), one.shape, one.stopped_at, before(one.scheduler_version))
            for one in follows
            if one.deck_id in names
        ],
        "parameters": sorted(
            (one.parameters, one.trained_on, one.held_out, one.loss_before, one.loss_after)
            for one in session.scalars(_of(ParameterSet, ada))
        ),
        "files": sorted(session.execute(sa.select(MediaName.name, MediaName.digest).where(_owned(ada))).all()),
        "agrees": compare(session, ada.id).agrees,
    }


def _of(table: Any, ada: User) -> Any:
    return sa.select(table).where(table.user_id == ada.id)


def _owned(ada: User) -> Any:
    return MediaName.owner_id == ada.id


@pytest.fixture
def old(server: Callable[[str], Server]) -> Server:
    old = server("old")
    with old.app() as app, app.app_context(), writing() as session:
        _live(session, old.data)
    return old


def signed_in(app: Flask) -> Visitor:
    ada = Visitor(app.test_client())
    ada.get("/sign-in")
    ada.press("/sign-in", name="Ada", password=PASSWORD)
    return ada


def _differences(new: dict[str, Any], old: dict[str, Any]) -> dict[str, Any]:
    return {name: (new[name], old[name]) for name in old if new[name] != old[name]}


def test_everything_moves_through_the_terminal(old: Server, server: Callable[[str], Server], tmp_path: Path) -> None:
    file, new = tmp_path / "all.cardlet", server("new")
    old.run("export", str(file), "--user", "Ada")
    new.run("import", str(file), "--owner", "Ada")
    there, here = old.look(_has), new.look(_has)
    assert there["agrees"] and len(there["log"]) > 20 and len(there["follows"]) == 6
    assert _differences(here, there) == {}
    again = new.run("import", str(file), "--owner", "Ada")
    assert again.startswith("0 added, 0 updated")
    assert _differences(new.look(_has), there) == {}
    second = tmp_path / "second.cardlet"
    new.run("export", str(second), "--user", "Ada")
    newest = server("newest")
    newest.run("import", str(second), "--owner", "Ada")
    assert _differences(newest.look(_has), there) == {}


def test_everything_moves_through_the_pages(old: Server, server: Callable[[str], Server]) -> None:
    new = server("new")
    with old.app() as app:
        file = signed_in_data(app)
    with new.app() as app:
        ada = signed_in(app)
        ada.get("/import")
        ada.press("/import", file=(BytesIO(file), "all.cardlet"), text="")
        ada.press(r"/import/\d+")
        assert "is on your shelf" in ada.page
    assert _differences(new.look(_has), old.look(_has)) == {}


def test_a_change_of_the_scheduler_can_be_taken_back_where_it_was_moved_to(
    old: Server, server: Callable[[str], Server], tmp_path: Path
) -> None:
    file, new = tmp_path / "all.cardlet", server("new")
    old.run("export", str(file), "--user", "Ada")
    new.run("import", str(file), "--owner", "Ada")

    def taken_back(session: Session, ada: User) -> Any:
        deck = session.scalars(sa.select(Deck).where(Deck.owner_id == ada.id, Deck.name == "语言")).one()
        return plan_undo(session, ada, deck.id).settings

    assert new.look(taken_back) == old.look(taken_back)


def signed_in_data(app: Flask) -> bytes:
    """The file that Ada downloads of all she has."""
    return bytes(signed_in(app).client.get("/export/file?format=cardlet&progress=yes").data)
