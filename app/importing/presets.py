"""How a file wants its decks studied: limits and scheduler, chosen for the learner where they have not chosen yet."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.database import connection_of
from app.importing.following_again import FollowAgain
from app.importing.parsed import DeckHeader, Preset
from app.models import Follow, ParameterSet, SchedulerVersion
from app.models.scheduling import Versioned, versioned_of
from app.scheduling import DEFAULT_SETTINGS, Settings
from app.scheduling.fsrs import ALGORITHM

Chosen = Versioned


@dataclass
class Presets:
    """The presets of a file, by the name of the topmost deck."""

    headers: Sequence[DeckHeader]
    presets: Sequence[Preset]
    user_id: int | None
    now: datetime
    _made: dict[int, Versioned] = field(default_factory=dict)
    _limits: dict[int, Preset] = field(default_factory=dict)
    _left: set[int] = field(default_factory=set)
    deck_ids: dict[int, int] = field(default_factory=dict)
    """By their places in the file, of the decks that were opened."""

    def settings_for(self, session: Session, top_id: int, place: int) -> Versioned:
        """The settings under which the cards of a deck are remembered: those of the topmost deck above it, if it is
        followed; else what the file says, which holds from when it is."""
        if self.user_id is None:
            return Versioned(None, DEFAULT_SETTINGS)
        if top_id in self._made:
            return self._made[top_id]
        preset = self._preset_of(place)
        if preset is not None:
            self._limits[top_id] = preset
        followed = session.get(Follow, (self.user_id, top_id))
        if followed is not None and followed.stopped_at is not None:
            self._left.add(top_id)
        if followed is not None or preset is None or preset.settings is None or preset.settings == DEFAULT_SETTINGS:
            chosen = versioned_of(connection_of(session), self.user_id, top_id)
        else:
            chosen = self._choose(session, top_id, preset.settings)
        self._made[top_id] = chosen
        return chosen

    def _preset_of(self, place: int) -> Preset | None:
        top = self.headers[place].path[0]
        return next((preset for preset in self.presets if self.headers[preset.deck].path[0] == top), None)

    def _choose(self, session: Session, deck_id: int, settings: Settings) -> Versioned:
        own = sa.select(sa.func.coalesce(sa.func.max(SchedulerVersion.version), 0) + 1)
        version = session.scalar(own.where(SchedulerVersion.user_id == self.user_id))
        parameter_set = None
        if settings.parameters != DEFAULT_SETTINGS.parameters:
            parameter_set = self._parameters(session, deck_id, settings)
        row = SchedulerVersion(user_id=self.user_id, version=version, deck_id=deck_id, chosen_at=self.now)
        row.scheduler, row.retention = settings.scheduler.value, settings.retention
        row.maximum_interval, row.fuzz, row.parameter_set = settings.maximum_interval, settings.fuzz, parameter_set
        session.add(row)
        session.flush()
        return Versioned(version, settings)

    def _parameters(self, session: Session, deck_id: int, settings: Settings) -> int:
        own = sa.select(sa.func.coalesce(sa.func.max(ParameterSet.id), 0) + 1)
        number: int = session.scalar(own.where(ParameterSet.user_id == self.user_id)) or 1
        row = ParameterSet(user_id=self.user_id, id=number, deck_id=deck_id, algorithm=ALGORITHM, fitted_at=self.now)
        row.parameters, row.parameter_count = list(settings.parameters), len(settings.parameters)
        # Fitted elsewhere, to answers that are not known here.
        row.trained_on, row.held_out, row.loss_before, row.loss_after = 0, 0, 0.0, 0.0
        session.add(row)
        session.flush()
        return number

    def hold(self, session: Session) -> None:
        """Gives decks that are followed from this moment on the limits and the scheduler the file has for them."""
        for top_id, chosen in self._made.items():
            self._hold(session, top_id, chosen)
        if self.user_id is not None:
            FollowAgain(session, self.user_id, self.now, self.deck_ids).all(self.presets, self._left)

    def _hold(self, session: Session, top_id: int, chosen: Versioned) -> None:
        root = session.get(Follow, (self.user_id, top_id))
        if root is None or root.followed_at != self.now:
            return
        parts = session.scalars(sa.select(Follow).where(Follow.user_id == self.user_id, Follow.root_id == top_id))
        limits = self._limits.get(top_id)
        for follow in (root, *parts.all()):
            follow.scheduler_version = chosen.version
            if limits is not None:
                follow.new_per_day = limits.new_per_day if limits.new_per_day is not None else follow.new_per_day
                follow.reviews_per_day = limits.reviews_per_day
        session.flush()
