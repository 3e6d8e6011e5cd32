"""The review log of a collection on its way: what Anki says of an answer as Cardlet has it.

Runs in the child process.
"""

from typing import Any

from app.errors import N_, UnreadableFile
from app.importing.anki.schedule import BLOCK, LAST_MOMENT, Grades, Moments, State, States
from app.importing.log_blocks import WIDTH, Content, Sum, packed
from app.importing.log_rows import IMPORTED, IMPORTED_ID, checkpoint_row
from app.scheduling.stages import MET, UNMET

MOST_ANSWERS_A_CARD = 50_000
LONGEST_TOOK = 60_000
"""Milliseconds an answer is said to have taken at most, as everywhere in the log."""
ONE = 2**48
"""An answer in a sum, whose milliseconds stand below it: no block has so many."""
Answers = list[tuple[Any, ...]]
"""Moment, button, milliseconds, type, interval, last interval, factor and card of each."""
Span = tuple[int, int, int]
"""First row in the block, answers, and rows with the checkpoint."""
NOTHING: Span = (0, 0, 0)


class Log:
    """The rows of the block that is being filled. `as_of`: the moment of the schedules that are taken over; `pack`:
    whether a block is made a database."""

    def __init__(self, moments: Moments, as_of: int, *, pack: bool) -> None:
        self._moments, self._states, self._grades = moments, States(), Grades()
        self._pack = pack
        self._as_of = (*moments[as_of // BLOCK][:2], as_of)
        self._values: list[Any] = []
        self._sums: dict[int, dict[int, int]] = {}
        self.impossible = 0

    def __len__(self) -> int:
        return len(self._values) // WIDTH

    def possible(self, rows: Answers) -> Answers:
        """A card's answers without those whose moment cannot be. Raises UnreadableFile for too many."""
        if len(rows) > MOST_ANSWERS_A_CARD:
            raise UnreadableFile(N_("a card has more answers than anybody could give"))
        if not rows or (rows[0][0] > 0 and rows[-1][0] < LAST_MOMENT):
            return rows
        possible = [row for row in rows if 0 < row[0] < LAST_MOMENT]
        self.impossible += len(rows) - len(possible)
        return possible

    def add(self, answers: Answers, deck: int, state: State | None = None) -> Span:
        """Adds the possible answers of a card in a deck, known by its place, and the schedule they led to."""
        first = len(self)
        if answers:
            self._add(answers, self._sums.setdefault(deck, {}))
        if state is not None:
            self._values += checkpoint_row(state, *self._as_of)
        return first, len(answers), len(self) - first

    def _add(self, answers: Answers, sums: dict[int, int]) -> None:
        days, states, grades, repeated = self._moments, self._states, self._grades, UNMET
        values, found_in = self._values, sums.get
        # Done a million times: no calls that are not needed. `first` is as `imported_first` has it, a share
        # as `share_of`.
        for at, ease, took, kind, interval, last, factor, _ in answers:
            day, hour, hourly = days[at // BLOCK]
            grade, (text, stage) = grades[ease], states[kind, interval, last, factor]
            took_ms = took if 0 <= took <= LONGEST_TOOK else (took > 0) * LONGEST_TOOK
            values += (IMPORTED_ID + at.to_bytes(8), IMPORTED, day, hour, at, grade, took_ms, text)
            if stage is None or not grade:
                continue
            first = day > repeated if stage else repeated == UNMET
            if first:
                repeated = day if stage else MET
            share = hourly | grade << 3 | stage << 1 | first
            sums[share] = found_in(share, 0) + ONE + took_ms

    def take(self) -> tuple[Content, int, list[Sum]]:
        """The block as `LogBlock` has it; the next begins."""
        values, sums, size = self._values, self._sums, len(self)
        self._values, self._sums = [], {}
        found = [(deck, share, *divmod(sum, ONE)) for deck, shares in sums.items() for share, sum in shares.items()]
        return packed(values) if self._pack else values, size, found
