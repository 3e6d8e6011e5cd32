"""Following decks again as they were followed where a file of everything comes from."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.database import EPOCH
from app.importing.followed import Chosen, Fitted
from app.importing.parsed import Preset
from app.models import Follow, ParameterSet, SchedulerVersion
from app.models.follow import NewOrder, ReviewOrder
from app.scheduling.fsrs import ALGORITHM


@dataclass
class FollowAgain:
    """Gives the decks that an import has followed what the file says of them. `deck_ids`: by their places in the
    file."""

    session: Session
    user_id: int
    now: datetime
    deck_ids: Mapping[int, int]

    def all(self, presets: Sequence[Preset], left: Collection[int]) -> None:
        """Does so, if the file says of all its decks how they were followed: what it does not name was not. `left`: the
        decks on top that the learner had left when the import began; those the file says were left stay so."""
        new = sa.select(Follow).where(Follow.user_id == self.user_id, Follow.followed_at == self.now)
        rows = {follow.deck_id: follow for follow in self.session.scalars(new.order_by(Follow.place))}
        told = {self.deck_ids[one.deck]: one for one in presets if one.followed and one.deck in self.deck_ids}
        if not told:
            return
        for deck_id, one in told.items():
            row = self.session.get(Follow, (self.user_id, deck_id))
            if row is not None and deck_id not in rows and (row.root_id or deck_id) in left:
                self._leave(row, one)
        places = sorted({row.place for row in rows.values()})
        for deck_id, row in rows.items():
            if deck_id in told:
                self._follow(row, told[deck_id])
            else:
                # It came along with a deck that it lies in, or that lies in it.
                self.session.delete(row)
        self._order({deck_id: rows[deck_id] for deck_id in told if deck_id in rows}, told, places)
        self.session.flush()

    def _follow(self, row: Follow, told: Preset) -> None:
        as_it_was = told.followed
        assert as_it_was is not None
        row.root_id = None if as_it_was.root is None else self.deck_ids.get(as_it_was.root)
        row.new_order, row.review_order = NewOrder(as_it_was.new_order), ReviewOrder(as_it_was.review_order)
        row.reviews_per_day = told.reviews_per_day
        row.new_per_day = row.new_per_day if told.new_per_day is None else told.new_per_day
        self._leave(row, told)
        if row.root_id is None:
            self._choices(row, as_it_was.version, as_it_was.choices)

    def _leave(self, row: Follow, told: Preset) -> None:
        if told.followed is not None and told.followed.stopped_ms is not None:
            row.stopped_at = EPOCH + timedelta(milliseconds=told.followed.stopped_ms)

    def _order(self, rows: Mapping[int, Follow], told: Mapping[int, Preset], places: Sequence[int]) -> None:
        """The order of the shelf, among what came with this import."""
        wanted = {deck_id: one.followed.place for deck_id, one in told.items() if one.followed and deck_id in rows}
        ranks = {place: rank for rank, place in enumerate(sorted(set(wanted.values())))}
        for deck_id, row in rows.items():
            rank = ranks[wanted[deck_id]]
            row.place = places[rank] if rank < len(places) else places[-1] + rank

    def _choices(self, row: Follow, current: int | None, choices: Sequence[Chosen]) -> None:
        """The deck's scheduler versions there ever were, so that a change can be taken back here as there. The one
        that holds is there already."""
        numbers: dict[int, int] = {}
        kept: list[tuple[SchedulerVersion, Chosen]] = []
        for chosen in choices:
            version = None
            if chosen.number == current and row.scheduler_version is not None:
                version = self.session.get(SchedulerVersion, (self.user_id, row.scheduler_version))
            if version is None:
                version = self._version(row.deck_id, chosen)
            if chosen.fitted is not None and version.parameter_set is not None:
                self._tell(self.session.get_one(ParameterSet, (self.user_id, version.parameter_set)), chosen.fitted)
            numbers[chosen.number] = version.version
            kept.append((version, chosen))
        for version, chosen in kept:
            version.replaces = numbers.get(chosen.replaces or 0)

    def _version(self, deck_id: int, chosen: Chosen) -> SchedulerVersion:
        settings = chosen.settings
        version = SchedulerVersion(user_id=self.user_id, deck_id=deck_id, chosen_at=self.now)
        version.version = self._next(SchedulerVersion.version, SchedulerVersion.user_id)
        version.scheduler, version.retention = settings.scheduler.value, settings.retention
        version.maximum_interval, version.fuzz = settings.maximum_interval, settings.fuzz
        version.parameter_set = None if chosen.fitted is None else self._parameters(deck_id, chosen.fitted)
        self.session.add(version)
        self.session.flush()
        return version

    def _parameters(self, deck_id: int, fitted: Fitted) -> int:
        row = ParameterSet(user_id=self.user_id, deck_id=deck_id, algorithm=ALGORITHM, fitted_at=self.now)
        row.id = self._next(ParameterSet.id, ParameterSet.user_id)
        row.parameters, row.parameter_count = list(fitted.parameters), len(fitted.parameters)
        self._tell(row, fitted)
        self.session.add(row)
        self.session.flush()
        return row.id

    def _tell(self, row: ParameterSet, fitted: Fitted) -> None:
        row.trained_on, row.held_out = fitted.trained_on, fitted.held_out
        row.loss_before, row.loss_after = fitted.loss_before, fitted.loss_after

    def _next(self, number: sa.orm.InstrumentedAttribute[int], owner: sa.orm.InstrumentedAttribute[int]) -> int:
        return (self.session.scalar(sa.select(sa.func.max(number)).where(owner == self.user_id)) or 0) + 1
