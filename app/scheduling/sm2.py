"""SM-2 (P. A. Woźniak, "Optimization of learning", 1990, chapter 3.2), in whole numbers.

Where the published text is open, docs/decisions/0003-sm2.md says which reading is taken and why.
"""

from app.scheduling.memory import GRADES

FIRST_INTERVAL = 1
SECOND_INTERVAL = 6
LONGEST_INTERVAL = 36_500
LOWEST_EASE = 1_300
LOWEST_PASS = 3
EASE_CHANGE = {5: 100, 4: 0, 3: -140, 2: -320, 1: -540, 0: -800}
"""EF' - EF = 0.1 - (5 - q)(0.08 + (5 - q) 0.02), in thousandths."""


def repeat(repetitions: int, interval: int, ease: int, grade: int) -> tuple[int, int, int]:
    """One repetition: (n, I in days, EF in thousandths) before, and the grade q, give the three after.

    Raises ValueError for a grade outside 0 to 5.
    """
    if grade not in GRADES:
        raise ValueError(f"a grade is a whole number from 0 to 5, not {grade}")
    new_ease = max(LOWEST_EASE, ease + EASE_CHANGE[grade])
    if grade < LOWEST_PASS:
        return 0, FIRST_INTERVAL, new_ease
    return repetitions + 1, next_interval(repetitions, interval, ease), new_ease


def next_interval(repetitions: int, interval: int, ease: int) -> int:
    """I(1) = 1, I(2) = 6, I(n) = I(n-1) * EF rounded up, with the EF from before this repetition.

    The ceiling is taken on integers: in floats the product often lands a hair above a whole number and gains a day.
    """
    if repetitions == 0:
        return FIRST_INTERVAL
    if repetitions == 1:
        return SECOND_INTERVAL
    return min(LONGEST_INTERVAL, -(-interval * ease // 1000))
