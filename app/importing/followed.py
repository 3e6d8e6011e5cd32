"""What a file of everything says of how its decks were followed."""

from typing import NamedTuple

from app.scheduling import Settings


class Fitted(NamedTuple):
    """Parameters that were fitted to answers; see models.ParameterSet."""

    parameters: tuple[float, ...]
    trained_on: int
    held_out: int
    loss_before: float
    loss_after: float


class Chosen(NamedTuple):
    """A scheduler version as the file counts them; see models.SchedulerVersion."""

    number: int
    settings: Settings
    fitted: Fitted | None
    replaces: int | None


class Followed(NamedTuple):
    """How a deck was followed; see models.Follow. `root`: a place in `ParsedDeck.decks`; `choices`: all scheduler
    versions the deck ever had."""

    root: int | None
    place: int
    new_order: int
    review_order: int
    version: int | None
    stopped_ms: int | None
    choices: tuple[Chosen, ...]
