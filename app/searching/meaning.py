"""What a query can mean, as a small tree, and whether a card is what it asks for."""

import operator
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Protocol

from app.searching.words import is_unspaced

STATES = ("new", "due", "learning", "mature", "suspended", "buried", "leech", "flagged")
FIGURES = ("ease", "interval", "lapses", "due", "reps", "stability", "difficulty")
COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "!=": operator.ne,
    "=": operator.eq,
    "<": operator.lt,
    ">": operator.gt,
}


class Facts(Protocol):
    """What a card is to whoever looks for it. `wording` as `words.wording` makes it; `tags`, `deck` and `type` folded;
    a figure is None for a card that was never answered; `ratings`: days ago and button, of the latest answers."""

    @property
    def wording(self) -> str: ...
    @property
    def tags(self) -> Collection[str]: ...
    @property
    def deck(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def flag(self) -> int: ...
    @property
    def age(self) -> int: ...
    @property
    def ratings(self) -> Collection[tuple[int, int]]: ...
    def is_in(self, state: str) -> bool: ...
    def figure(self, name: str) -> float | None: ...


@dataclass(frozen=True, slots=True)
class Words:
    """Words that follow each other. `whole`: the last one is not only a beginning."""

    tokens: tuple[str, ...]
    whole: bool = False

    def holds(self, card: Facts) -> bool:
        first = "" if is_unspaced(self.tokens[0]) else " "
        last = " " if self.whole and not is_unspaced(self.tokens[-1]) else ""
        return f"{first}{' '.join(self.tokens)}{last}" in card.wording


@dataclass(frozen=True, slots=True)
class Pattern:
    """One word with anything in the place of each `*`; `parts` are what stands between them."""

    parts: tuple[str, ...]

    def holds(self, card: Facts) -> bool:
        return any(fits(self.parts, token) for token in card.wording.split())


@dataclass(frozen=True, slots=True)
class InDeck:
    """In a deck of that name or in one inside it."""

    parts: tuple[str, ...]

    def holds(self, card: Facts) -> bool:
        return fits_path(self.parts, card.deck)


@dataclass(frozen=True, slots=True)
class Tagged:
    """With the tag or one below it; without parts: with none."""

    parts: tuple[str, ...]

    def holds(self, card: Facts) -> bool:
        if not self.parts:
            return not card.tags
        return any(fits_path(self.parts, tag) for tag in card.tags)


@dataclass(frozen=True, slots=True)
class OfType:
    """Of a note type of that name."""

    parts: tuple[str, ...]

    def holds(self, card: Facts) -> bool:
        return fits(self.parts, card.type)


@dataclass(frozen=True, slots=True)
class Is:
    state: str

    def holds(self, card: Facts) -> bool:
        return card.is_in(self.state)


@dataclass(frozen=True, slots=True)
class Flagged:
    """With this flag; 0: without one."""

    flag: int

    def holds(self, card: Facts) -> bool:
        return card.flag == self.flag


@dataclass(frozen=True, slots=True)
class Prop:
    figure: str
    comparison: str
    value: float

    def holds(self, card: Facts) -> bool:
        number = card.figure(self.figure)
        return number is not None and COMPARISONS[self.comparison](number, self.value)


@dataclass(frozen=True, slots=True)
class Rated:
    """Answered within so many days, today being the first; `button`: with this one."""

    days: int
    button: int | None = None

    def holds(self, card: Facts) -> bool:
        return any(ago < self.days and self.button in {None, button} for ago, button in card.ratings)


@dataclass(frozen=True, slots=True)
class Added:
    """Written within so many days, today being the first."""

    days: int

    def holds(self, card: Facts) -> bool:
        return card.age < self.days


@dataclass(frozen=True, slots=True)
class Not:
    inner: "Meaning"

    def holds(self, card: Facts) -> bool:
        return not self.inner.holds(card)


@dataclass(frozen=True, slots=True)
class All:
    """Every one of them; without any, every card."""

    inner: tuple["Meaning", ...]

    def holds(self, card: Facts) -> bool:
        return all(one.holds(card) for one in self.inner)


@dataclass(frozen=True, slots=True)
class Either:
    inner: tuple["Meaning", ...]

    def holds(self, card: Facts) -> bool:
        return any(one.holds(card) for one in self.inner)


Meaning = Words | Pattern | InDeck | Tagged | OfType | Is | Flagged | Prop | Rated | Added | Not | All | Either


def leaves(meaning: Meaning) -> Iterator[Meaning]:
    """The conditions a query is made of, wherever they stand in it."""
    if isinstance(meaning, Not):
        yield from leaves(meaning.inner)
    elif isinstance(meaning, All | Either):
        for one in meaning.inner:
            yield from leaves(one)
    else:
        yield meaning


def fits(parts: tuple[str, ...], text: str) -> bool:
    """Whether a text is these parts with anything between them. Each is looked for where the one before it ended, so
    it takes no longer than the text is long. Of a script without spaces it may be any piece of the text."""
    first, *middle = parts
    if not middle:
        return text == first
    last = middle.pop()
    inside = any(is_unspaced(part) for part in parts if part)
    at = text.find(first) if inside else 0
    if at < 0 or not text.startswith(first, at):
        return False
    at += len(first)
    for part in middle:
        at = text.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return last in text[at:] if inside else len(text) - len(last) >= at and text.endswith(last)


def fits_path(parts: tuple[str, ...], path: str) -> bool:
    """Whether a name, or one above it, is these parts with anything between them."""
    steps = path.split("::")
    return any(fits(parts, "::".join(steps[: length + 1])) for length in range(len(steps)))
