"""How a learner wants it: language, day, colours, keys."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.clock import is_time_zone
from app.errors import N_, Refused
from app.models import User

THEMES = ("auto", "light", "dark")


@dataclass(frozen=True, slots=True)
class Preferences:
    """`language` None: whatever the browser asks for. `day_starts_at`: an hour, 0 to 23."""

    language: str | None
    time_zone: str
    day_starts_at: int
    theme: str
    single_key_shortcuts: bool


def set_preferences(session: Session, learner: User, preferences: Preferences) -> None:
    """Keeps the learner's choices. Refused, with the field, for a time zone, hour or theme that is none."""
    if not is_time_zone(preferences.time_zone):
        raise Refused(N_("There is no time zone called %(name)s."), field="time_zone", name=preferences.time_zone)
    if preferences.day_starts_at not in range(24):
        raise Refused(N_("The day starts at an hour from 0 to 23."), field="day_starts_at")
    if preferences.theme not in THEMES:
        raise Refused(N_("Choose one of the colours."), field="theme")
    learner.language = preferences.language
    learner.time_zone = preferences.time_zone
    learner.day_starts_at = preferences.day_starts_at
    learner.theme = preferences.theme
    learner.single_key_shortcuts = preferences.single_key_shortcuts
    session.flush()


def set_language(session: Session, learner: User, language: str) -> None:
    """Keeps the language the learner chose."""
    learner.language = language
    session.flush()
