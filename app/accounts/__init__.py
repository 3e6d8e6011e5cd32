"""The room of accounts: guests, signing up, in and out, who runs the server, settings, and leaving."""

from app.accounts.guests import start_as_guest, sweep_guests
from app.accounts.handing_over import decks_left_behind
from app.accounts.joining import claim, create_user
from app.accounts.leaving import begin_leaving, finish_leaving, still_leaving
from app.accounts.links import invitations, look_at_link, make_link, use_link, withdraw_invitation
from app.accounts.people import (
    check_admins_left,
    choose_sign_up,
    is_only_admin,
    make_admin,
    named_learner,
    people,
    set_disabled,
    sign_up_of,
)
from app.accounts.preferences import Preferences, set_language, set_preferences
from app.accounts.signing_in import (
    begin_sign_in,
    complete_sign_in,
    open_sign_in,
    set_password,
    sign_out,
    user_of,
)

__all__ = [
    "Preferences",
    "begin_leaving",
    "begin_sign_in",
    "check_admins_left",
    "choose_sign_up",
    "claim",
    "complete_sign_in",
    "create_user",
    "decks_left_behind",
    "finish_leaving",
    "invitations",
    "is_only_admin",
    "look_at_link",
    "make_admin",
    "make_link",
    "named_learner",
    "open_sign_in",
    "people",
    "set_disabled",
    "set_language",
    "set_password",
    "set_preferences",
    "sign_out",
    "sign_up_of",
    "start_as_guest",
    "still_leaving",
    "sweep_guests",
    "use_link",
    "user_of",
    "withdraw_invitation",
]
