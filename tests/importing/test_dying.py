"""Imports and undoings that are killed: what people see then is as before or as after, and the next start leaves
nothing that is neither."""

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from app import create_app
from app.cli.decks import lent
from app.cli.group import ready_app
from app.clock import now
from app.config import read_settings
from app.database import Base, close, db, staging, writing
from app.importing import (
    Order,
    ReadingOptions,
    begin_import,
    carry_out,
    keep_upload,
    read_deck,
    store_upload,
)
from app.importing.pace import LONGEST_IN_TERMINAL
from app.importing.parsed import Source
from app.library.media import name_file, store_file
from app.models import Card, Deck, Memory, User
from app.study import AnswerGiven, answer_card
from app.study.rebuilding import compare
from tests.compiled_once import share
from tests.databases import Databases, engine_on, environment_for
from tests.importing.dying_collections import PNG, newer, older
from tests.visitor import Visitor

EXAMPLES = min(50, int(os.environ.get("EXAMPLES") or 30) // 15)
SECRET = {"CARDLET_SECRET_KEY": "only for tests"}
PAGES = ("/", "/decks", "/progress", "/practice?tag=tag1", "/study", "/decks/{deck}", "/decks/{deck}/media")
UNSTEADY = re.compile(r'name="(csrf_token|review_id|change_id|shown_at)" value="[^"]*"|data-token="[^"]*"')
BESIDE = {"imports", "alembic_version", "sign_ins"}
"""Tables that say when somebody looked, or that an import was tried."""
Dump = dict[str, list[str]]


@dataclass
class World:
    """A data directory with its database, where Ada has imported, studied and named files, beside Bob."""

    databases: Databases
    folder: Path
    url: str
    cookies: dict[str, str]
    told: dict[str, Any]
    """What a process is told on its standard input."""
    deck_id: int = 0

    def copy(self, folder: Path) -> "World":
        shutil.copytree(self.folder, folder, ignore=shutil.ignore_patterns("*.sqlite3*"))
        return World(
            self.databases,
            folder,
            self.databases.new(folder, like=self.url),
            self.cookies,
            dict(self.told),
            self.deck_id,
        )

    @property
    def environment(self) -> dict[str, str]:
        return {**environment_for(self.folder, self.url), **SECRET}

    @property
    def scratch(self) -> Path:
        """Where this world's processes put temporary files."""
        place = self.folder / "temporary"
        place.mkdir(exist_ok=True)
        return place

    def app(self) -> Flask:
        app = create_app(read_settings(self.environment))
        share(app)
        return app

    def start(self) -> None:
        """What the next start does."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("tempfile.tempdir", str(self.scratch))
            with ready_app(lambda **_: self.app()):
                pass

    def dies(self, last: int, what: str) -> int:
        """Runs a process that dies before that step; how many steps it took if it does not."""
        command = [sys.executable, "-m", "tests.importing.dying", str(last), what, MOMENT.isoformat()]
        environment = {**os.environ, **self.environment, "TMPDIR": str(self.scratch)}
        done = subprocess.run(
            command, check=False, input=json.dumps(self.told), env=environment, capture_output=True, text=True
        )
        assert done.returncode == (-signal.SIGKILL if last else 0), done.stderr
        if last:
            return 0
        *said, counted = map(json.loads, done.stdout.splitlines())
        assert what == "undo" or said[-1] == {"finished": True}, said
        return int(counted["steps"])

    def dump(self) -> Dump:
        """All rows, and all files with what is in them."""
        with engine_on(self.url) as engine, engine.connect() as connection:
            tables = [table for table in Base.metadata.sorted_tables if table.name not in BESIDE]
            rows = {table.name: sorted(str(row) for row in connection.execute(sa.select(table))) for table in tables}
        kept = [path for name in ("media", "uploads") for path in (self.folder / name).rglob("*") if path.is_file()]
        kept += self.scratch.iterdir()
        return {**rows, "files": sorted(f"{path.relative_to(self.folder)} {path.stat().st_size}" for path in kept)}

    def seen(self) -> dict[str, str]:
        """What Ada and Bob see."""
        app, pages = self.app(), {}
        with closing(_Closing(app)):
            for name, cookie in self.cookies.items():
                client = app.test_client()
                client.set_cookie("cardlet", cookie)
                for page in PAGES:
                    path = page.format(deck=self.deck_id)
                    pages[f"{name} {path}"] = UNSTEADY.sub("", client.get(path).text)
        return pages


@dataclass
class _Closing:
    app: Flask

    def close(self) -> None:
        close(self.app)


MOMENT = now().replace(microsecond=0)


@pytest.fixture(scope="module")
def world(databases: Databases, template_with_decks: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Before the import: the older package is in, and the newer one waits in Ada's uploads."""
    folder, own = tmp_path_factory.mktemp("world"), tmp_path_factory.mktemp("packages")
    world = World(databases, folder, databases.new(folder, like=template_with_decks), {}, {})
    app = world.app()
    for name in ("Bob", "Ada"):
        person = Visitor(app.test_client()).sign_up(name)
        world.cookies[name] = person.client.get_cookie("cardlet").value  # type: ignore[union-attr]
    with app.app_context():
        ada = db.session.scalar(sa.select(User).where(User.name == "Ada"))
        assert ada is not None
        _imported(app, ada.id, older().package(own), MOMENT - timedelta(days=2))
        _studies(ada, folder)
        world.deck_id = db.session.scalars(sa.select(Deck.id).where(Deck.name == "Chinese")).one()
        content = newer().package(own).read_bytes()
        stored = store_upload(folder / "uploads", BytesIO(content))
        with writing() as session:
            kept, _ = keep_upload(session, ada, "newer.apkg", stored, MOMENT)
            upload_id = kept.id
        world.told |= {"learner_id": ada.id, "upload_id": upload_id, "stored_as": stored.name}
    close(app)
    world.start()
    yield world
    databases.drop(world.url)


def _imported(app: Flask, learner_id: int, package: Path, moment: Any) -> int:
    options = ReadingOptions()
    with writing() as session:
        import_id = begin_import(session, learner_id, package.name, moment)
    order = Order(learner_id, import_id, 0, "", package.name, options)
    with read_deck(Source(package.name, path=package), options) as parsed:
        carry_out(parsed, order, lent(app, learner_id, staging, LONGEST_IN_TERMINAL), lambda rows: None)
    return import_id


def _studies(ada: User, folder: Path) -> None:
    """Ada answers some of what she has imported, and gives a file a name that the newer package wants too."""
    with writing() as session:
        ours = sa.select(Card.id).where(Card.import_id.is_not(None)).order_by(Card.id).limit(5)
        for number, card_id in enumerate(session.scalars(ours).all()):
            seen = session.scalar(sa.select(Memory.answers).where(Memory.user_id == ada.id, Memory.card_id == card_id))
            given = AnswerGiven(UUID(int=number + 1), 4 if number % 2 else 2, seen or 0, 3_000)
            answer_card(session, ada, card_id, given, MOMENT - timedelta(days=1))
        stored = store_file(folder / "media", BytesIO(PNG + b"Ada's bird"), "bird.png")
        name_file(session, ada, "bird.png", stored, MOMENT - timedelta(days=1))


def _begun(world: World, what: str) -> World:
    """The moment before: the import is ordered, or has come to its end and can be undone."""
    app = world.app()
    with closing(_Closing(app)), app.app_context(), writing() as session:
        upload = world.told["upload_id"] if what == "import" else None
        world.told["import_id"] = begin_import(session, world.told["learner_id"], "newer.apkg", MOMENT, upload)
    order = Order(*(world.told[name] for name in TOLD), "newer.apkg", ReadingOptions())
    world.told |= json.loads(order.to_json())
    return world


TOLD = ("learner_id", "import_id", "upload_id", "stored_as")


@pytest.mark.proof
@pytest.mark.parametrize("what", ["import", "undo"])
def test_killed_at_any_moment_it_is_as_before_or_as_after(world: World, tmp_path: Path, what: str) -> None:
    before = world.copy(tmp_path / "before")
    if what == "undo":
        assert _begun(before, "import").dies(0, "import")
        before.start()
    assert not _disagreement(before)
    states, views = [before.dump()], [before.seen()]
    after = _begun(before.copy(tmp_path / "after"), "import") if what == "import" else before.copy(tmp_path / "after")
    steps = after.dies(0, what)
    views.append(after.seen())
    after.start()
    states.append(after.dump())
    assert states[0] != states[1] and views[0] != views[1]
    assert not _disagreement(after)
    for step in _moments(steps):
        dead = before.copy(tmp_path / f"dead {step}")
        if what == "import":
            _begun(dead, what)
        dead.dies(step, what)
        assert dead.seen() in views, f"killed before step {step} of {steps}: {_difference(dead.seen(), views)}"
        dead.start()
        assert dead.dump() in states, f"killed before step {step} of {steps}: {_difference(dead.dump(), states)}"
        assert not _disagreement(dead)
        world.databases.drop(dead.url)
        shutil.rmtree(dead.folder)


def _moments(steps: int) -> list[int]:
    """The first and the last, and others drawn from all of them."""
    chance = random.Random(steps)  # noqa: S311
    return sorted({1, steps, *chance.sample(range(1, steps + 1), min(steps, EXAMPLES - 2))})


def _difference(found: Any, allowed: list[Any]) -> str:
    """Where it differs from the state it is nearest to."""
    wrong = [{name: (found[name], one[name]) for name in one if found[name] != one[name]} for one in allowed]
    nearest = min(wrong, key=len)
    told = []
    for name, both in nearest.items():
        is_now, should_be = (one.splitlines() if isinstance(one, str) else one for one in both)
        more, missing = [x for x in is_now if x not in should_be], [x for x in should_be if x not in is_now]
        told.append(f"{name}: too much {more[:5]}, missing {missing[:5]}")
    return "\n".join(told)


def _disagreement(world: World) -> str:
    """Where what is kept of Ada is not what her log says."""
    app = world.app()
    with closing(_Closing(app)), app.app_context():
        found = compare(db.session, world.told["learner_id"])
        return "" if found.agrees else str(found)
