"""What an import would bring, before it brings it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.importing.foreseeing import foresee
from app.importing.parsed import BadRow, LostCard, ParsedDeck, ParsedNote
from app.importing.saving import ImportReport, Wishes
from app.models import MediaName
from app.rendering import Content, card_ordinals

SHOWN_CARDS = 6
SHOWN_BAD_ROWS = 100
FIRST_ROWS = 2_000
SMALL = 5 * 2**20
MOST_MEDIA = 200_000
NAMES_AT_ONCE = 500

ShownCard = tuple[Content, int]
"""What a card is rendered from."""


@dataclass
class DeckPreview:
    """A parsed deck as far as it was looked through: the first cards, to be shown as they will look, and what there is
    of what.

    `report`: what the import of those rows would do; `is_whole`: they are all there are. `schedules`: cards with what
    is known of the learner; `news` and `lost`: see `Foreseen`; `media`: the names of its pictures and sounds;
    `new_media`: how many of them are not here.
    """

    deck: ParsedDeck
    shown: list[ShownCard] = field(default_factory=list)
    report: ImportReport = field(default_factory=lambda: ImportReport(None))
    rows: int = 0
    card_count: int = 0
    reviews: int = 0
    schedules: int = 0
    news: int = 0
    lost: int = 0
    media: set[str] = field(default_factory=set)
    new_media: int = 0
    is_whole: bool = True

    @property
    def note_count(self) -> int:
        """Notes the file gives, whatever becomes of them."""
        report = self.report
        return report.added + report.updated + report.unchanged + report.kept

    @property
    def changes(self) -> int:
        """Notes that would be new or other than before."""
        return self.report.added + self.report.updated

    @property
    def adds(self) -> bool:
        """Whether anything would come in beside notes."""
        return bool(self.news or self.lost or self.new_media)

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
    foreseen = foresee(deck, owner_id, session, wishes, now)
    preview.report, preview.news, preview.lost = foreseen.report, foreseen.news, foreseen.lost
    preview.media = {file.name for file in islice(deck.media, MOST_MEDIA)}
    preview.new_media = len(preview.media) - _here(session, owner_id, sorted(preview.media))
    return preview


def _here(session: Session, owner_id: int, names: Sequence[str]) -> int:
    """How many of these names of files the learner has already."""
    own = sa.select(sa.func.count()).select_from(MediaName).where(MediaName.owner_id == owner_id)
    some = (names[start : start + NAMES_AT_ONCE] for start in range(0, len(names), NAMES_AT_ONCE))
    return sum(session.scalar(own.where(MediaName.name.in_(part))) or 0 for part in some)


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
    ordinals = ordinals_in(note)
    preview.card_count += len(ordinals)
    for card in note.cards or ():
        preview.reviews += len(card.reviews)
        preview.schedules += card.state is not None
    preview.shown += _shown(note, ordinals)[: max(0, SHOWN_CARDS - len(preview.shown))]


def _shown(note: ParsedNote, ordinals: Iterable[int]) -> list[ShownCard]:
    return [(note.content, ordinal) for ordinal in islice(ordinals, SHOWN_CARDS)]


def first_cards(deck: ParsedDeck) -> list[ShownCard]:
    """The cards that the look through a deck shows first, and nothing more of it."""
    shown: list[ShownCard] = []
    for note in (row for row in deck.rows if isinstance(row, ParsedNote)):
        shown += _shown(note, ordinals_in(note))
        if len(shown) >= SHOWN_CARDS:
            break
    return shown[:SHOWN_CARDS]


def ordinals_in(note: ParsedNote) -> list[int]:
    """Which cards a note of the file has."""
    return [card.ordinal for card in note.cards] if note.cards is not None else card_ordinals(note.content)
