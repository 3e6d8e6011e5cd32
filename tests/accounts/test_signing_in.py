"""Passwords, attempts, and sign-ins as rows."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts import (
    begin_sign_in,
    claim,
    complete_sign_in,
    create_user,
    open_sign_in,
    set_password,
    sign_out,
    start_as_guest,
    sweep_guests,
    user_of,
)
from app.accounts.passwords import hash_password, password_fits
from app.errors import Refused, TooManyTries
from app.models import Card, FailedSignIn, SignIn, User
from app.study import AnswerGiven, answer_card
from tests.factories import a_deck, a_follow, a_learner, at

PASSWORD = "a long sentence"


@pytest.fixture
def ada(session: Session) -> User:
    a_learner(session, "Bob", password_hash=hash_password("another sentence"))
    return create_user(session, "Ada", hash_password(PASSWORD), "UTC", at(0))


def sign_in(session: Session, name: str, password: str, address: str, now: datetime) -> User | None:
    attempt = begin_sign_in(session, name, address, now)
    return complete_sign_in(session, attempt, None) if attempt.succeeds_with(password) else None


def test_passwords_are_argon2id() -> None:
    assert hash_password(PASSWORD).startswith("$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize("password", ["", "1234567", "七个字符的密码", "x" * 1025])
def test_a_password_too_short_or_too_long_is_refused(password: str) -> None:
    with pytest.raises(Refused):
        hash_password(password)


def test_nobody_fits_no_hash() -> None:
    assert not password_fits("", None)
    assert not password_fits("x" * 2000, None)


def test_the_right_password_signs_in_whatever_the_names_case(session: Session, ada: User) -> None:
    assert sign_in(session, " ＡＤＡ ", PASSWORD, "192.0.2.1", at(0)) is ada


@pytest.mark.parametrize(("name", "password"), [("Ada", "another sentence"), ("Nobody", PASSWORD), ("", "")])
def test_anything_else_does_not(session: Session, ada: User, name: str, password: str) -> None:
    assert sign_in(session, name, password, "192.0.2.1", at(0)) is None


def test_ten_wrong_passwords_close_the_account_for_five_minutes(session: Session, ada: User) -> None:
    for number in range(10):
        assert sign_in(session, "Ada", "wrong password", f"192.0.2.{number}", at(0)) is None
    with pytest.raises(TooManyTries):
        sign_in(session, "Ada", PASSWORD, "192.0.2.99", at(0, minute=4))
    assert sign_in(session, "Ada", PASSWORD, "192.0.2.99", at(0, minute=6)) is ada


def test_ten_wrong_passwords_close_the_address_but_not_other_peoples(session: Session, ada: User) -> None:
    for number in range(10):
        sign_in(session, f"guess {number}", "wrong password", "192.0.2.1", at(0))
    with pytest.raises(TooManyTries):
        sign_in(session, "Ada", PASSWORD, "192.0.2.1", at(0))
    assert sign_in(session, "Ada", PASSWORD, "192.0.2.2", at(0)) is ada


def test_right_passwords_do_not_count(session: Session, ada: User) -> None:
    for _ in range(12):
        assert sign_in(session, "Ada", PASSWORD, "192.0.2.1", at(0)) is ada
    assert session.scalars(sa.select(FailedSignIn)).all() == []


def test_attempts_that_are_still_being_looked_at_count_too(session: Session, ada: User) -> None:
    for _ in range(10):
        begin_sign_in(session, "Ada", "192.0.2.1", at(0))
    with pytest.raises(TooManyTries):
        begin_sign_in(session, "Ada", "192.0.2.1", at(0))


def test_a_hash_with_older_parameters_is_replaced(session: Session, ada: User) -> None:
    attempt = begin_sign_in(session, "Ada", "192.0.2.1", at(0))
    complete_sign_in(session, attempt, "newer")
    assert ada.password_hash == "newer"


@pytest.mark.parametrize("new_hash", [None, "of the old password, made anew"])
def test_a_password_that_was_changed_while_it_was_looked_at_lets_nobody_in(
    session: Session, ada: User, new_hash: str | None
) -> None:
    attempt = begin_sign_in(session, "Ada", "192.0.2.1", at(0))
    assert attempt.succeeds_with(PASSWORD)
    set_password(session, ada.id, "another")
    assert complete_sign_in(session, attempt, new_hash) is None
    assert ada.password_hash == "another"
    assert len(session.scalars(sa.select(FailedSignIn)).all()) == 2, "it counts as a wrong one"


def test_a_sign_in_is_a_row_that_does_not_hold_the_token(session: Session, ada: User) -> None:
    token = open_sign_in(session, ada.id, at(0))
    found = user_of(session, token, at(0))
    assert found is not None and (found.id, found.get_id()) == (ada.id, token)
    assert token not in session.scalars(sa.select(SignIn.token_hash)).all()


def test_signing_out_ends_the_sign_in_and_only_that_one(session: Session, ada: User) -> None:
    first, second = (open_sign_in(session, ada.id, at(0)) for _ in range(2))
    sign_out(session, first)
    assert user_of(session, first, at(0)) is None
    assert user_of(session, second, at(0)).id == ada.id


def test_a_sign_in_does_not_last_for_ever(session: Session, ada: User) -> None:
    token = open_sign_in(session, ada.id, at(0))
    assert user_of(session, token, at(0) + timedelta(days=401)) is None


@pytest.mark.parametrize("name", ["", "   ", "ADA", "ａｄａ", "x" * 65, "a\x00b", "a\u200bb"])
def test_a_name_that_is_taken_or_none_is_refused(session: Session, ada: User, name: str) -> None:
    with pytest.raises(Refused) as refused:
        create_user(session, name, "hash", "UTC", at(0))
    assert refused.value.field == "name"


def test_a_guest_becomes_somebody_and_stays_the_same_learner(session: Session, ada: User) -> None:
    guest = start_as_guest(session, "en", "UTC", at(0))
    claim(session, guest, "Grace", hash_password(PASSWORD))
    assert (guest.is_guest, sign_in(session, "grace", PASSWORD, "192.0.2.1", at(0))) == (False, guest)
    with pytest.raises(Refused):
        claim(session, guest, "Other", "hash")


def test_guests_who_did_nothing_go_after_a_day_and_idle_ones_after_ninety(session: Session, ada: User) -> None:
    deck = a_deck(session, cards=1)
    _unused, used, owner = (start_as_guest(session, "en", "UTC", at(0)) for _ in range(3))
    a_follow(session, used, deck)
    answer_card(session, used, session.scalars(sa.select(Card.id)).one(), AnswerGiven(uuid4(), 4, 0), at(0))
    a_deck(session, owner=owner)
    assert sweep_guests(session, at(0, hour=20)) == 0
    assert sweep_guests(session, at(2)) == 1
    assert session.scalars(sa.select(User.id).where(User.name.is_(None))).all() == [used.id, owner.id]
    assert sweep_guests(session, at(91)) == 2
    assert session.scalar(sa.select(sa.func.count()).select_from(User)) == 2
