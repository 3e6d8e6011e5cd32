"""What an import would bring, before it brings it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from sqlalchemy.orm import Session

from app.importing.foreseeing import foresee
from app.importing.parsed import BadRow, LostCard, ParsedDeck, ParsedNote
from app.importing.saving import ImportReport, Wishes
from app.rendering import Sides, card_ordinals, render_sides

SHOWN_CARDS = 6
SHOWN_BAD_ROWS = 100
FIRST_ROWS = 2_000
SMALL = 5 * 2**20
MOST_MEDIA = 200_000


@dataclass
class DeckPreview:
    """A parsed deck as far as it was looked through: the first cards as they will look, what there is of what.

    `report`: what the import of those rows would do; `is_whole`: they are all there are. `schedules`: cards with what
    is known of the learner; `media`: the names of its pictures and sounds.
    """

    deck: ParsedDeck
    cards: list[Sides] = field(default_factory=list)
    report: ImportReport = field(default_factory=lambda: ImportReport(None))
    rows: int = 0
    card_count: int = 0
    reviews: int = 0
    schedules: int = 0
    media: set[str] = field(default_factory=set)
    is_whole: bool = True

    @property
    def note_count(self) -> int:
        """Notes the file gives, whatever becomes of them."""
        report = self.report
        return report.added + report.updated + report.unchanged + report.kept

    @property
    def bad_rows(self) -> list[BadRow]:
        return self.report.bad_rows[:SHOWN_BAD_ROWS]

    @property
    def is_package(self) -> bool:
        """Whether the file says itself which cards there are."""
        return bool(self.deck.decks)


def preview_deck(
    deck: ParsedDeck, owner_id: int, session: Session, wishes: Wishes, now: datetime, *, most_rows: int | None = None
) -> DeckPreview:
    """Looks through the deck's rows, at most so many. Nothing is stored."""
    preview = DeckPreview(deck)
    deck.rows = _watched(deck.rows, preview, most_rows)
    preview.report = foresee(deck, owner_id, session, wishes, now)
    preview.media = {file.name for file in islice(deck.media, MOST_MEDIA)}
    return preview


def _watched(
    rows: Iterator[ParsedNote | BadRow | LostCard], preview: DeckPreview, most: int | None
) -> Iterator[ParsedNote | BadRow | LostCard]:
    for row in rows:
        if most is not None and preview.rows == most:
            preview.is_whole = False
            return
        preview.rows += 1
        if isinstance(row, ParsedNote):
            _note(row, preview)
        elif isinstance(row, LostCard):
            preview.reviews += len(row.reviews)
        yield row


def _note(note: ParsedNote, preview: DeckPreview) -> None:
    ordinals = [card.ordinal for card in note.cards] if note.cards is not None else card_ordinals(note.content)
    preview.card_count += len(ordinals)
    for card in note.cards or ():
        preview.reviews += len(card.reviews)
        preview.schedules += card.state is not None
    wanted = SHOWN_CARDS - len(preview.cards)
    if wanted > 0:
        preview.cards += [render_sides(note.content, ordinal) for ordinal in list(ordinals)[:wanted]]
