"""Fuzz: cards that were learnt together drift apart, each interval a little longer or shorter.

No chance is in it. The draw follows from the card and the number of its answers, so a button's label is what happens.
"""

from hashlib import blake2b

UNFUZZED_BELOW = 2.5
SPREAD = ((2.5, 7.0, 0.15), (7.0, 20.0, 0.10), (20.0, float("inf"), 0.05))
"""From this many days to that many, each day widens the range by this share of a day to either side; all of it in
addition to one day (the widths of Anki's scheduler)."""


def fuzzed(interval: int, longest: int, card_id: int, answers: int) -> int:
    """The interval moved within its range, evenly over whole days, for the card's next answer after so many."""
    lowest, highest = fuzz_range(interval, longest)
    digest = blake2b(f"{card_id}:{answers}".encode(), digest_size=8).digest()
    return lowest + int.from_bytes(digest) * (highest - lowest + 1) // 256**8


def fuzz_range(interval: int, longest: int) -> tuple[int, int]:
    """The shortest and the longest that an interval may become; an interval under 2.5 days stays as it is."""
    if interval < UNFUZZED_BELOW:
        return interval, interval
    width = 1 + sum(share * max(0.0, min(interval, to) - since) for since, to, share in SPREAD)
    highest = min(longest, round(interval + width))
    return min(max(2, round(interval - width)), highest), highest
