"""How a learner's decks are scheduled, version by version, and the parameters that were fitted to their answers.

The fold needs the settings as much as the log, so no row here is ever rewritten: choosing anew adds a version.
"""

from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Moment
from app.models.follow import Follow
from app.scheduling import DEFAULT_SETTINGS, Scheduler, Settings


class SchedulerVersion(Base):
    """What a learner chose for a followed deck and all inside it. Without one, the defaults hold."""

    __tablename__ = "scheduler_versions"
    __table_args__ = ({"sqlite_with_rowid": False},)

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    # Counted from 1 for each learner.
    version: Mapped[int] = mapped_column(primary_key=True)
    # No foreign key: see Memory.
    deck_id: Mapped[int]
    scheduler: Mapped[str] = mapped_column(sa.String(8))
    # 0.70 to 0.99; kept under SM-2 too, which does not ask for it, so that going back to FSRS finds it.
    retention: Mapped[float]
    maximum_interval: Mapped[int]
    fuzz: Mapped[bool]
    # The ParameterSet. NULL: FSRS's default parameters.
    parameter_set: Mapped[int | None]
    # The version that held before, which undoing brings back. NULL: the defaults.
    replaces: Mapped[int | None]
    chosen_at: Mapped[datetime] = mapped_column(Moment)


class ParameterSet(Base):
    """Parameters fitted to what a learner answered in a deck, and how well they predicted the answers held out.

    Both losses are mean log losses over the `held_out` latest reviews: with the parameters in use, and with these.
    """

    __tablename__ = "parameter_sets"
    __table_args__ = ({"sqlite_with_rowid": False},)

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    # Counted from 1 for each learner.
    id: Mapped[int] = mapped_column(primary_key=True)
    deck_id: Mapped[int]
    # A name such as FSRS-6, and how many parameters it has: the next algorithm has others.
    algorithm: Mapped[str] = mapped_column(sa.String(16))
    parameter_count: Mapped[int] = mapped_column(sa.SmallInteger)
    parameters: Mapped[list[float]] = mapped_column(sa.JSON)
    trained_on: Mapped[int]
    held_out: Mapped[int]
    loss_before: Mapped[float]
    loss_after: Mapped[float]
    fitted_at: Mapped[datetime] = mapped_column(Moment)


class Versioned(NamedTuple):
    """Settings, and the version of them; None: the defaults, which nobody has chosen."""

    version: int | None
    settings: Settings


SETTINGS: tuple[Any, ...] = (
    *(SchedulerVersion.version, SchedulerVersion.scheduler, SchedulerVersion.retention),
    *(SchedulerVersion.maximum_interval, SchedulerVersion.fuzz, ParameterSet.parameters),
)
"""The columns that `versioned_from` reads, of a statement that was given to `with_settings`."""


def with_settings(rows: Any, learner_id: Any) -> Any:
    """Joins the settings of the follow, which the statement has already joined."""
    version = (SchedulerVersion.user_id == learner_id, SchedulerVersion.version == Follow.scheduler_version)
    fitted = (ParameterSet.user_id == learner_id, ParameterSet.id == SchedulerVersion.parameter_set)
    return rows.outerjoin(SchedulerVersion, sa.and_(*version)).outerjoin(ParameterSet, sa.and_(*fitted))


def versioned_from(columns: Any) -> Versioned:
    """The version in a row's columns of SETTINGS, and what it says; no version is the defaults."""
    version, scheduler, retention, maximum_interval, fuzz, fitted = columns
    if version is None:
        return Versioned(None, DEFAULT_SETTINGS)
    parameters = DEFAULT_SETTINGS.parameters if fitted is None else tuple(fitted)
    return Versioned(version, Settings(Scheduler(scheduler), retention, maximum_interval, fuzz, parameters))


def versioned_of(connection: sa.Connection, user_id: int, deck_id: int) -> Versioned:
    """The settings of a learner's deck; the defaults if they do not follow it."""
    rows = with_settings(sa.select(*SETTINGS).select_from(Follow), user_id)
    own = rows.where(Follow.user_id == user_id, Follow.deck_id == deck_id)
    found = connection.execute(own).first()
    return Versioned(None, DEFAULT_SETTINGS) if found is None else versioned_from(found)


def all_settings(connection: sa.Connection, user_id: int) -> dict[int | None, Settings]:
    """All settings a learner ever chose, by version; None: the defaults."""
    fitted = sa.and_(ParameterSet.user_id == user_id, ParameterSet.id == SchedulerVersion.parameter_set)
    versions = sa.select(*SETTINGS).select_from(SchedulerVersion).outerjoin(ParameterSet, fitted)
    rows = connection.execute(versions.where(SchedulerVersion.user_id == user_id))
    return {None: DEFAULT_SETTINGS} | dict(map(versioned_from, rows))
