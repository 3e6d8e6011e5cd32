"""Whole collections as a reader hands them on: decks, notes, cards with their history and schedule."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime

from sqlalchemy.orm import Session

from app.importing import DeckHeader, ParsedCard, ParsedDeck, ParsedNote, ParsedReview, Preset
from app.importing.parsed import BadRow, LostCard
from app.scheduling import MemoryState
from tests.conftest import MONDAY

MS = int(MONDAY.timestamp() * 1000)
DAY = 86_400_000
TODAY = MS // DAY
HEADERS = (DeckHeader(("Chinese",)), DeckHeader(("Chinese", "Words")), DeckHeader(("Kubernetes",)))


def in_transaction_of(session: Session) -> Callable[[], AbstractContextManager[Session]]:
    """What a door lends the writer, in a test's one transaction."""

    @contextmanager
    def in_transaction() -> Iterator[Session]:
        yield session
        session.flush()

    return in_transaction


def a_review(days_ago: int, grade: int = 4, last_interval: int = 1, interval: int = 3, kind: int = 1) -> ParsedReview:
    """An answer given elsewhere, so many days before MONDAY."""
    return ParsedReview(MS - days_ago * DAY, grade, 4_000, state=f"[{kind},{interval},{last_interval},2500]")


def a_card(ordinal: int = 0, deck: int = 0, reviews: Sequence[ParsedReview] = (), **columns: object) -> ParsedCard:
    """A card; with reviews it was last seen ten days ago and is due today."""
    state = MemoryState(3, 10, 2500, 1, TODAY - 10, TODAY) if reviews else None
    return ParsedCard(ordinal, deck, state=state, reviews=reviews, as_of_ms=MS, **columns)  # type: ignore[arg-type]


def a_parsed_note(number: int, *cards: ParsedCard, text: str = "", tags: tuple[str, ...] = ()) -> ParsedNote:
    """A note in HTML with an identity of its own."""
    fields = (text or f"front {number}", f"back {number}")
    own = cards or (a_card(),)
    kind = "basic" if len(own) == 1 else "reversed"
    return ParsedNote(number, kind, fields, ("en", "en"), f"anki/g{number}", "html", tags, cards=own)  # type: ignore[arg-type]


def a_collection(
    *rows: ParsedNote | BadRow | LostCard, presets: tuple[Preset, ...] = (), headers: tuple[DeckHeader, ...] = HEADERS
) -> ParsedDeck:
    """A file with these rows."""
    return ParsedDeck(headers[0], iter(rows), decks=headers, whole_guids=True, presets=presets, total=len(rows))


def moment(days: int = 0) -> datetime:
    """So many days after MONDAY."""
    from tests.factories import at

    return at(days)
