"""Cards are rendered when they are shown, and at no other time."""

from collections.abc import Callable
from contextlib import nullcontext

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.importing import ReadingOptions, Source, import_deck, read_deck
from app.models import Card, User
from app.rendering import cards
from tests.factories import a_deck, a_follow, at
from tests.visitor import Visitor


@pytest.fixture
def no_rendering(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From its call on, rendering fails."""

    def fail(*anything: object) -> str:
        raise AssertionError("rendered")

    def forbid() -> None:
        cards.RENDERED.clear()
        monkeypatch.setattr(cards, "field_html", fail)

    return forbid


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("deck.md", "---\ndeck: D\n---\n## One\n\n*A*\n"),
        ("deck.csv", "One,*A*\n"),
        ("page.csv", "<b>One</b>,<i>A</i>\n"),
    ],
)
def test_importing_renders_nothing(session: Session, no_rendering: Callable, name: str, content: str) -> None:
    no_rendering()
    parsed = read_deck(Source(name, content=content.encode()), ReadingOptions(deck_name="D"))
    assert import_deck(parsed, None, at(0), lambda: nullcontext(session)).added == 1


def test_answering_renders_nothing(visitor: Callable[[], Visitor], change: Callable, no_rendering: Callable) -> None:
    ada = visitor().sign_up("Ada")
    change(lambda session: a_follow(session, session.scalars(sa.select(User)).one(), a_deck(session, cards=3)))
    ada.get("/study")
    no_rendering()
    assert ada.press(r"/cards/\d+/answers", follow=False, grade=4).status_code == 303
    assert change(lambda session: session.scalar(sa.select(sa.func.count()).select_from(Card))) == 3
