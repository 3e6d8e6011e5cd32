"""`cardlet import-upload`: what a server runs apart from itself for a large import."""

import json
import os
import sys
import time
from typing import Any

import click

from app.aside import Aside
from app.cli.decks import lent
from app.cli.group import cardlet, collect_seldom, plain_app
from app.database import db, importing_lock
from app.errors import CardletError, UnreadableFile
from app.importing import Order, Source, Teller, about_rows, carry_out
from app.importing.pace import LONGEST_ALONE
from app.locking import locked
from app.models.indexing import index_what_waits


@cardlet.command("import-upload", hidden=True)
@click.pass_context
def import_upload(ctx: click.Context) -> None:
    """Carry out the order on the standard input; tell how it gets on, a line each."""
    collect_seldom()
    order = Order.from_json(sys.stdin.read())
    with plain_app(ctx.obj) as app:
        aside = Aside()
        lends = lent(app, order.learner_id, aside, LONGEST_ALONE)
        try:
            with (
                order.read(lends.uploads, packed=lends.attach is not None) as parsed,
                locked(importing_lock(), shared=True),
            ):
                source = Source(order.file_name, path=lends.uploads / order.stored_as)
                teller = Teller(parsed.total or about_rows(source), time.monotonic, _tell)
                carry_out(parsed, order, lends, teller)
        except CardletError as error:
            line = error.line if isinstance(error, UnreadableFile) else None
            _tell({"error": {"message": error.message, "places": error.places, "line": line}})
        else:
            _tell({"finished": True})
            index_what_waits(db.session, aside)


def _tell(event: dict[str, Any]) -> None:
    """Says it. If nobody listens any more, the import goes on all the same."""
    try:
        click.echo(json.dumps(event, default=str))
        sys.stdout.flush()
    except BrokenPipeError:
        # Or the interpreter would complain at its end of what it could not write.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
