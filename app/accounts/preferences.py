"""How a learner wants it: language, day, colours, keys, buttons."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.clock import is_time_zone
from app.errors import N_, Refused
from app.models import Learner, User
from app.models.follow import NEW_PER_DAY, check_new_per_day, check_reviews_per_day
from app.models.user import DRILL_LATER, DRILL_SOON

THEMES = ("auto", "light", "dark")
ANSWER_MODES = (2, 4, 6)


@dataclass(frozen=True, slots=True)
class Preferences:
    """`language` None: whatever the browser asks for. `day_starts_at`: an hour, 0 to 23. `answer_mode`: the number of
    buttons that grade an answer. `drill_after`: the minutes until a failed card comes back while others wait.
    `new_per_day`, `reviews_per_day`: the limits that a deck begins with; None reviews: no limit."""

    language: str | None
    time_zone: str
    day_starts_at: int
    theme: str
    single_key_shortcuts: bool
    answer_mode: int = 4
    drill_after: int = DRILL_SOON
    new_per_day: int | None = NEW_PER_DAY
    reviews_per_day: int | None = None


def set_preferences(session: Session, learner: Learner, preferences: Preferences) -> None:
    """Keeps the learner's choices. Refused, with the field, for one that is none of those there are."""
    if not is_time_zone(preferences.time_zone):
        raise Refused(N_("There is no time zone called %(name)s."), field="time_zone", name=preferences.time_zone)
    if preferences.day_starts_at not in range(24):
        raise Refused(N_("The day starts at an hour from 0 to 23."), field="day_starts_at")
    if preferences.theme not in THEMES:
        raise Refused(N_("Choose one of the colours."), field="theme")
    if preferences.answer_mode not in ANSWER_MODES:
        raise Refused(N_("There are two, four or six buttons."), field="answer_mode")
    if preferences.drill_after not in {DRILL_SOON, DRILL_LATER}:
        raise Refused(N_("A card you forgot comes back after some others, or after ten minutes."), field="drill_after")
    check_new_per_day(preferences.new_per_day)
    check_reviews_per_day(preferences.reviews_per_day)
    user = session.get_one(User, learner.id)
    user.language = preferences.language
    user.time_zone = preferences.time_zone
    user.day_starts_at = preferences.day_starts_at
    user.theme = preferences.theme
    user.single_key_shortcuts = preferences.single_key_shortcuts
    user.answer_mode = preferences.answer_mode
    user.drill_after = preferences.drill_after
    user.new_per_day = preferences.new_per_day or 0
    user.reviews_per_day = preferences.reviews_per_day
    session.flush()


def set_language(session: Session, learner: Learner, language: str) -> None:
    """Keeps the language the learner chose."""
    session.get_one(User, learner.id).language = language
    session.flush()
