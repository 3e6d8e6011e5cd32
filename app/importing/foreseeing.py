"""What an import would do, found out without doing it."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.clock import DEFAULT_DAY_START
from app.database import connection_of
from app.importing.decks import Decks
from app.importing.histories import Histories, Owner, ids_for
from app.importing.identity import Incoming, identified
from app.importing.matching import Here, notes_here
from app.importing.note_types import known_type, own_type
from app.importing.notes import changes_for
from app.importing.opening import Target, known_deck, server_deck
from app.importing.parsed import BadRow, DeckHeader, ParsedDeck
from app.importing.presets import Presets
from app.importing.progressing import brings_news
from app.importing.saving import ImportReport, Wishes
from app.models import NoteType, Tombstone

BATCH = 300
NOWHERE = -1


@dataclass
class Foreseen:
    """What would come of it: the counts of the report that `import_deck` would give. `news`: notes that stay as they
    are, of whose cards the file knows more than is known here; `lost`: cards that are gone, whose history is new."""

    report: ImportReport = field(default_factory=lambda: ImportReport(None))
    news: int = 0
    lost: int = 0


def foresee(parsed: ParsedDeck, owner_id: int, session: Session, wishes: Wishes, now: datetime) -> Foreseen:
    """What an import would do. Nothing is stored."""
    foreseen = Foreseen()
    seen = _Seen(parsed, owner_id, session, now)
    report, lost = foreseen.report, set[int]()
    notes = _notes(parsed, report, lost)
    wish = wishes.duplicates or parsed.on_match or "update"
    while batch := list(islice(notes, BATCH)):
        seen.open_up_to(max(incoming.note.deck for incoming in batch))
        here = notes_here(session, seen.decks, batch)
        batch, here = _without_gone(seen, batch, here, lost)
        report.added += len(batch) if wish == "keep both" else len(batch) - len(here)
        if wish == "skip":
            report.kept += len(here)
        elif wish == "update":
            known = [(batch[place], one) for place, one in here.items()]
            updated = {change.note_id for change in changes_for(session, seen.decks, known) if change.counts}
            report.updated += len(updated)
            report.unchanged += len(here) - len(updated)
            same = [(one.id, incoming.note) for incoming, one in known if one.id not in updated]
            if any(note.cards for _, note in same):
                foreseen.news += len(brings_news(session, seen.histories, same))
    foreseen.lost = len(lost - _graves(session, owner_id, lost))
    return foreseen


def _without_gone(
    seen: "_Seen", batch: list[Incoming], here: dict[int, Here], lost: set[int]
) -> tuple[list[Incoming], dict[int, Here]]:
    """The batch without the notes of starter decks that this server does not have; what was learnt of them is of lost
    cards."""
    left = [
        place for place, one in enumerate(batch) if place in here or not seen.decks.targets[one.note.deck].of_server
    ]
    for place in set(range(len(batch))).difference(left):
        lost.update(card.reviews[0].at_ms for card in batch[place].note.cards or () if card.reviews)
    return [batch[place] for place in left], {new: here[old] for new, old in enumerate(left) if old in here}


def _notes(parsed: ParsedDeck, report: ImportReport, lost: set[int]) -> Iterator[Incoming]:
    """The file's notes. What gives none goes into the report, the first moments of lost cards into `lost`."""
    for row in identified(parsed.rows, whole_guids=parsed.whole_guids):
        if isinstance(row, BadRow):
            report.skip(row)
        elif isinstance(row, Incoming):
            yield row
        elif row.reviews:
            lost.add(row.reviews[0].at_ms)


def _graves(session: Session, owner_id: int, lost: set[int]) -> set[int]:
    """Those of the moments at which a lost card begins that is here already."""
    raw, moments = sa.type_coerce(Tombstone.began_at, sa.BigInteger()), sorted(lost)
    own = sa.select(raw).where(Tombstone.user_id == owner_id)
    some = (moments[start : start + BATCH] for start in range(0, len(moments), BATCH))
    return {moment for part in some for moment in session.scalars(own.where(raw.in_(part)))}


class _Seen:
    """The decks of the file as far as they are here; what is not is nowhere."""

    def __init__(self, parsed: ParsedDeck, owner_id: int, session: Session, now: datetime) -> None:
        headers = parsed.decks or (parsed.header,)
        presets = Presets(headers, parsed.presets, owner_id, now)
        self.decks, self.session = Decks(parsed, owner_id, now, None, presets), session
        built_in = session.execute(sa.select(NoteType.kind, NoteType.id).where(NoteType.guid.is_(None)))
        as_id = ids_for(connection_of(session).dialect.name)
        self.histories = Histories(Owner(owner_id, "UTC", DEFAULT_DAY_START, None, as_id))
        self.types: dict[str, int] = defaultdict(lambda: NOWHERE, dict(built_in.all()))

    def open_up_to(self, place: int) -> None:
        targets = self.decks.targets
        for header in self.decks.headers[len(targets) : place + 1]:
            targets.append(self._target(header))
            if len(targets) == 1:
                self._know_types(targets[0])

    def _target(self, header: DeckHeader) -> Target:
        decks = self.decks
        of_server = server_deck(self.session, header, decks.now)
        if of_server is not None:
            return of_server
        guid, deck = known_deck(self.session, header, decks.owner_id, by_path=decks.parsed.whole_guids)
        return Target(
            deck_id=NOWHERE if deck is None else deck.id,
            guid=guid,
            language=header.language if deck is None else deck.language,
            owner_id=decks.owner_id,
            parent_id=None,
            is_new=deck is None,
            header=header,
            now=decks.now,
            note_type_ids=self.types,
            whole_guids=decks.parsed.whole_guids,
        )

    def _know_types(self, target: Target) -> None:
        for shape in self.decks.parsed.note_types:
            same = known_type(self.session, target.owner_id, target.type_guid, shape)
            self.types[own_type(shape.name)] = NOWHERE if same is None else same.id
