"""`cardlet import`: decks from files."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import click
from flask import Flask

from app.aside import Aside
from app.attached import attaching
from app.cli.group import cardlet, collect_seldom, learner_called, ready_app
from app.clock import now
from app.database import db, importing_lock, staging, writing
from app.errors import UnreadableFile
from app.importing import (
    Duplicates,
    ImportReport,
    Lent,
    Order,
    ParsedDeck,
    ReadingOptions,
    Source,
    about_rows,
    begin_import,
    begun,
    carry_out,
    give_up,
)
from app.importing.opening import InTransaction
from app.importing.pace import LONGEST_IN_TERMINAL
from app.importing.parsed import DELIMITERS, TextFormat, tag_of
from app.library import follow_as
from app.library.keeping_files import KeptFiles
from app.locking import locked
from app.models.indexing import index_what_waits

DUPLICATES: dict[str, Duplicates] = {"update": "update", "keep": "keep both", "skip": "skip"}


@cardlet.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--owner", required=True, help="Whose deck it becomes.")
@click.option("--deck", help="The deck's name, for files that do not say it.")
@click.option("--tags", default="", help="Tags for all notes, with commas or spaces between them.")
@click.option("--encoding", help="The file's encoding, if Cardlet does not find it out.")
@click.option("--delimiter", type=click.Choice(DELIMITERS), help="What separates the columns of a table.")
@click.option("--format", type=click.Choice(["markdown", "html"]), help="What the text of a table is.")
@click.option(
    "--duplicates",
    type=click.Choice(list(DUPLICATES)),
    help="Notes that are there already: update them (unless the file asks for else), keep both, or skip them.",
)
@click.option("--no-progress-data", is_flag=True, help="Leave out histories and schedules: begin anew.")
@click.pass_context
def import_file(ctx: click.Context, /, file: Path, owner: str, **given: Any) -> None:
    """Import a deck from a file."""
    collect_seldom()
    source, aside = Source(file.name, path=file), Aside(staging, supposed=False)
    with begun(source) as read, ready_app(ctx.obj) as app, locked(importing_lock(), shared=True):
        learner = learner_called(owner)
        lends = lent(app, learner.id, aside, LONGEST_IN_TERMINAL)
        options = replace(_options(given, learner.time_zone, learner.day_starts_at), packed=lends.attach is not None)
        with read(options) as parsed:
            with writing() as session:
                import_id = begin_import(session, learner.id, file.name, now())
            order = Order(learner.id, import_id, 0, "", file.name, options, DUPLICATES.get(given["duplicates"]))
            try:
                report = _imported_with_bar(lends, order, parsed, source)
            except BaseException:
                with writing() as session:
                    give_up(session, learner.id, import_id, None, forget=True)
                raise
        _show(report, import_id)
        index_what_waits(db.session, aside)
    if report.deck_id is None:
        raise UnreadableFile("There is no card in this file.")


def _options(given: dict[str, Any], time_zone: str, day_starts_at: int) -> ReadingOptions:
    return ReadingOptions(
        deck_name=given["deck"],
        encoding=given["encoding"],
        delimiter=given["delimiter"],
        format=cast("TextFormat | None", given["format"]),
        tags=tuple(dict.fromkeys(map(tag_of, given["tags"].replace(",", " ").split()))),
        time_zone=time_zone,
        day_starts_at=day_starts_at,
        with_schedule=not given["no_progress_data"],
    )


def _imported_with_bar(lends: Lent, order: Order, parsed: ParsedDeck, source: Source) -> ImportReport:
    """Imports; a terminal sees a bar. The bar stands on the error output: the other is for the report."""
    if not sys.stderr.isatty():
        return carry_out(parsed, order, lends, lambda rows: None)
    total = parsed.total or (about_rows(source) if parsed.table else None)
    with click.progressbar(length=total or 0, label="Importing", file=sys.stderr) as bar:

        def move(done: int) -> None:
            bar.update(max(0, done - bar.pos))

        report = carry_out(parsed, order, lends, move)
        bar.update(max(0, (total or 0) - bar.pos))
    return report


def lent(app: Flask, learner_id: int, staged: InTransaction, longest: float) -> Lent:
    """What this door lends an import. `staged` and `longest`: see `Wishes`."""
    data: Path = app.config["DATA_DIR"]
    keeper = KeptFiles(data / "media", learner_id)
    return Lent(data, db.session, writing, staged, now, follow_as, keeper, longest, attaching())


def _show(report: ImportReport, import_id: int) -> None:
    counts = {name: getattr(report, name) for name in ("added", "updated", "unchanged", "kept", "skipped")}
    click.echo(", ".join(f"{count} {name}" for name, count in counts.items()))
    for row in report.bad_rows:
        click.echo(f"  line {row.line}: {row.message % row.places}", err=True)
    for remark in report.remarks:
        click.echo(remark.message % remark.places if remark.places else remark.message)
    if report.deck_id is not None:
        click.echo(f"To take it back: cardlet undo-import {import_id} --owner NAME")
