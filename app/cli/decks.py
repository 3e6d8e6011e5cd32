"""`cardlet import`: decks from files."""

from pathlib import Path

import click
import sqlalchemy as sa

from app.cli.group import cardlet, ready_app
from app.clock import now
from app.database import db, importing_lock, writing
from app.errors import Refused, UnreadableFile
from app.importing import ImportReport, ReadingOptions, Source, import_deck, read_deck
from app.importing.csv_file import DELIMITERS
from app.library import follow
from app.locking import locked
from app.models import User
from app.models.user import name_key


@cardlet.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--owner", required=True, help="Whose deck it becomes.")
@click.option("--deck", help="The deck's name, for files that do not say it.")
@click.option("--encoding", help="The file's encoding, if Cardlet does not find it out.")
@click.option("--delimiter", type=click.Choice(DELIMITERS), help="What separates the columns of a table.")
@click.pass_context
def import_file(
    ctx: click.Context, file: Path, owner: str, deck: str | None, encoding: str | None, delimiter: str | None
) -> None:
    """Import a deck from a file."""
    options = ReadingOptions(deck_name=deck, encoding=encoding, delimiter=delimiter)
    parsed = read_deck(Source(file.name, content=file.read_bytes()), options)
    with ready_app(ctx.obj):
        owner_id = db.session.scalar(sa.select(User.id).where(User.name_key == name_key(owner.strip())))
        if owner_id is None:
            raise Refused("There is no learner called %(name)s.", name=owner)
        moment = now()
        with locked(importing_lock(), shared=True):
            report = import_deck(parsed, owner_id, moment, writing)
        if report.deck_id is not None:
            with writing() as session:
                follow(session, session.get_one(User, owner_id), report.deck_id, moment)
        _show(report)
    if report.deck_id is None:
        raise UnreadableFile("There is no card in this file.")


def _show(report: ImportReport) -> None:
    click.echo(
        f"{report.added} added, {report.updated} updated, {report.unchanged} unchanged, {report.skipped} skipped"
    )
    for row in report.bad_rows:
        click.echo(f"  line {row.line}: {row.message % row.places}", err=True)
