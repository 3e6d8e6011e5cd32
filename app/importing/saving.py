"""The one writer: a ParsedDeck becomes rows, in batches that never hold the database's only writer for long.

New notes are written where nobody sees them, into decks that are not published; what changes notes that are here
happens altogether in the last transaction, which publishes the rest. An import that dies leaves decks nobody sees, and
the next start sweeps them away.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.importing.opening import InTransaction
from app.importing.pace import LONGEST_ALONE
from app.importing.parsed import BadRow, Duplicates, ParsedDeck, ParsedFile, Remark
from app.importing.removing import removed
from app.importing.writing import Writer
from app.models import Deck

LISTED_BAD_ROWS = 1_000
FILES_AT_ONCE = 50

KeepFiles = Callable[[list[ParsedFile]], tuple[dict[str, str], list[Remark]]]
"""Stores files and returns the names they have from then on, by those they came with, and what is to be said of it."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """How the learner wants a file imported. `duplicates`: None for what the file asks for,
    else to update; `keep_files` is lent by the door; None: files are left out. `staging`, lent too, opens
    transactions whose rows nobody sees yet, and that need not be on the disk before the last one is; `longest`: seconds
    one should take while nobody else writes. `attach`: attaches a database of SQLite's, from which they copy."""

    duplicates: Duplicates | None = None
    keep_files: KeepFiles | None = None
    staging: InTransaction | None = None
    time_zone: str = "UTC"
    day_starts_at: int = 4
    longest: float = LONGEST_ALONE
    attach: Callable[[bytes], None] | None = None


@dataclass
class ImportReport:
    """What an import did. `deck_id` is None if there was nothing to make a deck of, `deck_ids`: to be followed;
    `kept`: notes that are here and were left as they are; `reviews` and `files`: how many came along. Of the rows that
    gave no note, which `skipped` counts, the first thousand are listed."""

    deck_id: int | None
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    retired: int = 0
    skipped: int = 0
    kept: int = 0
    reviews: int = 0
    files: int = 0
    deck_ids: list[int] = field(default_factory=list)
    bad_rows: list[BadRow] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    def skip(self, row: BadRow) -> None:
        self.skipped += 1
        if len(self.bad_rows) < LISTED_BAD_ROWS:
            self.bad_rows.append(row)

    def to_json(self) -> dict[str, Any]:
        """As a row keeps it."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "ImportReport":
        """The report a row keeps."""
        rows, remarks = ([kind(**one) for one in kept[name]] for kind, name in _LISTS)
        return cls(**{**kept, "bad_rows": rows, "remarks": remarks})


_LISTS: tuple[tuple[type[Any], str], ...] = ((BadRow, "bad_rows"), (Remark, "remarks"))


def import_deck(
    parsed: ParsedDeck,
    owner_id: int | None,
    now: datetime,
    in_transaction: InTransaction,
    *,
    wishes: Wishes | None = None,
    import_id: int | None = None,
    progress: Callable[[int], None] = lambda rows: None,
    at_the_end: Callable[[Session, ImportReport], None] = lambda session, report: None,
) -> ImportReport:
    """Writes a file's decks for their owner (None: the server) and says what came of it. The same file again changes
    nothing. Notes that it changes are kept as they were, under one change; what it brings names `import_id`.

    `in_transaction` opens a transaction that commits when it is left; the door lends it. `progress` is told how many
    rows are done; `at_the_end` is called in the last transaction. Raises UnreadableFile for a name that cannot be a
    deck's, Stale while another import of the same deck is under way.
    """
    wishes = wishes or Wishes()
    report = ImportReport(None)
    writer = Writer(parsed, owner_id, now, import_id, wishes, report, in_transaction)
    try:
        writer.begin()
        _keep_files(writer, parsed, wishes, report)
        writer.walk(progress)
        writer.finish(at_the_end)
    except BaseException:
        writer.take_back()
        raise
    finally:
        writer.known.forget()
    return report


def _keep_files(writer: Writer, parsed: ParsedDeck, wishes: Wishes, report: ImportReport) -> None:
    if wishes.keep_files is None:
        return
    while some := list(islice(parsed.media, FILES_AT_ONCE)):
        names, remarks = wishes.keep_files(some)
        report.files += len(names)
        report.remarks += remarks
        writer.renamed.update({old: new for old, new in names.items() if old != new})


def sweep_unfinished(in_transaction: InTransaction, begun_before: datetime) -> int:
    """Removes what imports begun before then have left behind without coming to their end; how many decks."""
    with in_transaction() as session:
        unfinished = sa.select(Deck.id, Deck.owner_id).where(~Deck.published, Deck.created_at < begun_before)
        rows = session.execute(unfinished).all()
    for owner_id in {row.owner_id for row in rows}:
        _run_through(removed(in_transaction, [row.id for row in rows if row.owner_id == owner_id]))
    return len(rows)


def _run_through(steps: Iterator[int]) -> None:
    for _ in steps:
        pass
