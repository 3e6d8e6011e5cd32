"""The one writer: a ParsedDeck becomes rows, in batches that never hold the database's only writer for long.

A new deck is filled while it is invisible and published by the last transaction; what changes an existing deck happens
altogether in that last transaction. An import that dies leaves a deck nobody sees, and the next start sweeps it away.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.importing.former import Former
from app.importing.identity import Incoming, identified
from app.importing.note_types import add_types, revise_types
from app.importing.notes import Change, add_notes, apply_change, changes_for, retire_all_but
from app.importing.opening import InTransaction, Target, open_deck, publish, remove_unfinished
from app.importing.parsed import BadRow, LostCard, ParsedDeck, ParsedNote
from app.models import Deck
from app.rendering import Shape

BATCH = 500
LISTED_BAD_ROWS = 1_000


@dataclass
class ImportReport:
    """What an import did. `deck_id` is None if there was nothing to make a deck of; of the rows that gave no note the
    first thousand are listed."""

    deck_id: int | None
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    retired: int = 0
    skipped: int = 0
    bad_rows: list[BadRow] = field(default_factory=list)

    def skip(self, row: BadRow) -> None:
        self.skipped += 1
        if len(self.bad_rows) < LISTED_BAD_ROWS:
            self.bad_rows.append(row)


def import_deck(
    parsed: ParsedDeck,
    owner_id: int | None,
    now: datetime,
    in_transaction: InTransaction,
    upload_id: int | None = None,
) -> ImportReport:
    """Writes a deck for its owner (None: the server) and says what came of it. The same deck again changes nothing.
    Notes that it changes are kept as they were, under one change.

    `in_transaction` opens a transaction that commits when it is left; the door lends it. Raises UnreadableFile for a
    name that cannot be a deck's, Stale while another import of the same deck is under way.
    """
    with in_transaction() as session:
        target = replace(open_deck(session, parsed.header, owner_id, now), upload_id=upload_id)
        target.note_type_ids.update(add_types(session, target.owner_id, target.type_guid, parsed.note_types))
    report = ImportReport(target.deck_id)
    incoming = _taken(parsed.rows, report)
    try:
        if target.is_new:
            _fill(target, incoming, report, in_transaction)
        else:
            _revise(target, incoming, report, in_transaction, parsed.note_types)
    except BaseException:
        with in_transaction() as session:
            remove_unfinished(session, target.new_deck_ids)
        raise
    return report


def sweep_unfinished(session: Session, begun_before: datetime) -> int:
    """Removes what imports begun before then have left behind without coming to their end; how many decks."""
    unfinished = sa.select(Deck.id).where(~Deck.published, Deck.created_at < begun_before)
    ids = list(session.scalars(unfinished))
    remove_unfinished(session, ids)
    return len(ids)


def _taken(rows: Iterable[ParsedNote | BadRow | LostCard], report: ImportReport) -> Iterator[Incoming]:
    """The notes to write; every row that gives none goes into the report."""
    for row in identified(rows):
        if isinstance(row, BadRow):
            report.skip(row)
        else:
            yield row


def _fill(target: Target, incoming: Iterator[Incoming], report: ImportReport, in_transaction: InTransaction) -> None:
    while batch := list(islice(incoming, BATCH)):
        with in_transaction() as session:
            add_notes(session, target, batch)
        report.added += len(batch)
    with in_transaction() as session:
        # A starter deck may only hold other decks; a learner who imports a file without cards has the wrong file.
        if report.added or target.owner_id is None:
            publish(session, target)
        else:
            remove_unfinished(session, target.new_deck_ids)
            report.deck_id = None


def _revise(
    target: Target,
    incoming: Iterator[Incoming],
    report: ImportReport,
    in_transaction: InTransaction,
    note_types: Sequence[Shape],
) -> None:
    """Compares batch by batch, then changes everything at once. What differed is compared again in that transaction:
    another import of the same deck may have been faster."""
    differing: list[Incoming] = []
    guids: set[str] = set()
    while batch := list(islice(incoming, BATCH)):
        with in_transaction() as session:
            differing += [change.incoming for change in changes_for(session, target, batch)]
        guids.update(target.guid_of(note.guid) for note in batch)
    with in_transaction() as session:
        revise_types(session, target.note_type_ids, note_types)
        former, steps = Former(session, target), range(0, len(differing), BATCH)
        changes = [c for start in steps for c in _change(session, target, differing[start:], former)]
        report.added = sum(change.note_id is None for change in changes)
        report.updated = sum(change.note_id is not None and change.counts for change in changes)
        report.unchanged = len(guids) - report.added - report.updated
        if target.owner_id is None:
            report.retired = retire_all_but(session, target, guids)
        publish(session, target, reordered=any(change.reorders for change in changes) or report.retired > 0)


def _change(session: Session, target: Target, differing: list[Incoming], former: Former) -> list[Change]:
    """Applies what the next batch of notes changes now."""
    changes = changes_for(session, target, differing[:BATCH])
    former.keep(changes)
    for change in changes:
        apply_change(session, target, change)
    return changes
