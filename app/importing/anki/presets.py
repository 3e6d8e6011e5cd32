"""Anki's options of a deck in Cardlet's terms."""

import math
from collections.abc import Sequence
from typing import Any

from app.importing.parsed import Preset
from app.scheduling import Scheduler, Settings
from app.scheduling.fsrs import DEFAULT_PARAMETERS, HIGHEST_RETENTION, LOWEST_RETENTION, usable_parameters
from app.scheduling.sm2 import LONGEST_INTERVAL

MOST_PER_DAY = 9_999
FSRS_5, FSRS_45 = 19, 17
DECAY_BEFORE = 0.5
"""The parameter FSRS-6 has learnt to fit; before, it was this for everybody."""


def presets_of(sent: Sequence[dict[str, Any]]) -> tuple[Preset, ...]:
    """The presets the child has sent."""
    return tuple(
        Preset(
            deck=each["deck"],
            new_per_day=min(max(each["new"], 0), MOST_PER_DAY),
            reviews_per_day=min(max(each["reviews"], 0), MOST_PER_DAY),
            settings=_settings(each),
        )
        for each in sent
    )


def _settings(each: dict[str, Any]) -> Settings:
    longest = min(max(each["longest"], 1), LONGEST_INTERVAL)
    if not each["fsrs"]:
        return Settings(maximum_interval=longest)
    return Settings(
        scheduler=Scheduler.FSRS,
        retention=round(min(max(each["retention"], LOWEST_RETENTION), HIGHEST_RETENTION), 2),
        maximum_interval=longest,
        parameters=fsrs_6(each["parameters"]),
    )


def fsrs_6(parameters: Sequence[float]) -> tuple[float, ...]:
    """FSRS-6's parameters for those of any version since 4.5; its defaults for none, or for what are none.

    Source of the conversion: open-spaced-repetition's documentation of FSRS-5 and FSRS-6.
    """
    found = list(parameters)
    if not all(map(math.isfinite, found)):
        return DEFAULT_PARAMETERS
    if len(found) == FSRS_45:
        if found[5] * 3 + 1 <= 0:
            return DEFAULT_PARAMETERS
        found[4] += found[5] * 2
        found[5] = math.log(found[5] * 3 + 1) / 3
        found[6] += 0.5
        found += [0.0, 0.0]
    if len(found) == FSRS_5:
        found += [0.0, DECAY_BEFORE]
    try:
        return usable_parameters(found)
    except ValueError:
        return DEFAULT_PARAMETERS
