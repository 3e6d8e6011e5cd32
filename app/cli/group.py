"""The `cardlet` command itself, and how its subcommands get at an app that is ready to use."""

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from importlib import import_module
from typing import Any

import click
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import ArgumentError, DBAPIError

from app.accounts import finish_leaving, still_leaving, sweep_guests
from app.clock import now
from app.config import VERSION, BadSetting, shipped, unknown_variables
from app.database import close, db, importing_lock, writing
from app.errors import CardletError, Refused
from app.importing import (
    delete_uploaded,
    finish_undoing,
    publish_starter_decks,
    release_uploads,
    sweep_unfinished,
    sweep_uploads,
    undone_halfway,
)
from app.library.keeping_files import sweep_files
from app.locking import locked
from app.models import User
from app.models.indexing import index_what_waits
from app.models.user import name_key
from app.schema import WrongSchema, upgrade
from app.scratch import sweep_scratch

LONGEST_IMPORT = timedelta(hours=1)


MODULES = {
    "database": "database",
    "doctor": "doctor",
    "export": "exporting",
    "import": "decks",
    "import-upload": "uploads",
    "progress": "progress",
    "schedule": "schedule",
    "serve": "serve",
    "undo-import": "undoing",
    "user": "users",
}
"""Where each command is."""


class Commands(click.Group):
    """Loads a command when it is called: each needs its own rooms, and all of them a third of a second more. What a
    person can mend is told in one line; a traceback is for what nobody expected."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in MODULES:
            import_module(f"app.cli.{MODULES[cmd_name]}")
        return super().get_command(ctx, cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (CardletError, WrongSchema, BadSetting) as error:
            raise click.ClickException(str(error)) from error
        except (ArgumentError, DBAPIError) as error:
            reason = str(error.orig if isinstance(error, DBAPIError) else error)
            raise click.ClickException(f"The database cannot be used: {reason}") from error


@click.group(cls=Commands)
@click.version_option(VERSION, message="Cardlet %(version)s")
def cardlet() -> None:
    """Cardlet, the control loop for your memory."""


@contextmanager
def ready_app(create_app: Callable[..., Flask], *, with_pages: bool = False) -> Iterator[Flask]:
    """The app with everything in place: schema, starter decks, nothing left over. Closes the database at the end."""
    for name in unknown_variables():
        click.echo(f"Warning: {name} is not a setting of Cardlet and is ignored.", err=True)
    os.umask(0o077)
    app = _made(create_app, with_pages)
    try:
        with app.app_context():
            _put_in_place(app)
            yield app
    finally:
        close(app)


@contextmanager
def plain_app(create_app: Callable[..., Flask]) -> Iterator[Flask]:
    """The app beside a server that has put everything in place. Closes the database at the end."""
    os.umask(0o077)
    app = _made(create_app, with_pages=False)
    try:
        with app.app_context():
            yield app
    finally:
        close(app)


def collect_seldom() -> None:
    """For a command that handles millions of rows and ends when it is done: looking every seven hundred objects for
    what refers to itself would take a fifth of its time, and never, a hundred megabytes at a million notes."""
    gc.set_threshold(100_000)


def learner_called(name: str) -> User:
    """The account with this name. Raises Refused."""
    learner = db.session.scalar(sa.select(User).where(User.name_key == name_key(name.strip())))
    if learner is None:
        raise Refused("There is no learner called %(name)s.", name=name)
    return learner


def _made(create_app: Callable[..., Flask], with_pages: bool) -> Flask:
    """The app. What the settings ask for and the machine does not have is a bad setting, not a crash."""
    try:
        return create_app(with_pages=with_pages)
    except OSError as error:
        raise BadSetting(f"The data directory cannot be used: {error}") from error
    except ModuleNotFoundError as error:
        raise BadSetting(f"CARDLET_DATABASE_URL needs a package that is not installed: {error.name}") from error


def _put_in_place(app: Flask) -> None:
    """Brings schema and starter decks up to date; one process at a time, the others wait and find it done."""
    data_dir, moment = app.config["DATA_DIR"], now()
    with locked(data_dir / "start.lock"):
        upgrade(db.engine, backups=data_dir / "backups")
        for user_id in still_leaving(db.session):
            finish_leaving(db.session, user_id, moment, writing)
        with locked(importing_lock(), wait=False) as nobody_imports:
            sweep_unfinished(writing, moment if nobody_imports else moment - LONGEST_IMPORT)
            if nobody_imports:
                for learner_id, import_id in undone_halfway(db.session):
                    finish_undoing(learner_id, import_id, writing)
                with locked(data_dir / "media.lock"):
                    sweep_files(db.session, data_dir / "media")
            with writing() as session:
                sweep_guests(session, moment)
                if nobody_imports:
                    release_uploads(session)
                leftovers = sweep_uploads(session, data_dir / "uploads", moment)
        delete_uploaded(data_dir / "uploads", leftovers)
        for place in (None, data_dir):
            sweep_scratch(place)
        with locked(importing_lock(), shared=True):
            publish_starter_decks(shipped("decks"), moment, writing)
        index_what_waits(db.session, writing)
