"""The schedules that Obsidian's spaced repetition plugin keeps in comments: `<!--SR:!2025-01-31,14,250-->`."""

import re
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from app.clock import date_of, day_of
from app.importing.parsed import ParsedCard, ParsedNote, ReadingOptions
from app.rendering import card_ordinals
from app.scheduling import MemoryState

COMMENT = re.compile(r"<!--SR:(![^<>]{1,4000})-->")
DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
NUMBER = re.compile(r"\d{1,6}(?:\.\d{1,6})?")
UNSEEN = "2000-01-01"
"""Stands for a card nobody has seen, beside others that somebody has."""
LOWEST_EASE, USUAL_EASE, HIGHEST_EASE = 1300, 2500, 10_000
LONGEST_INTERVAL = 36_500
FSRS = "fsrs"


def cards_of(note: ParsedNote, comment: str, options: ReadingOptions) -> list[ParsedCard] | None:
    """The note's cards with their schedules, in the order in which the comment has them."""
    told = [part for part in comment.split("!") if part.strip()]
    cards = [ParsedCard(ordinal, note.deck) for ordinal in card_ordinals(note.content)]
    for card, text in zip(cards, told, strict=False):
        card.state = _state(text)
        if card.state is not None and card.state.last_day is not None:
            noon = datetime.combine(date_of(card.state.last_day), time(12), ZoneInfo(options.time_zone))
            card.as_of_ms = int(noon.timestamp() * 1000)
    return cards if any(card.state is not None for card in cards) else None


def _state(text: str) -> MemoryState | None:
    """A schedule as SM-2 has it; None for a card that is new, or words that are no schedule."""
    parts = [part.strip() for part in text.split(",")]
    is_fsrs = parts[0] == FSRS
    days = [day for part in parts if (day := _day(part)) is not None]
    numbers = [float(part) for part in parts if NUMBER.fullmatch(part)]
    if not days or not numbers or UNSEEN in parts[0]:
        return None
    interval = min(max(round(numbers[0]), 1), LONGEST_INTERVAL)
    # Only the first form writes the ease, in hundredths; FSRS keeps none.
    ease = round(numbers[1] * 10) if len(numbers) > 1 and not is_fsrs else USUAL_EASE
    return MemoryState(
        repetitions=2 if interval > 1 else 1,
        interval=interval,
        ease=min(max(ease, LOWEST_EASE), HIGHEST_EASE),
        last_day=days[0] - interval,
        due_day=days[0],
        answers=1,
    )


def _day(text: str) -> int | None:
    found = DAY.match(text)
    try:
        return day_of(date(*map(int, found.groups()))) if found else None
    except ValueError:
        return None
