"""An import as it is ordered: what, how, for whom. It travels to another process as JSON."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Protocol

from sqlalchemy.orm import Session

from app.errors import CardletError
from app.importing.history import finish_import
from app.importing.opening import InTransaction
from app.importing.pace import LONGEST_ALONE
from app.importing.parsed import Duplicates, ParsedDeck, ParsedFile, ReadingOptions, Remark, Source
from app.importing.reading import read_deck
from app.importing.saving import ImportReport, Wishes, import_deck
from app.importing.uploads import delete_uploaded
from app.locking import locked


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

    def read(self, uploads: Path, *, packed: bool = False) -> ParsedDeck:
        """Raises UnreadableFile. Close what it returns. `packed`: see ReadingOptions."""
        return read_deck(Source(self.file_name, path=uploads / self.stored_as), replace(self.options, packed=packed))


class Keeper(Protocol):
    """Keeps an import's files, as the library does."""

    def keep(
        self, session: Session, files: list[tuple[str, Callable[[], IO[bytes]]]], /
    ) -> tuple[dict[str, str], list[CardletError]]:
        """The names the files will have, by those they came with, and why others were not taken."""

    def give_names(self, session: Session, now: datetime, /) -> None:
        """Gives them those names; in the import's last transaction."""


@dataclass(frozen=True)
class Lent:
    """What a door lends an import: its data directory, a session to read with, transactions, the clock, how a deck is
    followed, and who keeps files. `staging`, `longest`, `attach`: for rows that nobody sees yet, see `Wishes`."""

    data: Path
    reading: Session
    in_transaction: InTransaction
    staging: InTransaction
    clock: Callable[[], datetime]
    follow: Callable[[Session, int, int, datetime], object]
    keeper: Keeper
    longest: float = LONGEST_ALONE
    attach: Callable[[bytes], None] | None = None

    @property
    def uploads(self) -> Path:
        return self.data / "uploads"

    def keep_files(self, files: list[ParsedFile]) -> tuple[dict[str, str], list[Remark]]:
        with locked(self.data / "media.lock"):
            names, refused = self.keeper.keep(self.reading, [(file.name, file.open) for file in files])
        return names, [Remark(error.message, error.places) for error in refused]


def carry_out(parsed: ParsedDeck, order: Order, lent: Lent, progress: Callable[[int], None]) -> ImportReport:
    """Imports what was read, follows the decks it brought, keeps the report; the uploaded file is not needed any more.
    Raises what `import_deck` raises."""
    options, moment = order.options, lent.clock()

    def at_the_end(session: Session, report: ImportReport) -> None:
        for deck_id in report.deck_ids:
            lent.follow(session, order.learner_id, deck_id, moment)
        lent.keeper.give_names(session, moment)
        finish_import(session, order.learner_id, order.import_id, report, lent.clock())

    report = import_deck(
        *(parsed, order.learner_id, moment, lent.in_transaction),
        wishes=Wishes(
            *(order.duplicates, lent.keep_files, lent.staging, options.time_zone, options.day_starts_at),
            *(lent.longest, lent.attach),
        ),
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
