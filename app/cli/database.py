"""`cardlet database`: what a database as a whole may need."""

import click

from app.cli.group import cardlet, ready_app
from app.database import Base, writing
from app.partitioning import partition as partition_tables

FEWEST, MOST = 2, 1024


def _power_of_two(ctx: click.Context, parameter: click.Parameter, parts: int) -> int:
    """Powers of two, because such a partition can later be split in two without touching the others."""
    if not FEWEST <= parts <= MOST or parts.bit_count() != 1:
        raise click.BadParameter(f"expected a power of two from {FEWEST} to {MOST}")
    return parts


@cardlet.group()
def database() -> None:
    """The database as a whole."""


@database.command()
@click.option("--parts", type=int, default=64, show_default=True, callback=_power_of_two, help="A power of two.")
@click.pass_context
def partition(ctx: click.Context, parts: int) -> None:
    """Split the learners' tables into parts by learner (PostgreSQL only).

    Running servers wait until it is done. For collections too large for one table: docs/scaling.md.
    """
    with ready_app(ctx.obj), writing() as session:
        moved = partition_tables(session.connection(), Base.metadata, parts)
    if not moved:
        click.echo("The learners' tables are partitioned already. Nothing was changed.")
        return
    for name, rows in moved.items():
        click.echo(f"{name}: {rows:,} rows")
    click.echo(f"Moved {sum(moved.values()):,} rows into {parts} parts a table.")
