"""The histories of one import on their way into the database, past which nobody waits for long."""

from collections.abc import Callable, Sequence, Set

import sqlalchemy as sa

from app.database import connection_of
from app.importing.histories import Histories
from app.importing.opening import InTransaction
from app.importing.pace import MOST_PLAIN, Pace
from app.importing.placed_logs import PlacedBlock
from app.importing.progressing import add_totals
from app.models.memory_count import add_counts

MOST_TOTALS = 60_000
TOTALS_AT_ONCE = 1_500
Rows = Sequence[tuple[int, ...]]


class LogWriter:
    """`staging`: what opens its transactions, each of about `longest` seconds; `attach`: see `Wishes`."""

    def __init__(
        self, histories: Histories, staging: InTransaction, longest: float, attach: Callable[[bytes], None] | None
    ) -> None:
        self._histories, self._staging, self._attach = histories, staging, attach
        self._pace = Pace(MOST_PLAIN, longest)

    def write(self) -> None:
        """Writes what waits; the cards are there already."""
        histories = self._histories
        for block in histories.placed.take():
            self._write_block(block)
        while histories.weight:
            rows = min(self._pace.rows, histories.weight)
            with self._pace.measured(self._staging, rows) as session:
                histories.write(connection_of(session), rows)

    def _write_block(self, placed: PlacedBlock) -> None:
        """Copies the rows of a block, or lets them wait with the others where that cannot be."""
        content = placed.block.content
        if self._attach is None or isinstance(content, list):
            self._histories.reviews += placed.values()
            return
        self._attach(content)
        for rows, spans in placed.parts(lambda: self._pace.rows):
            with self._pace.measured(self._staging, rows) as session:
                self._histories.copy(connection_of(session), spans)

    def spill(self, leaving: Set[int], most: int = MOST_TOTALS) -> None:
        """Writes the totals before they become too many, but for those of decks that others see (`leaving`): they wait
        for the end."""
        histories = self._histories
        if len(histories.totals) > most:
            self._add(add_totals, histories.totals.take(histories.owner.id, leaving=leaving))
        if len(histories.counts) > most:
            self._add(add_counts, histories.take_counts())

    def finish(self, leaving: Set[int]) -> None:
        """The same at the end, when no more comes."""
        self._histories.placed.count()
        self.spill(leaving, most=0)

    def _add(self, add: Callable[[sa.Connection, Rows], None], rows: Rows) -> None:
        for start in range(0, len(rows), TOTALS_AT_ONCE):
            with self._staging() as session:
                add(connection_of(session), rows[start : start + TOTALS_AT_ONCE])
