"""`cardlet user`: accounts."""

from collections.abc import Callable

import click

from app.accounts import begin_leaving, create_user, finish_leaving, is_only_admin, make_link, people, set_disabled
from app.accounts.passwords import hash_password
from app.cli.group import cardlet, learner_called, ready_app
from app.clock import is_time_zone, now
from app.config import read_settings
from app.database import db, importing_lock, writing
from app.errors import Refused
from app.library.media import delete_files, unnamed
from app.locking import locked
from app.models import User


@cardlet.group()
def user() -> None:
    """Accounts."""


@user.command()
@click.argument("name")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True, help="Asked for if left out.")
@click.option("--time-zone", default="UTC", show_default=True, help="For example Asia/Shanghai.")
@click.option("--admin", is_flag=True, help="Make an administrator.")
@click.pass_context
def create(ctx: click.Context, name: str, password: str, time_zone: str, admin: bool) -> None:
    """Create an account."""
    if not is_time_zone(time_zone):
        raise Refused("There is no time zone called %(name)s.", name=time_zone)
    password_hash = hash_password(password)
    with ready_app(ctx.obj), writing() as session:
        create_user(session, name, password_hash, time_zone, now(), is_admin=admin)
    click.echo(f"{name.strip()} can sign in now.")


@user.command("list")
@click.pass_context
def list_all(ctx: click.Context) -> None:
    """List the learners: when they came, were last here, and how many cards they have met."""
    with ready_app(ctx.obj):
        page, found = 1, people(db.session, "", 1)
        while True:
            for one in found.people:
                told = [f"{one.created_at:%Y-%m-%d}", f"{one.seen_at:%Y-%m-%d}", f"{one.met:>7}", one.name]
                marks = [mark for mark, is_so in (("admin", one.is_admin), ("disabled", one.is_disabled)) if is_so]
                click.echo("  ".join([*told, *marks]))
            if page == found.pages:
                break
            page += 1
            found = people(db.session, "", page)


def _address(function: Callable[..., None]) -> Callable[..., None]:
    words = "How the server is reached.  [default: from CARDLET_HOST and CARDLET_PORT]"
    return click.option("--address", help=words)(function)


@user.command()
@click.option("--admin", is_flag=True, help="Whoever uses it becomes an administrator.")
@_address
@click.pass_context
def invite(ctx: click.Context, admin: bool, address: str | None) -> None:
    """Make a link by which one new learner can join within a week."""
    with ready_app(ctx.obj), writing() as session:
        code = make_link(session, "admin" if admin else "invite", now())
    click.echo(f"{_base(address)}/join/{code}")


@user.command("reset-password")
@click.argument("name")
@_address
@click.pass_context
def reset_password(ctx: click.Context, name: str, address: str | None) -> None:
    """Make a link by which a learner chooses a new password within a day."""
    with ready_app(ctx.obj), writing() as session:
        code = make_link(session, "reset", now(), learner_called(name).id)
    click.echo(f"{_base(address)}/new-password/{code}")


@user.command()
@click.argument("name")
@click.pass_context
def disable(ctx: click.Context, name: str) -> None:
    """Sign somebody out, and let them in no more."""
    with ready_app(ctx.obj), writing() as session:
        set_disabled(session, None, learner_called(name).id, disabled=True)
    click.echo(f"{name} is signed out and cannot sign in.")


@user.command()
@click.argument("name")
@click.pass_context
def enable(ctx: click.Context, name: str) -> None:
    """Let somebody in again."""
    with ready_app(ctx.obj), writing() as session:
        set_disabled(session, None, learner_called(name).id, disabled=False)
    click.echo(f"{name} can sign in.")


@user.command()
@click.argument("name")
@click.confirmation_option(prompt="Delete the account with everything that is theirs?")
@click.pass_context
def delete(ctx: click.Context, name: str) -> None:
    """Delete an account for good. What others follow of its decks stays with them."""
    with ready_app(ctx.obj) as app:
        user_id, moment = learner_called(name).id, now()
        was_only = is_only_admin(db.session, user_id)
        with writing() as session:
            begin_leaving(session, session.get_one(User, user_id), moment)
        left = finish_leaving(db.session, user_id, moment, writing)
        data = app.config["DATA_DIR"]
        with locked(data / "media.lock"), locked(importing_lock(), wait=False) as nobody_imports:
            # Otherwise the next start deletes them, as it does the uploads.
            delete_files(data / "media", unnamed(db.session, left.digests) if nobody_imports else [])
    click.echo(f"{name} is gone.")
    if was_only:
        click.echo("Nobody administers this server now; `cardlet user invite --admin` makes a link for somebody to.")


def _base(address: str | None) -> str:
    """What the server's links begin with."""
    if address is not None:
        return address.rstrip("/")
    settings = read_settings()
    host = "127.0.0.1" if settings["HOST"] in {"0.0.0.0", "::"} else settings["HOST"]  # noqa: S104  # not to bind to
    return f"http://{f'[{host}]' if ':' in host else host}:{settings['PORT']}"
