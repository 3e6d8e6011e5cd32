"""`cardlet log`: memories and daily summaries are made from the log of answers; here that is proven, or made true."""

import click
import sqlalchemy as sa

from app.cli.group import cardlet, ready_app
from app.database import db, one_moment, writing
from app.models import User
from app.study.rebuilding import Comparison, compare, rebuild


@cardlet.group()
def log() -> None:
    """What follows from the log of answers."""


@log.command()
@click.pass_context
def check(ctx: click.Context) -> None:
    """Fold every learner's log and compare it with what is kept. Changes nothing; fails if something differs."""
    with ready_app(ctx.obj):
        differing = 0
        for user_id, name in _learners():
            with one_moment() as session:
                found = compare(session, user_id)
            differing += not found.agrees
            _tell(name, found, "Differs")
    if differing:
        raise click.ClickException(f"{differing} learners differ from their log. `cardlet log rebuild` mends them.")
    click.echo("Every memory and every daily summary is what the log says.")


@log.command(name="rebuild")
@click.pass_context
def rebuild_all(ctx: click.Context) -> None:
    """Make every memory and every daily summary say what the log says, one learner after another; answers wait."""
    with ready_app(ctx.obj):
        for user_id, name in _learners():
            with writing() as session:
                found = rebuild(session, user_id)
            _tell(name, found, "Mended")
            with one_moment() as session:
                if not compare(session, user_id).agrees:
                    raise click.ClickException(f"{name} still differs after rebuilding.")
    click.echo("Every memory and every daily summary is what the log says.")


def _learners() -> list[tuple[int, str]]:
    rows = db.session.execute(sa.select(User.id, User.name).order_by(User.id)).all()
    return [(user_id, name or f"guest {user_id}") for user_id, name in rows]


def _tell(name: str, found: Comparison, what: str) -> None:
    if not found.agrees:
        counts = f"{len(found.memories)} of {found.cards} memories, {len(found.summaries)} rows of daily summaries"
        click.echo(f"{what}: {name}, {counts} ({found.answers} answers)")
