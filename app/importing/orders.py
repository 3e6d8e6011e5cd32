"""An import as it is ordered: what, how, for whom. It travels to another process as JSON."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from app.importing.history import finish_import
from app.importing.opening import InTransaction
from app.importing.parsed import Duplicates, ParsedDeck, ReadingOptions, Source
from app.importing.reading import read_deck
from app.importing.saving import ImportReport, KeepFiles, Wishes, import_deck
from app.importing.uploads import delete_uploaded


@dataclass(frozen=True, slots=True)
class Order:
    """`upload_id` and `stored_as`: the upload it comes from, which is deleted at the end."""

    learner_id: int
    import_id: int
    upload_id: int
    stored_as: str
    file_name: str
    options: ReadingOptions
    duplicates: Duplicates | None = None

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Order":
        told: dict[str, Any] = json.loads(text)
        options: dict[str, Any] = {
            key: tuple(it) if isinstance(it, list) else it for key, it in told.pop("options").items()
        }
        return cls(options=ReadingOptions(**options), **told)

    def read(self, uploads: Path) -> ParsedDeck:
        """Raises UnreadableFile. Close what it returns."""
        return read_deck(Source(self.file_name, path=uploads / self.stored_as), self.options)


@dataclass(frozen=True)
class Lent:
    """What a door lends: transactions, the clock, how a deck is followed, how files are kept, where uploads lie, and
    how the files that were kept get their names."""

    in_transaction: InTransaction
    staging: InTransaction
    clock: Callable[[], datetime]
    follow: Callable[[Session, int, int, datetime], None]
    keep_files: KeepFiles | None
    uploads: Path
    name_files: Callable[[Session, datetime], None] = lambda session, now: None


def carry_out(parsed: ParsedDeck, order: Order, lent: Lent, progress: Callable[[int], None]) -> ImportReport:
    """Imports what was read, follows the decks it brought, keeps the report; the uploaded file is not needed any more.
    Raises what `import_deck` raises."""
    options, moment = order.options, lent.clock()

    def at_the_end(session: Session, report: ImportReport) -> None:
        for deck_id in report.deck_ids:
            lent.follow(session, order.learner_id, deck_id, moment)
        lent.name_files(session, moment)
        finish_import(session, order.learner_id, order.import_id, report, lent.clock())

    report = import_deck(
        *(parsed, order.learner_id, moment, lent.in_transaction),
        wishes=Wishes(order.duplicates, lent.keep_files, lent.staging, options.time_zone, options.day_starts_at),
        import_id=order.import_id,
        progress=progress,
        at_the_end=at_the_end,
    )
    if order.stored_as:
        delete_uploaded(lent.uploads, [order.stored_as])
    return report


def about_rows(source: Source) -> int:
    """How many rows a table has, roughly: its line breaks."""
    with source.open() as file:
        return sum(piece.count(b"\n") for piece in iter(lambda: file.read(2**20), b"")) + 1
