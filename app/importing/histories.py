"""What a file knows of its learner, as rows: the log of a card, its memory, its marks, and the day's totals."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import chain
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from app.clock import hour_of, study_day
from app.database import EPOCH
from app.importing.block_log import BlockLog
from app.importing.day_totals import DayTotals
from app.importing.log_rows import COLUMNS, ID, IMPORTED, IMPORTED_ID, TOLD, WIDTH, checkpoint_row, share_of
from app.importing.parsed import ParsedCard, ParsedReview
from app.importing.placed_logs import PlacedLogs
from app.models import Kind
from app.models.bulk import copy_spans, put_rows, put_values
from app.models.memory_count import buckets_of
from app.models.review import FOLDED, ImportedTotals, stage_told
from app.models.scheduling import Versioned
from app.models.summing import Logged, practice_share, totals_of
from app.scheduling import MemoryState, replay
from app.scheduling.replay import taken_over
from app.scheduling.stages import UNMET, imported_first

MEMORIES = (
    *("card_id", "deck_id", "repetitions", "interval", "ease", "lapses", "last_day", "due_day"),
    *("queue_day", "drill_day", "drill_at", "stability", "difficulty", "scheduler_version", "answers"),
)
MARKS = ("card_id", "suspended", "buried_until", "flag")
MANY = 2**31


class Owner(NamedTuple):
    """Whose history it is, on whose clock, and by which import it came. `as_id`: a UUID as the driver wants it."""

    id: int
    time_zone: str
    day_starts_at: int
    import_id: int | None
    as_id: Callable[[bytes], Any]


def ids_for(dialect: str) -> Callable[[bytes], Any]:
    """How 16 bytes become a review's id for a database's driver."""
    return (lambda value: UUID(bytes=value)) if dialect == "postgresql" else bytes


@dataclass
class Histories:
    """Rows that wait to be written, of cards whose ids are known. `reviews`: see `log_rows`; `undone`: rows that do not
    stand, and since when."""

    owner: Owner
    reviews: list[Any] = field(default_factory=list)
    undone: list[tuple[Any, ...]] = field(default_factory=list)
    memories: list[tuple[Any, ...]] = field(default_factory=list)
    marks: list[tuple[Any, ...]] = field(default_factory=list)
    totals: DayTotals = field(default_factory=DayTotals)
    counts: dict[tuple[int, int, int], int] = field(default_factory=dict)
    """New memories by figure, deck and bucket: see MemoryCount."""
    _days: dict[int, tuple[int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.placed = PlacedLogs(self.totals, self._count)

    @property
    def weight(self) -> int:
        """How many rows wait, those of blocks aside."""
        return len(self.reviews) // WIDTH + len(self.undone) + len(self.memories) + len(self.marks)

    def add(self, card_id: int, deck_id: int, final_deck_id: int, card: ParsedCard, chosen: Versioned) -> None:
        """All that is known of a card that nothing was known of before."""
        own = self.add_reviews(card_id, deck_id, final_deck_id, card.reviews)
        if own:
            self.count_own([], own)
            # Chance is seeded by the card, which is another one here.
            if not card.taken_over and (card.folded_by != chosen.settings or chosen.settings.fuzz):
                state = replay((one.event for one in own if one.kind in FOLDED), chosen.settings, card_id)
                card = replace(card, state=None if state == MemoryState() else state)
        if card.suspended or card.buried_until is not None or card.flag:
            self.add_marks(card_id, card)
        if card.state is not None:
            answers = card.state.answers
            if card.taken_over:
                if not isinstance(card.reviews, BlockLog):
                    self.reviews += self.checkpoint(card_id, deck_id, card)
                answers = 1
            memory = self.memory(card_id, deck_id, card, chosen, answers)
            self.memories.append(memory)
            self._count_memory(deck_id, memory)

    def _count_memory(self, deck_id: int, memory: tuple[Any, ...]) -> None:
        _, _, _, interval, ease, lapses, _, due_day, queue_day, _, _, stability, difficulty, _, _ = memory
        counts = self.counts
        buckets = buckets_of(queue_day, due_day, interval, ease, lapses, stability, difficulty)
        for figure, bucket in enumerate(buckets, start=1):
            if bucket is not None:
                key = (figure, deck_id, bucket)
                counts[key] = counts.get(key, 0) + 1

    def take_counts(self) -> list[tuple[int, ...]]:
        """The new memories counted, as rows in the order of their key; then they begin anew."""
        counts, self.counts = self.counts, {}
        return [(self.owner.id, *key, cards) for key, cards in sorted(counts.items())]

    def add_reviews(
        self, card_id: int, deck_id: int, final_deck_id: int, reviews: Sequence[ParsedReview], known: Any = ()
    ) -> list[Logged]:
        """The log of a card but for what is `known`, ids as the driver gives them; answers given elsewhere count in the
        totals, or if something is known, in `count_elsewhere`. Returns what stands of the rest, which the fold is made
        of, for `count_own`."""
        as_id = self.owner.as_id
        if isinstance(reviews, BlockLog) and not known:
            self.placed.add(reviews, card_id, deck_id, final_deck_id)
            return []
        rows = [
            (
                *(card_id, deck_id, as_id(IMPORTED_ID + at.to_bytes(8) if id is None else id.bytes), kind),
                *(self._day_at(at) if day is None or hour is None else (day, hour)),
                *(at, grade, took, state, undone),
            )
            for at, grade, took, kind, state, id, day, hour, undone in reviews
        ]
        if known:
            rows = [row for row in rows if row[ID] not in known]
        else:
            self._count(rows, final_deck_id)
        self.reviews += chain.from_iterable(row[:WIDTH] for row in rows if row[WIDTH] is None)
        self.undone += [row for row in rows if row[WIDTH] is not None]
        own = [review for review in reviews if review.kind != IMPORTED and review.undone_at_ms is None]
        return [self._logged(review, final_deck_id) for review in own if self.key_of(review) not in known]

    def _logged(self, review: ParsedReview, deck_id: int) -> Logged:
        """A standing row of the log that a memory is folded from, or practice."""
        at_ms, grade, took_ms, kind, state, id, day, hour, _ = review
        if day is None or hour is None:
            day, hour = self._day_at(at_ms)
        at, told = EPOCH + timedelta(milliseconds=at_ms), json.loads(state or "null")
        own_id = id or UUID(bytes=IMPORTED_ID + at_ms.to_bytes(8))
        return Logged(own_id, day, hour, at, grade, deck_id, took_ms, told, kind)

    def count_own(self, before: Sequence[Logged], new: Sequence[Logged]) -> None:
        """Counts what a card's standing log adds to the totals once something `new` stands in it, practice too."""
        folded = [one for one in new if one.kind in FOLDED]
        old, now = totals_of(before) if folded else {}, totals_of([*before, *folded]) if folded else {}
        changed = [(share, now.get(share, (0, 0)), old.get(share, (0, 0))) for share in old.keys() | now.keys()]
        practised = [one for one in new if one.kind == Kind.PRACTICE]
        changed += [(practice_share(p.day, p.hour, p.deck_id, p.grade), (1, p.took_ms), (0, 0)) for p in practised]
        for share, (answers, took), (answers_before, took_before) in changed:
            key = share_of(share.day, share.hour, share.kind, share.grade, share.stage, share.first)
            self.totals.add(share.deck_id, key, answers - answers_before, took - took_before)

    def count_elsewhere(self, before: ImportedTotals, after: ImportedTotals) -> None:
        """Counts what answers given elsewhere add to the totals, since new ones of cards that had some stand among
        them: what is new may come before what was a card's first."""
        for key in before.keys() | after.keys():
            (answers, took), (answers_before, took_before) = (each.get(key, (0, 0)) for each in (after, before))
            day, deck_id, hour, kind, grade, stage, first = key
            share = share_of(day, hour, kind, grade, stage, bool(first))
            self.totals.add(deck_id, share, answers - answers_before, took - took_before)

    def add_marks(self, card_id: int, card: ParsedCard) -> None:
        """The marks of a card that has none yet."""
        self.marks.append((card_id, card.suspended, card.buried_until, card.flag))

    def key_of(self, review: ParsedReview) -> Any:
        """The id of a review, as the driver gives it."""
        id = review.id
        return self.id_at(review.at_ms) if id is None else self.owner.as_id(id.bytes)

    def keys_of(self, reviews: Sequence[ParsedReview]) -> Iterable[Any]:
        """The ids of a card's reviews, as the driver gives them."""
        return map(self.owner.as_id, reviews.ids) if isinstance(reviews, BlockLog) else map(self.key_of, reviews)

    def id_at(self, at_ms: int) -> Any:
        """The id of an answer of which only the moment is known."""
        return self.owner.as_id(IMPORTED_ID + at_ms.to_bytes(8))

    def checkpoint(self, card_id: int, deck_id: int, card: ParsedCard) -> tuple[Any, ...]:
        """The row by which the fold takes over the card's schedule. The same schedule has the same id."""
        state, (day, hour) = card.state or MemoryState(), self._day_at(card.as_of_ms)
        schedule = (state.repetitions, state.interval, state.ease, state.lapses, state.last_day, state.due_day)
        id, *told = checkpoint_row((*schedule, state.stability, state.difficulty), day, hour, card.as_of_ms)
        return (card_id, deck_id, self.owner.as_id(id), *told)

    def memory(self, card_id: int, deck_id: int, card: ParsedCard, chosen: Versioned, answers: int) -> tuple[Any, ...]:
        """The memory that its log folds to."""
        state = card.state or MemoryState()
        if card.taken_over:
            state = taken_over(state, chosen.settings)
        queue_day = state.due_day
        if card.suspended:
            queue_day = None
        elif card.buried_until is not None and queue_day is not None:
            queue_day = max(queue_day, card.buried_until)
        drill_at = None if state.drill_at is None else (state.drill_at - EPOCH) // timedelta(milliseconds=1)
        return (
            *(card_id, deck_id, state.repetitions, state.interval, state.ease, state.lapses),
            *(state.last_day, state.due_day, queue_day, state.drill_day, drill_at),
            *(state.stability, state.difficulty, chosen.version, answers),
        )

    def write(self, connection: sa.Connection, most: int = MANY) -> None:
        """Writes so many of the rows that wait, those of the log first; in a write transaction."""
        owner, places = self.owner, most * WIDTH
        log = {"user_id": owner.id, "import_id": owner.import_id}
        reviews = self.reviews[:places]
        del self.reviews[:places]
        left = most - len(reviews) // WIDTH
        if owner.as_id is bytes:
            # SQLite's driver asks about all but a few types whether they are to be adapted, bytes among them.
            reviews[ID::WIDTH] = map(bytearray, reviews[ID::WIDTH])
        put_values(connection, "reviews", COLUMNS, reviews, {**log, "undone_at": None})
        for table, columns, rows, same in (
            ("reviews", (*COLUMNS, "undone_at"), self.undone, log),
            ("memories", MEMORIES, self.memories, {"user_id": owner.id}),
            ("marks", MARKS, self.marks, {"user_id": owner.id}),
        ):
            some = rows[:left]
            put_rows(connection, table, columns, some, same)
            del rows[:left]
            left -= len(some)

    def copy(self, connection: sa.Connection, spans: Sequence[int]) -> None:
        """Writes rows of the log that stand in an attached block."""
        copy_spans(connection, "reviews", TOLD, spans, {"user_id": self.owner.id, "import_id": self.owner.import_id})

    def _count(self, rows: Sequence[tuple[Any, ...]], deck_id: int) -> None:
        """Adds answers given elsewhere to one card to the totals."""
        last = UNMET
        for _, _, _, kind, day, hour, _, grade, took_ms, state, undone in rows:
            if kind != IMPORTED or undone is not None:
                continue
            stage = stage_told(grade, state)
            if stage is None:
                continue
            first, last = imported_first(stage, day, last)
            self.totals.add(deck_id, share_of(day, hour, kind, grade, stage, first), 1, took_ms)

    def _day_at(self, at_ms: int) -> tuple[int, int]:
        """Study day and hour of a moment. Zones differ by quarters of hours, so one look does for all in a quarter."""
        quarter = at_ms // 900_000
        found = self._days.get(quarter)
        if found is None:
            moment = EPOCH + timedelta(milliseconds=quarter * 900_000)
            zone = self.owner.time_zone
            found = study_day(moment, zone, self.owner.day_starts_at), hour_of(moment, zone)
            if len(self._days) > 100_000:
                self._days.clear()
            self._days[quarter] = found
        return found
