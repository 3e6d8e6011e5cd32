"""What a collection says of itself, whichever generation wrote it. Plain values: they travel between two processes."""

import math
from dataclasses import dataclass, field

MOST_TYPES, MOST_DECKS, MOST_PRESETS = 5_000, 20_000, 5_000
MOST_FIELDS, MOST_TEMPLATES = 200, 500
LONGEST_TEMPLATE = 2**20
DEFAULT_ROLLOVER = 4


@dataclass
class Type:
    """A note type. `templates`: name, front and back of each; `is_cloze`: as Anki itself sees it."""

    id: int
    name: str
    fields: list[str]
    templates: list[tuple[str, str, str]]
    css: str
    is_cloze: bool


@dataclass
class Deck:
    """A deck. `preset` is None for a filtered one; `new`, `reviews`, `retention`: its own instead of the preset's."""

    id: int
    path: tuple[str, ...]
    description: str
    preset: int | None
    new: int | None = None
    reviews: int | None = None
    retention: float | None = None
    language: str = ""
    """Said by Cardlet alone."""


@dataclass
class Options:
    """A preset of options: cards a day, retention, the longest interval, and FSRS's parameters, however many."""

    id: int
    new: int
    reviews: int
    retention: float
    longest: int
    parameters: list[float]


@dataclass
class Described:
    """All of it. `created`, in seconds: when the collection began; `west`: minutes its clock was behind UTC then, None
    for those that do not say; `changed`, in milliseconds; `fsrs`: whether it is on, None if that is not said."""

    created: int
    changed: int
    west: int | None = None
    fsrs: bool | None = None
    types: dict[int, Type] = field(default_factory=dict)
    decks: dict[int, Deck] = field(default_factory=dict)
    options: dict[int, Options] = field(default_factory=dict)


def whole(value: object, default: int = 0) -> int:
    """A number of a JSON document as an integer SQLite could hold."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return default
    if isinstance(value, float) and not math.isfinite(value):
        return default
    number = int(value)
    return number if -(2**63) <= number < 2**63 else default


def plain(value: object) -> str:
    """A text of a JSON document, without what no database can hold."""
    return value.replace("\0", "").encode(errors="replace").decode() if isinstance(value, str) else ""


def share(value: object) -> float | None:
    """A retention, which is written as a share or in percent; None: none."""
    number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0
    if not math.isfinite(number) or number <= 0:
        return None
    return number / 100 if number > 1 else number
