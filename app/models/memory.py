"""What the scheduler knows of one learner and one card."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Moment, only_where
from app.scheduling import LEECH_LAPSES, MemoryState


class Memory(Base):
    """The fold of the learner's answers to a card; made at the first answer, equal to `replay` of them ever after."""

    __tablename__ = "memories"
    __table_args__ = (
        # Each names all its statements compare for equality, then what they sort by, so that a LIMIT ends the walk.
        sa.Index("ix_memories_queue", "user_id", "deck_id", "queue_day", "card_id"),
        sa.Index(
            "ix_memories_drill",
            *("user_id", "drill_day", "deck_id", "drill_at", "card_id"),
            **only_where("drill_day IS NOT NULL"),
        ),
        # What was forgotten most, and nothing else.
        sa.Index(
            "ix_memories_leeches",
            *("user_id", "lapses", "deck_id", "card_id"),
            **only_where(f"lapses >= {LEECH_LAPSES}"),
        ),
        {"sqlite_with_rowid": False},
    )

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    # No foreign keys to content here or in the log: a deleted card would have to be looked for in every learner's rows.
    # Nothing that somebody has met is ever deleted; it is retired.
    card_id: Mapped[int] = mapped_column(primary_key=True)
    # The deck the card was in when it was last answered, so that a deck's queue is one walk along an index.
    deck_id: Mapped[int]
    repetitions: Mapped[int]
    interval: Mapped[int]
    ease: Mapped[int]
    lapses: Mapped[int]
    last_day: Mapped[int]
    due_day: Mapped[int]
    # The day from which the queue shows the card: due_day unless a mark says otherwise. NULL: never.
    queue_day: Mapped[int | None]
    # The day the card is drilled on and when it was last seen in the drill. NULL: not in the drill.
    drill_day: Mapped[int | None]
    drill_at: Mapped[datetime | None] = mapped_column(Moment)
    # FSRS's; NULL under SM-2.
    stability: Mapped[float | None]
    difficulty: Mapped[float | None]
    # The SchedulerVersion under which the log was folded; NULL: the defaults. Where the deck has another by now (the
    # card was moved, or answered at the moment of a switch), the next answer folds the log under that one.
    scheduler_version: Mapped[int | None]
    # How many answers the fold holds. A page sends back what it showed, and an answer to an older state is refused.
    answers: Mapped[int]

    @property
    def state(self) -> MemoryState:
        return MemoryState(**{field: getattr(self, field) for field in MemoryState.__dataclass_fields__})
