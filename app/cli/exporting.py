"""`cardlet export`: decks to files."""

from pathlib import Path

import click

from app.cli.group import cardlet, collect_seldom, learner_called, ready_app
from app.clock import now
from app.database import db
from app.errors import Refused
from app.exporting import FORMATS, Export, all_decks, number_of_cards, one_deck
from app.models import Deck


@cardlet.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--user", "name", required=True, help="Whose deck, and whose progress.")
@click.option("--deck", help="The deck's name (A::B) or id; without it, everything.")
@click.option("--format", "chosen", type=click.Choice(list(FORMATS)), help="By default what the file's ending says.")
@click.option("--no-progress", is_flag=True, help="Only the cards, not what the learner knows of them.")
@click.pass_context
def export_file(
    ctx: click.Context, file: Path, name: str, deck: str | None, chosen: str | None, no_progress: bool
) -> None:
    """Export a deck, or everything, to a file."""
    collect_seldom()
    format = FORMATS[chosen or _format_of(file)]
    with ready_app(ctx.obj) as app:
        learner = learner_called(name)
        decks = all_decks(db.session, learner)
        if deck is not None:
            decks = one_deck(db.session, learner, _deck_called(decks, deck).id)
        data = app.config["DATA_DIR"]
        with click.progressbar(length=1, label=file.name) as bar:
            export = Export(
                learner,
                decks,
                now(),
                folder=data,
                media=data / "media",
                with_progress=format.progress and not no_progress,
                everything=deck is None,
                told=bar.update,
            )
            bar.length = max(1, number_of_cards(db.session, export))
            draft = file.with_name(f"{file.name}.part")
            with draft.open("wb") as out:
                for piece in format.write(db.session, export):
                    out.write(piece)
            draft.replace(file)
    click.echo(f"{file}: {file.stat().st_size:,} bytes")


def _format_of(file: Path) -> str:
    """The format by the file's ending."""
    found = next((key for key, format in FORMATS.items() if format.ending == file.suffix.lower()), None)
    if found is None:
        raise Refused("What should %(name)s be? Say it with --format.", name=file.name)
    return found


def _deck_called(decks: tuple[Deck, ...], called: str) -> Deck:
    found = [deck for deck in decks if called in {deck.path, str(deck.id)}]
    if len(found) != 1:
        raise Refused("There is no deck called %(name)s, or several: say its id.", name=called)
    return found[0]
