"""`cardlet import-upload`: what a server runs apart from itself for a large import."""

import gc
import json
import os
import sys
import time
from typing import Any

import click

from app.cli.decks import lent
from app.cli.group import cardlet, plain_app
from app.database import db, importing_lock, writing
from app.errors import CardletError, UnreadableFile
from app.importing import Order, Source, Teller, about_rows, carry_out
from app.locking import locked
from app.models.indexing import index_what_waits

NICENESS = 10
"""Other people's requests come first."""


@cardlet.command("import-upload", hidden=True)
@click.pass_context
def import_upload(ctx: click.Context) -> None:
    """Carry out the order on the standard input; tell how it gets on, a line each."""
    # It ends when it is done: looking for what refers to itself would take a fifth of its time.
    gc.disable()
    order = Order.from_json(sys.stdin.read())
    if os.name == "posix":
        os.nice(NICENESS)
    with plain_app(ctx.obj) as app:
        lends = lent(app, order.learner_id, writing)
        try:
            with order.read(lends.uploads) as parsed, locked(importing_lock(), shared=True):
                source = Source(order.file_name, path=lends.uploads / order.stored_as)
                teller = Teller(parsed.total or about_rows(source), time.monotonic, _tell)
                carry_out(parsed, order, lends, teller)
        except CardletError as error:
            line = error.line if isinstance(error, UnreadableFile) else None
            _tell({"error": {"message": error.message, "places": error.places, "line": line}})
        else:
            _tell({"finished": True})
            index_what_waits(db.session, writing)


def _tell(event: dict[str, Any]) -> None:
    """Says it. If nobody listens any more, the import goes on all the same."""
    try:
        click.echo(json.dumps(event, default=str))
        sys.stdout.flush()
    except BrokenPipeError:
        # Or the interpreter would complain at its end of what it could not write.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
