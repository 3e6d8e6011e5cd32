"""Passwords: Argon2id with the parameters OWASP recommends, and what a password must be."""

from functools import cache
from typing import TYPE_CHECKING

from app.errors import N_, Refused

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST, LONGEST_BYTES = 8, 1024


def hash_password(password: str) -> str:
    """Argon2id of a password. Refused if it is shorter than 8 characters or longer than 1,024 bytes."""
    if len(password) < SHORTEST:
        raise Refused(N_("A password needs at least %(shortest)s characters."), field="password", shortest=SHORTEST)
    if len(password.encode()) > LONGEST_BYTES:
        raise Refused(N_("That password is too long."), field="password")
    return _hasher().hash(password)


def password_fits(password: str, password_hash: str | None) -> bool:
    """Whether the password made the hash. None costs the same time, so that nobody can tell which names exist."""
    from argon2.exceptions import VerificationError

    if len(password.encode()) > LONGEST_BYTES:
        return False
    try:
        return _hasher().verify(password_hash or _hash_of_nothing(), password) and password_hash is not None
    except VerificationError:
        return False


def needs_new_hash(password_hash: str) -> bool:
    """Whether the hash was made with older parameters."""
    return _hasher().check_needs_rehash(password_hash)


@cache
def _hasher() -> "PasswordHasher":
    # Loaded with the first password: of all commands only one takes any.
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


@cache
def _hash_of_nothing() -> str:
    return _hasher().hash("")
