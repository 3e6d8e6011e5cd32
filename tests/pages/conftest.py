"""What several tests of pages begin with."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import User
from tests.factories import a_deck, a_follow, a_note


@pytest.fixture
def follow(change: Callable) -> Callable:
    """Lets the only learner there is follow a new deck with these notes."""

    def make(*notes: tuple[str, str], limit: int = 20, **columns: object) -> int:
        def act(session: Session) -> int:
            deck = a_deck(session, **columns)
            for fields in notes:
                a_note(session, deck, fields=fields)
            a_follow(session, session.scalars(sa.select(User)).one(), deck, new_per_day=limit)
            return deck.id

        return change(act)

    return make
