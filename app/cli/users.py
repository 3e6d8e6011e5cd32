"""`cardlet user`: accounts."""

import click

from app.accounts import create_user
from app.accounts.passwords import hash_password
from app.cli.group import cardlet, ready_app
from app.clock import is_time_zone, now
from app.database import writing
from app.errors import Refused


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
