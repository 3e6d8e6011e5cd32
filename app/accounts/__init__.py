"""The room of accounts: guests, signing up, in and out, and each learner's settings."""

from app.accounts.guests import start_as_guest, sweep_guests
from app.accounts.joining import claim, create_user
from app.accounts.preferences import Preferences, set_language, set_preferences
from app.accounts.signing_in import begin_sign_in, complete_sign_in, open_sign_in, sign_out, user_of

__all__ = [
    "Preferences",
    "begin_sign_in",
    "claim",
    "complete_sign_in",
    "create_user",
    "open_sign_in",
    "set_language",
    "set_preferences",
    "sign_out",
    "start_as_guest",
    "sweep_guests",
    "user_of",
]
