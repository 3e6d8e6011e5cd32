"""The `cardlet` command itself, and how its subcommands get at an app that is ready to use."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import click
from flask import Flask

from app.accounts import sweep_guests
from app.clock import now
from app.config import BadSetting, shipped, unknown_variables
from app.database import close, db, writing
from app.errors import CardletError
from app.importing import publish_starter_decks, sweep_unfinished
from app.schema import WrongSchema, upgrade


class OneLineErrors(click.Group):
    """What a person can mend is told in one line; a traceback is for what nobody expected."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (CardletError, WrongSchema, BadSetting) as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=OneLineErrors)
@click.version_option(package_name="cardlet", message="Cardlet %(version)s")
def cardlet() -> None:
    """Cardlet, the control loop for your memory."""


@contextmanager
def ready_app(create_app: Callable[[], Flask]) -> Iterator[Flask]:
    """The app with everything in place: schema, starter decks, nothing left over. Closes the database at the end."""
    for name in unknown_variables():
        click.echo(f"Warning: {name} is not a setting of Cardlet and is ignored.", err=True)
    app = create_app()
    try:
        with app.app_context():
            _put_in_place(app)
            yield app
    finally:
        close(app)


def _put_in_place(app: Flask) -> None:
    upgrade(db.engine, backups=app.config["DATA_DIR"] / "backups")
    moment = now()
    with writing() as session:
        sweep_unfinished(session, moment)
        sweep_guests(session, moment)
    publish_starter_decks(shipped("decks"), moment, writing)
