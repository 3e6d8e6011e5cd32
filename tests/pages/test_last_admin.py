"""A server keeps an administrator, unless its last one says that it shall not."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts import check_admins_left, is_only_admin, make_admin, set_disabled
from app.errors import Refused
from app.models import Standing, User
from tests.factories import a_learner
from tests.visitor import Visitor

WARNING, BOX = "You are the only administrator", 'name="without_admin"'
PASSWORD = "a long sentence"


@pytest.fixture
def ada(visitor: Callable[[], Visitor], change: Callable) -> Visitor:
    """Ada, who runs the server; Bob learns there."""
    ada = visitor().sign_up("Ada")
    visitor().sign_up("Bob")
    change(lambda session: make_admin(session, named(session, "Ada").id))
    return ada


def named(session: Session, name: str) -> User:
    return session.scalars(sa.select(User).where(User.name == name)).one()


def test_the_last_administrator_is_warned_and_leaves_only_knowing_it(ada: Visitor, stored: Callable) -> None:
    page = ada.get("/settings/delete").text
    assert WARNING in page and BOX in page
    assert ada.press("/settings/delete", old_password=PASSWORD).status_code == 422
    assert "Nobody else administers this server" in ada.page
    assert [row.name for row in stored(sa.select(User.name).order_by(User.id))] == ["Ada", "Bob"]
    assert ada.press("/settings/delete", old_password=PASSWORD, without_admin="yes").status_code == 200
    assert "Your account is deleted" in ada.page
    assert [row.name for row in stored(sa.select(User.name))] == ["Bob"]


@pytest.mark.parametrize("standing", [Standing.WELCOME, Standing.DISABLED])
def test_with_another_administrator_nothing_is_asked_if_they_can_sign_in(
    ada: Visitor, change: Callable, standing: Standing
) -> None:
    def another(session: Session) -> None:
        bob = named(session, "Bob")
        bob.is_admin, bob.standing = True, standing

    change(another)
    can_sign_in = standing == Standing.WELCOME
    assert (WARNING in ada.get("/settings/delete").text, BOX in ada.page) == (not can_sign_in, not can_sign_in)
    status = ada.press("/settings/delete", old_password=PASSWORD).status_code
    assert status == (200 if can_sign_in else 422)


def test_who_administers_nothing_is_asked_nothing(ada: Visitor, visitor: Callable[[], Visitor]) -> None:
    bob = visitor()
    bob.sign_in("Bob")
    assert BOX not in bob.get("/settings/delete").text
    assert bob.press("/settings/delete", old_password=PASSWORD).status_code == 200


def test_the_last_administrator_is_not_disabled(session: Session) -> None:
    ada, bob = a_learner(session, "Ada"), a_learner(session, "Bob")
    make_admin(session, ada.id)
    assert is_only_admin(session, ada.id) and not is_only_admin(session, bob.id)
    with pytest.raises(Refused, match="Nobody else administers this server"):
        set_disabled(session, None, ada.id, disabled=True)
    assert ada.standing == Standing.WELCOME
    make_admin(session, bob.id)
    check_admins_left(session, ada.id)
    set_disabled(session, None, ada.id, disabled=True)
    with pytest.raises(Refused):
        set_disabled(session, None, bob.id, disabled=True)
    set_disabled(session, None, ada.id, disabled=False)
    set_disabled(session, None, bob.id, disabled=True)
