"""The steps of one import: begin, walk through the rows, finish; or take it all back."""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.database import connection_of
from app.errors import N_
from app.importing.decks import Decks
from app.importing.filling import Filling
from app.importing.former import Former
from app.importing.histories import Histories, Owner, ids_for
from app.importing.identity import Incoming, identified
from app.importing.kept_notes import KeptNotes
from app.importing.matching import Here, notes_here
from app.importing.notes import apply_change, changes_for, retire_all_but
from app.importing.opening import InTransaction
from app.importing.own_wordings import keep_own_wordings
from app.importing.pace import Pace
from app.importing.parsed import BadRow, LostCard, OwnWording, ParsedDeck, Remark
from app.importing.presets import Presets
from app.importing.progressing import add_totals, brings_news, take_over
from app.importing.writing_logs import LogWriter
from app.models import Note, Tombstone, Unindexed

if TYPE_CHECKING:
    from app.importing.saving import ImportReport, Wishes

COMPARED = 300
GONE = N_("Notes of starter decks that are not here, of which only the history counts: %(count)s.")
FIRST_PERSONAL, MOST_PERSONAL = 2_000, 30_000
"""Rows of the log that wait in memory. Few at first: while they are written, whoever reads the file reads on. Then
many: each note changes another page of an index or two, and a page is written once for all of them."""
Row = Incoming | LostCard


@dataclass
class Writer:
    """One import on its way. `renamed`: files of the same name that were here, by the name they came with."""

    parsed: ParsedDeck
    owner_id: int | None
    now: datetime
    import_id: int | None
    wishes: "Wishes"
    report: "ImportReport"
    in_transaction: InTransaction
    renamed: dict[str, str] = field(default_factory=dict)
    pending: list[tuple[Incoming, Here]] = field(default_factory=list)
    """Notes that are here and were not compared yet."""
    known: KeptNotes = field(default_factory=KeptNotes)
    """Those that differ from the file, or of whose cards the file has news."""
    gone: int = 0
    """Notes of starter decks that this server does not have."""
    own_wordings: list[tuple[int, OwnWording]] = field(default_factory=list)
    guids: set[str] = field(default_factory=set)
    """Of a starter deck, what is in its file: the rest is retired."""

    def __post_init__(self) -> None:
        self.pace = Pace(longest=self.wishes.longest)
        self.logs: LogWriter | None = None

    def begin(self) -> None:
        """Opens the decks, or makes them where nobody sees them."""
        headers = self.parsed.decks or (self.parsed.header,)
        presets = Presets(headers, self.parsed.presets, self.owner_id, self.now)
        self.decks = Decks(self.parsed, self.owner_id, self.now, self.import_id, presets)
        with self.in_transaction() as session:
            self.decks.open(session, len(headers) - 1)
            self.report.deck_id = self.decks.targets[0].deck_id
            histories = None
            if self.owner_id is not None:
                zone, starts = self.wishes.time_zone, self.wishes.day_starts_at
                as_id = ids_for(connection_of(session).dialect.name)
                histories = Histories(Owner(self.owner_id, zone, starts, self.import_id, as_id))
                self.logs = LogWriter(histories, self._staging, self.wishes.longest, self.wishes.attach)
            self.filling = Filling(self.decks, histories)
            self.may_be_here = not self.decks.are_new or (self.parsed.whole_guids and self._has_notes(session))

    @property
    def _staging(self) -> InTransaction:
        return self.wishes.staging or self.in_transaction

    def _has_notes(self, session: Session) -> bool:
        return session.scalar(sa.select(Note.id).where(Note.owner_id == self.owner_id).limit(1)) is not None

    def walk(self, progress: Callable[[int], None]) -> None:
        """Writes what is new, and finds out what of the rest differs from what is here."""
        done = 0
        for batch in self._batches():
            incoming = [row for row in batch if isinstance(row, Incoming)]
            lost = [row for row in batch if isinstance(row, LostCard)]
            filling = self.filling
            with self._staging() as session:
                connection = connection_of(session)
                self.decks.open(session, max((row.note.deck for row in incoming), default=0))
                here = notes_here(session, self.decks, incoming) if self.may_be_here else {}
                incoming, here = self._without_gone(incoming, here, lost)
                graves = self._graves(session, lost)
                filling.note_ids.reserve(connection, len(incoming))
                filling.card_ids.reserve(connection, sum(one.number_of_cards for one in incoming) + len(lost))
            self._sort(incoming, here)
            # Now, however few they are: each that waits would hold all the histories that came with its own.
            self._compare()
            for row in lost:
                self.report.reviews += len(row.reviews) if filling.histories is not None else 0
                filling.add_lost(row, graves.get(row.reviews[0].at_ms) if row.reviews else None)
            self._write()
            if self.logs is not None:
                self.logs.spill(self.decks.staged.keys())
            done += len(batch)
            progress(done + self.report.skipped)
        if self.logs is not None:
            self.logs.finish(self.decks.staged.keys())

    def _write(self) -> None:
        """Writes what was sorted out to be new: first the cards, by which whoever sweeps finds the rest."""
        filling = self.filling
        if filling.weight:
            with self.pace.measured(self._staging, filling.weight) as session:
                filling.write(connection_of(session))
        if self.logs is not None:
            self.logs.write()

    def _without_gone(
        self, batch: list[Incoming], here: dict[int, Here], lost: list[LostCard]
    ) -> tuple[list[Incoming], dict[int, Here]]:
        """The notes without those of starter decks that this server has no more; what was learnt of them joins the
        lost cards."""
        gone = {
            place
            for place, incoming in enumerate(batch)
            if self.decks.targets[incoming.note.deck].of_server and place not in here
        }
        if not gone:
            return batch, here
        self.gone += len(gone)
        cards = [(card, batch[place].note.deck) for place in sorted(gone) for card in batch[place].note.cards or ()]
        lost += [LostCard(list(card.reviews), deck) for card, deck in cards if card.reviews]
        left = [place for place in range(len(batch)) if place not in gone]
        moved = {new: here[old] for new, old in enumerate(left) if old in here}
        return [batch[place] for place in left], moved

    def _batches(self) -> Iterator[list[Row]]:
        batch: list[Row] = []
        weight = personal = 0
        most = FIRST_PERSONAL
        for row in identified(self.parsed.rows, whole_guids=self.parsed.whole_guids):
            if isinstance(row, BadRow):
                self.report.skip(row)
                continue
            batch.append(row)
            if isinstance(row, LostCard):
                personal += len(row.reviews)
            else:
                weight += 1 + len(row.note.tags) + row.number_of_cards
                for card in row.note.cards or ():
                    personal += len(card.reviews)
            if weight >= self.pace.rows or personal >= most:
                yield batch
                batch, weight, personal, most = [], 0, 0, min(2 * most, MOST_PERSONAL)
        if batch:
            yield batch

    def _sort(self, batch: list[Incoming], found: dict[int, Here]) -> None:
        """New notes to the rows that will be written, the others to those that are compared."""
        wish = self.wishes.duplicates or self.parsed.on_match or "update"
        for place, incoming in enumerate(batch):
            if self.renamed:
                self._rename(incoming)
            here = found.get(place)
            if self.owner_id is None:
                self.guids.add(self.decks.targets[0].guid_of(incoming))
            if self.filling.histories is not None:
                self.report.reviews += sum(len(card.reviews) for card in incoming.note.cards or ())
            if here is None or wish == "keep both":
                again = None if here is None else f"{here.guid}~{self.import_id or self.now.timestamp()}"
                self.filling.add(incoming, again)
                self.report.added += 1
            elif wish == "skip":
                self.report.kept += 1
            else:
                if incoming.note.own is not None:
                    self.own_wordings.append((here.id, incoming.note.own))
                self.pending.append((incoming, here))
                self._compare(COMPARED)

    def _compare(self, fewest: int = 1) -> None:
        """Finds out which of the notes that are here do not stand here as the file has them."""
        if len(self.pending) < fewest:
            return
        some, self.pending = self.pending, []
        with self.in_transaction() as session:
            differing = {change.note_id for change in changes_for(session, self.decks, some)}
            news = self._news(session, some)
        left = [(incoming, here) for incoming, here in some if here.id in differing or here.id in news]
        for incoming, _ in left:
            for card in incoming.note.cards or ():
                # It is written at the end with what else is changed, and may have to wait in a file.
                card.reviews = list(card.reviews)
        self.report.unchanged += len(some) - len(left)
        self.known.add(left)

    def _news(self, session: Session, some: list[tuple[Incoming, Here]]) -> set[int]:
        histories = self.filling.histories
        if histories is None or not any(incoming.note.cards for incoming, _ in some):
            return set()
        return brings_news(session, histories, [(here.id, incoming.note) for incoming, here in some])

    def _graves(self, session: Session, lost: list[LostCard]) -> dict[int, int]:
        began = [row.reviews[0].at_ms for row in lost if row.reviews]
        if not began or self.owner_id is None:
            return {}
        raw = sa.type_coerce(Tombstone.began_at, sa.BigInteger())
        own = (Tombstone.user_id == self.owner_id, raw.in_(began))
        return dict(session.execute(sa.select(raw, Tombstone.card_id).where(*own)).all())

    def _rename(self, incoming: Incoming) -> None:
        """Files that had to take another name are called by it."""
        note = incoming.note
        for old, new in self.renamed.items():
            if any(old in text for text in note.fields):
                bounded = re.compile(rf"(?<![\w.-]){re.escape(old)}(?![\w.-])")
                # A file's name has no backslash, which would mean something here.
                note.fields = tuple(bounded.sub(new, text) for text in note.fields)

    def finish(self, at_the_end: Callable[[Session, "ImportReport"], None]) -> None:
        """Changes what is here and makes what is new seen, at once."""
        report, decks = self.report, self.decks
        with self.in_transaction() as session:
            report.updated, reorders = self._change(session)
            report.unchanged += len(self.known) - report.updated
            if self.owner_id is None:
                report.retired = retire_all_but(session, decks.targets[0], self.guids)
            empty = not (report.added or report.updated or report.unchanged or report.kept)
            if not (empty and self.owner_id is not None):
                decks.settle(session, reordered=reorders or report.retired > 0)
                report.deck_ids = sorted({*decks.topmost(session)})
            report.remarks += self.parsed.remarks
            if self.gone:
                report.remarks.append(Remark(GONE, {"count": self.gone}))
            report.deck_id = None if empty and self.owner_id is not None else report.deck_id
            self._be_found(session)
            if self.owner_id is not None:
                keep_own_wordings(session, self.owner_id, self.own_wordings, self.now)
            at_the_end(session, report)
            decks.presets.hold(session)
        if report.deck_id is None:
            self.take_back()

    def _be_found(self, session: Session) -> None:
        """What is new waits to be put into the index of words: ids of others between them do no harm."""
        if self.filling.filled:
            owner_id, filled = self.owner_id or 0, self.filling.filled
            session.add(Unindexed(owner_id=owner_id, first_id=min(filled), last_id=max(filled)))

    def _change(self, session: Session) -> tuple[int, bool]:
        """Applies what is known to differ, if it still does: another import of the same deck may have been faster.
        How many notes have another content, and whether any stands elsewhere."""
        former, histories, updated, reorders = Former(session, self.decks), self.filling.histories, 0, False
        for some in self.known.parts():
            differing = changes_for(session, self.decks, some)
            former.keep(differing)
            for change in differing:
                apply_change(session, self.decks, change)
                updated += change.counts
                reorders = reorders or change.reorders
            if histories is not None and any(incoming.note.cards for incoming, _ in some):
                take_over(session, histories, self.decks, [(here.id, incoming.note) for incoming, here in some])
        if histories is not None:
            add_totals(connection_of(session), histories.totals.take(histories.owner.id))
        return updated, reorders

    def take_back(self) -> None:
        """Leaves nothing of what the import made."""
        with suppress(AttributeError):
            self.decks.take_back(self.in_transaction)
