"""Finding cards: a query and a page in, cards out, however large the collection.

Notes are looked at the newest first, some hundred at a time, until a page is full or enough were looked at; then the
page says so, and the next one goes on from there.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa

from app.database import Handle, connection_of
from app.library.candidates import Every, Want, in_decks, wanted
from app.library.found import FoundCard, LookedIn, decks_looked_in
from app.library.narrowing import conjuncts, few_that_are, leaves_few, narrowed
from app.library.newest_first import NewestFirst
from app.library.reading import Reader
from app.models import Card, Learner
from app.models.posting import SELECTIVE, listing, one_of, own_wordings_of
from app.searching.meaning import All, InDeck, Is, Meaning, Rated, fits_path, leaves
from app.searching.parsing import parse
from app.searching.words import folded_path

CARDS_A_PAGE = 50
LOOKED_AT = 4_000
"""Cards that one page may look at; a note that the database rules out by itself counts as the fifth of one."""
OF_A_NOTE = 5
OF_CHARACTERS = 2_000
"""So many characters of what is looked at count as a card: folding the letters of long notes is most of the work."""
FIRST_LOOK = 100
FIRST_LOOK_FOR_FEW = 300
"""Notes that are read at first. Where the database leaves out most of them it takes more; from some five hundred on
PostgreSQL would rather read all that a learner knows."""
LARGEST_LOOK = 2_000
SORTED = 1_000
"""Cards that are sorted by anything but their age."""

ORDERS: dict[str, Callable[[FoundCard], Any]] = {
    "due": lambda card: card.row.due_day,
    "interval": lambda card: card.row.interval,
    "ease": lambda card: card.row.ease,
    "lapses": lambda card: card.row.lapses,
    "deck": lambda card: card.place.path,
}
"""By name, besides the age of the notes; what has no value comes last."""


@dataclass(frozen=True, slots=True)
class Found:
    """One page. `before`: the next one begins below this note, or (sorted) `offset` cards further; None: there is no
    next. `is_cut`: enough was looked at before the page was full, or (sorted) before all were found."""

    cards: Sequence[FoundCard]
    before: int | None = None
    offset: int | None = None
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """`by`: one of ORDERS; None: the newest notes first."""

    by: str | None = None
    descending: bool = False


def find_cards(
    handle: Handle,
    learner: Learner,
    query: str,
    now: datetime,
    *,
    before: int | None = None,
    order: Order = Order(),
    offset: int = 0,
) -> Found:
    """The cards a query means, of the decks the learner follows and their own. Raises Misread."""
    search = _Search(connection_of(handle), learner, parse(query), now)
    if order.by in ORDERS:
        return search.sorted_page(order, offset)
    return search.page(before)


def cards_meant(handle: Handle, learner: Learner, query: str, now: datetime, most: int) -> tuple[list[FoundCard], bool]:
    """All cards a query means, and whether there are more than that many, or more may be among notes not looked at."""
    search = _Search(connection_of(handle), learner, parse(query), now)
    cards = list(islice(search.cards(None, 20 * LOOKED_AT), most + 1))
    return cards[:most], len(cards) > most or search.is_cut


def visible_cards(handle: Handle, learner: Learner, card_ids: Sequence[int], now: datetime) -> list[FoundCard]:
    """Those of some cards that the learner could find."""
    search = _Search(connection_of(handle), learner, All(()), now)
    notes, wanted_ids = search.notes_of(card_ids), set(card_ids)
    found: list[FoundCard] = []
    while notes:
        number, cards = search.reader.look(notes[:LARGEST_LOOK], ())
        found += [card for card in cards if card.id in wanted_ids]
        notes = notes[number:]
    return found


def own_decks(handle: Handle, learner: Learner) -> list[LookedIn]:
    """The learner's own decks that they follow, by name: cards can be moved there."""
    decks = decks_looked_in(connection_of(handle), learner).values()
    return sorted((deck for deck in decks if deck.is_own and deck.is_followed), key=lambda deck: deck.path.casefold())


def _next_look(looked: int, meant: int, wanted: int) -> int:
    """At how many notes to look next: so many as may have what is wanted still, if those before are like them."""
    as_before = wanted * looked * 5 // (4 * meant) if meant else LARGEST_LOOK
    return min(max(as_before, FIRST_LOOK), looked * 3, LARGEST_LOOK)


class _Search:
    """One search on its way."""

    def __init__(self, connection: sa.Connection, learner: Learner, meaning: Meaning, now: datetime) -> None:
        self.connection, self.learner, self.meaning = connection, learner, meaning
        self.decks = decks_looked_in(connection, learner)
        self.called: dict[InDeck, list[int]] = {}
        days = [leaf.days for leaf in leaves(meaning) if isinstance(leaf, Rated)]
        self.reader = Reader(connection, learner, self.decks, now, max(days, default=0))
        self.is_cut = False
        self.last_seen: int | None = None

    def page(self, before: int | None) -> Found:
        cards: list[FoundCard] = []
        for card in self.cards(before, LOOKED_AT, CARDS_A_PAGE + 1):
            # The cards of one note are never torn apart.
            if len(cards) >= CARDS_A_PAGE and card.row.note_id != cards[-1].row.note_id:
                return Found(cards, before=cards[-1].row.note_id)
            cards.append(card)
        return Found(cards, before=self.last_seen if self.is_cut else None, is_cut=self.is_cut)

    def sorted_page(self, order: Order, offset: int) -> Found:
        found = list(islice(self.cards(None, LOOKED_AT), SORTED + 1))
        is_cut = self.is_cut or len(found) > SORTED
        key = ORDERS[order.by or ""]
        known = [card for card in found[:SORTED] if key(card) is not None]
        known.sort(key=key, reverse=order.descending)
        cards = known + [card for card in found[:SORTED] if key(card) is None]
        end = offset + CARDS_A_PAGE
        return Found(cards[offset:end], offset=end if end < len(cards) else None, is_cut=is_cut)

    def cards(self, before: int | None, most: int, enough: int = LOOKED_AT) -> Iterator[FoundCard]:
        """What is meant, the newest note first, until so much was looked at. `enough`: so many will do, about."""
        condition = narrowed(self.meaning, self.reader.now, self.reader.today, self.decks_called)
        note_ids, looked_at, waiting = self._note_ids(before), 0, deque[int]()
        look = FIRST_LOOK_FOR_FEW if leaves_few(self.meaning) else FIRST_LOOK
        while looked_at < most:
            waiting.extend(islice(note_ids, max(0, look - len(waiting))))
            number, cards = self.reader.look(list(islice(waiting, look)), condition)
            if not number:
                break
            some = [waiting.popleft() for _ in range(number)]
            meant = 0
            for card in cards:
                if self.meaning.holds(card):
                    meant += 1
                    yield card
            enough -= meant
            self.last_seen, look = some[-1], _next_look(number, meant, enough)
            looked_at += len(cards) + len(some) // OF_A_NOTE + sum(card.size for card in cards) // OF_CHARACTERS
        self.is_cut = looked_at >= most and (bool(waiting) or next(note_ids, None) is not None)

    def decks_called(self, name: InDeck) -> list[int]:
        """Ids of the decks that are called so."""
        if name not in self.called:
            paths = {deck.id: folded_path(deck.path) for deck in self.decks.values()}
            self.called[name] = [deck_id for deck_id, path in paths.items() if fits_path(name.parts, path)]
        return self.called[name]

    def _note_ids(self, before: int | None) -> Iterator[int]:
        """The notes that may be meant."""
        want = wanted(self.meaning, self.decks_called)
        deck_ids = list(self.decks)
        if {Is("due"), Is("learning")}.intersection(conjuncts(self.meaning)):
            # Nothing waits in a deck that is not followed, own as it may be.
            deck_ids = [deck.id for deck in self.decks.values() if deck.is_followed]
        if len(deck_ids) < len(self.decks):
            want = Every((want, in_decks(deck_ids)))
        wants = {deck.owner_id or 0: self._reach(deck, want) for deck in self.decks.values()}
        own = own_wordings_of(self.learner.id)
        candidates = NewestFirst.read(self.connection, wants, own, before, deck_ids)
        if candidates.are_more_than(SELECTIVE, before):
            card_ids = few_that_are(self.connection, self.meaning, self.learner.id, self.reader.today)
            if card_ids is not None:
                below = (note_id for note_id in self.notes_of(card_ids) if before is None or note_id < before)
                return filter(candidates.holds, below)
        return candidates.below(before)

    def _reach(self, deck: LookedIn, want: Want) -> Want:
        """What is wanted of an owner: of others' notes only those in the decks that are followed."""
        if deck.is_own:
            return want
        return Every((in_decks(other.id for other in self.decks.values() if other.owner_id == deck.owner_id), want))

    def notes_of(self, card_ids: Sequence[int]) -> list[int]:
        dialect = self.connection.dialect.name
        notes = sa.select(Card.note_id).where(one_of(dialect, Card.id, "card_ids"))
        found = self.connection.scalars(notes, {"card_ids": listing(dialect, card_ids)})
        return sorted(set(found), reverse=True)
