"""What a file knows of its learner, as rows: the log of a card, its memory, its marks, and the day's totals."""

import json
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import lru_cache
from hashlib import blake2b
from operator import itemgetter
from typing import Any, NamedTuple
from uuid import UUID

from app.clock import hour_of, study_day
from app.database import EPOCH
from app.importing.parsed import ParsedCard, ParsedReview
from app.models import Kind
from app.models.review import FOLDED, imported_stage
from app.models.scheduling import Versioned
from app.models.summing import Logged, practice_share, totals_of
from app.scheduling import MemoryState, replay
from app.scheduling.replay import taken_over

REVIEWS = (
    *("user_id", "card_id", "id", "deck_id", "kind", "day", "hour", "at", "grade", "took_ms", "undone_at", "state"),
    "import_id",
)
MEMORIES = (
    *("user_id", "card_id", "deck_id", "repetitions", "interval", "ease", "lapses", "last_day", "due_day"),
    *("queue_day", "drill_day", "drill_at", "stability", "difficulty", "scheduler_version", "answers"),
)
MARKS = ("user_id", "card_id", "suspended", "buried_until", "flag")
SUMMARIES = (
    *("user_id", "day", "deck_id", "hour", "kind", "grade", "stage", "first"),
    *("answers", "took_ms"),
)
IMPORTED_ID = b"imported"
"""The first half of the id of a review that has none; the other half is its moment, which no other of its card has."""
IMPORTED = int(Kind.IMPORTED)
NOTHING_TOLD = "[1, 0, 0, 0]"
"""Of an answer given elsewhere that is only known to be one."""

Totals = dict[tuple[int, ...], list[int]]
"""Answers and milliseconds by day, deck, hour, kind, grade, stage and whether it was the day's first."""


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
    """Rows that wait to be written, of cards whose ids are known."""

    owner: Owner
    reviews: list[tuple[Any, ...]] = field(default_factory=list)
    memories: list[tuple[Any, ...]] = field(default_factory=list)
    marks: list[tuple[Any, ...]] = field(default_factory=list)
    totals: Totals = field(default_factory=dict)
    _days: dict[int, tuple[int, int]] = field(default_factory=dict)

    def add(self, card_id: int, deck_id: int, final_deck_id: int, card: ParsedCard, chosen: Versioned) -> None:
        """All that is known of a card that nothing was known of before."""
        own = self.add_reviews(card_id, deck_id, final_deck_id, card.reviews) if card.reviews else []
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
                self.reviews.append(self.checkpoint(card_id, deck_id, card))
                answers = 1
            self.memories.append(self.memory(card_id, deck_id, card, chosen, answers))

    def add_reviews(
        self, card_id: int, deck_id: int, final_deck_id: int, reviews: Sequence[ParsedReview], known: Any = ()
    ) -> list[Logged]:
        """The log of a card but for what is `known`, ids as the driver gives them; answers given elsewhere count in the
        totals. Returns what stands of the rest, which the fold is made of, for `count_own`."""
        owner = self.owner
        user_id, import_id, as_id = owner.id, owner.import_id, owner.as_id
        # Done a million times: no calls that are not needed, `key_of` among them.
        rows = [
            (
                *(user_id, card_id, as_id(IMPORTED_ID + at.to_bytes(8) if id is None else id.bytes), deck_id, kind),
                *(self._day_at(at) if day is None or hour is None else (day, hour)),
                *(at, grade, took, undone, state, import_id),
            )
            for at, grade, took, kind, state, id, day, hour, undone in reviews
        ]
        if known:
            new = {row[2] for row in rows}.difference(known)
            self._count(rows, final_deck_id, new)
            rows = [row for row in rows if row[2] in new]
        else:
            self._count(rows, final_deck_id)
        self.reviews += rows
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
            key = (share.day, share.deck_id, share.hour, int(share.kind), share.grade, int(share.stage), share.first)
            counts = self.totals.setdefault(key, [0, 0])
            counts[0] += answers - answers_before
            counts[1] += took - took_before

    def add_marks(self, card_id: int, card: ParsedCard) -> None:
        """The marks of a card that has none yet."""
        self.marks.append((self.owner.id, card_id, card.suspended, card.buried_until, card.flag))

    def key_of(self, review: ParsedReview) -> Any:
        """The id of a review, as the driver gives it."""
        id = review.id
        return self.id_at(review.at_ms) if id is None else self.owner.as_id(id.bytes)

    def id_at(self, at_ms: int) -> Any:
        """The id of an answer of which only the moment is known."""
        return self.owner.as_id(IMPORTED_ID + at_ms.to_bytes(8))

    def checkpoint(self, card_id: int, deck_id: int, card: ParsedCard) -> tuple[Any, ...]:
        """The row by which the fold takes over the card's schedule. The same schedule has the same id."""
        text = _as_json(card.state or MemoryState())
        day, hour = self._day_at(card.as_of_ms)
        key = self.owner.as_id(blake2b(text.encode(), digest_size=16).digest())
        rest = (Kind.CHECKPOINT.value, day, hour, card.as_of_ms, 0, 0, None, text, self.owner.import_id)
        return (self.owner.id, card_id, key, deck_id, *rest)

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
            *(self.owner.id, card_id, deck_id, state.repetitions, state.interval, state.ease, state.lapses),
            *(state.last_day, state.due_day, queue_day, state.drill_day, drill_at),
            *(state.stability, state.difficulty, chosen.version, answers),
        )

    def take_totals(self) -> list[tuple[int, ...]]:
        """The totals as rows of the summaries, in the order of their key; then they begin anew."""
        user_id = self.owner.id
        rows = [(user_id, *key, *counts) for key, counts in self.totals.items()]
        self.totals = {}
        return sorted(rows, key=itemgetter(slice(0, 8)))

    def _count(self, rows: Sequence[tuple[Any, ...]], deck_id: int, new: Set[Any] | None = None) -> None:
        """Adds answers given elsewhere to one card to the totals; of those rows, all that are `new`."""
        last_day, totals = -1, self.totals
        for _, _, key, _, kind, day, hour, _, grade, took_ms, undone, state, _ in rows:
            if kind != IMPORTED or undone is not None:
                continue
            stage = _stage_of(grade, state)
            if stage is None:
                continue
            if new is None or key in new:
                share = (day, deck_id, hour, kind, grade, stage, day > last_day)
                counts = totals.get(share)
                if counts is None:
                    totals[share] = [1, took_ms]
                else:
                    counts[0] += 1
                    counts[1] += took_ms
            last_day = max(last_day, day)

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


def _as_json(state: MemoryState) -> str:
    """A state taken over, as a checkpoint keeps it. By hand: numbers need no encoder."""
    last, due, stability, difficulty = (
        "null" if value is None else repr(value)
        for value in (state.last_day, state.due_day, state.stability, state.difficulty)
    )
    return (
        f'{{"repetitions": {state.repetitions}, "interval": {state.interval}, "ease": {state.ease}, '
        f'"lapses": {state.lapses}, "last_day": {last}, "due_day": {due}, '
        f'"stability": {stability}, "difficulty": {difficulty}}}'
    )


@lru_cache(50_000)
def _stage_of(grade: int, state: str | None) -> int | None:
    """How far the card was; what the log says repeats from card to card."""
    stage = imported_stage(grade, json.loads(state or NOTHING_TOLD))
    return None if stage is None else int(stage)
