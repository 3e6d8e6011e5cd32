"""`cardlet doctor`: what is installed, and whether everything that follows from the log of answers does."""

import random

import click
import sqlalchemy as sa

from app.cli.group import cardlet, ready_app
from app.config import VERSION
from app.database import db, one_moment, writing
from app.errors import Refused
from app.models import User
from app.models.user import name_key
from app.planning.fitting import optimizer_is_installed
from app.schema import newest_revision
from app.study.rebuilding import Comparison, compare, rebuild


@cardlet.command()
@click.option("--user", "name", help="Look at this learner alone.")
@click.option("--sample", type=click.IntRange(min=1), help="Look at so many learners, drawn by chance, not at all.")
@click.option("--rebuild", "mend", is_flag=True, help="Make right what differs, one learner after another.")
@click.pass_context
def doctor(ctx: click.Context, name: str | None, sample: int | None, mend: bool) -> None:
    """Prove that every memory, every daily summary and every total is what the log of answers says.

    Each card's log is folded anew under the settings its deck had chosen, and compared with what is kept; and each
    card must wait on the day that its memory and its marks say. Changes
    nothing without --rebuild; fails if something differs.
    """
    with ready_app(ctx.obj):
        click.echo(f"Cardlet {VERSION} on {db.engine.dialect.name}, schema {newest_revision()}")
        click.echo(f"Fitting FSRS to a learner's answers: {_optimizer()}")
        seen = [_examined(*learner, mend=mend) for learner in _learners(name, sample)]
    differing = sum(not found.agrees for found in seen)
    if differing and not mend:
        raise click.ClickException(
            f"{differing} learners differ from their log. `cardlet doctor --rebuild` mends them."
        )
    cards, answers = sum(found.cards for found in seen), sum(found.answers for found in seen)
    counts = f"{len(seen)} learners, {cards} memories, {answers} answers"
    click.echo(f"Every memory, daily summary and total is what the log says: {counts}.")


def _optimizer() -> str:
    return "ready" if optimizer_is_installed() else 'not installed (pip install "cardlet[optimizer]")'


def _learners(name: str | None, sample: int | None) -> list[tuple[int, str]]:
    """Ids and names of those to look at."""
    own = sa.select(User.id, User.name).order_by(User.id)
    if name is not None:
        own = own.where(User.name_key == name_key(name.strip()))
    rows = db.session.execute(own).all()
    if name is not None and not rows:
        raise Refused("There is no user called %(name)s.", name=name)
    learners = [(user_id, called or f"guest {user_id}") for user_id, called in rows]
    if sample is None or sample >= len(learners):
        return learners
    return sorted(random.sample(learners, sample))


def _examined(user_id: int, name: str, *, mend: bool) -> Comparison:
    """What differs of a learner, told, and mended if that is wanted."""
    with one_moment() as session:
        found = compare(session, user_id)
    if not found.agrees and mend:
        with writing() as session:
            found = rebuild(session, user_id)
        with one_moment() as session:
            if not compare(session, user_id).agrees:
                raise click.ClickException(f"{name} still differs after rebuilding.")
    if not found.agrees:
        memories = len(found.memories) + len(found.queued)
        counts = f"{memories} of {found.cards} memories, {len(found.summaries)} rows of daily summaries"
        counts += "".join(f", {table}" for table in found.counts)
        click.echo(f"{'Mended' if mend else 'Differs'}: {name}, {counts} ({found.answers} answers)")
    return found
