"""How a learner wants a deck scheduled: what the fold needs to know besides the log."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from app.scheduling.fsrs import DEFAULT_PARAMETERS, HIGHEST_RETENTION, LOWEST_RETENTION, Fsrs
from app.scheduling.sm2 import LONGEST_INTERVAL


class Scheduler(StrEnum):
    """The algorithms there are."""

    SM2 = "sm2"
    FSRS = "fsrs"


@dataclass(frozen=True)
class Settings:
    """Scheduler and longest interval (days); fuzz or not; for FSRS the desired retention and the parameters.

    Raises ValueError for a retention outside 0.70 to 0.99 or a longest interval outside 1 to 36,500 days.
    """

    scheduler: Scheduler = Scheduler.SM2
    retention: float = 0.9
    maximum_interval: int = LONGEST_INTERVAL
    fuzz: bool = False
    parameters: tuple[float, ...] = DEFAULT_PARAMETERS

    def __post_init__(self) -> None:
        if not LOWEST_RETENTION <= self.retention <= HIGHEST_RETENTION:
            raise ValueError(f"a desired retention lies between 0.70 and 0.99, not at {self.retention}")
        if not 1 <= self.maximum_interval <= LONGEST_INTERVAL:
            raise ValueError(f"a longest interval lies between 1 and {LONGEST_INTERVAL} days")

    @cached_property
    def fsrs(self) -> Fsrs:
        """The algorithm so set; kept, because a fold asks for it at each step."""
        return Fsrs(self.parameters, self.retention, self.maximum_interval)


DEFAULT_SETTINGS = Settings()
"""What holds for a deck until its learner chooses: SM-2."""
