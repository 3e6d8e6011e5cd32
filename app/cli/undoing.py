"""`cardlet undo-import`: a whole import is taken back."""

import click

from app.cli.group import cardlet, learner_called, ready_app
from app.clock import now
from app.database import writing
from app.importing import undo_import
from app.study.rebuilding import refold


@cardlet.command("undo-import")
@click.argument("import_id", type=click.IntRange(1))
@click.option("--owner", required=True, help="Whose import it was.")
@click.pass_context
def undo(ctx: click.Context, import_id: int, owner: str) -> None:
    """Take back a whole import. Notes changed since stay."""
    with ready_app(ctx.obj):
        learner = learner_called(owner)
        undone = undo_import(learner.id, import_id, now(), writing, refold)
    click.echo(f"{undone.removed} notes taken back, {undone.restored} as before, {undone.kept} left as they are")
