"""Passes for files of others: a page that shows a card gives the address of its picture to that one learner."""

import hmac
from hashlib import sha256

from flask import current_app

LENGTH = 24
"""Hexadecimal digits; nobody guesses 96 bits."""


def pass_for(user_id: int, owner_id: int | None, digest: str) -> str:
    """What lets a learner have a file of an author's."""
    key: str = current_app.config["SECRET_KEY"]
    text = f"file:{user_id}:{owner_id}:{digest}"
    return hmac.new(key.encode(), text.encode(), sha256).hexdigest()[:LENGTH]


def is_pass(given: str, user_id: int, owner_id: int, digest: str) -> bool:
    """Whether a page gave this to the learner for that file."""
    return hmac.compare_digest(given.encode(), pass_for(user_id, owner_id, digest).encode())
