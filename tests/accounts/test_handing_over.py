"""What somebody leaves to followers is handed over in short steps, wherever these are cut off."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts import begin_leaving, finish_leaving, handing_over, still_leaving
from app.library import follow
from app.library.editing import Wording, edit_note
from app.models import (
    Audience,
    Card,
    Deck,
    Follow,
    MediaName,
    Medium,
    Memory,
    Note,
    NoteTag,
    NoteType,
    Standing,
    Unindexed,
    User,
)
from app.models.change import digest_of
from app.sharing import deck_of_link, set_audience
from tests.factories import a_deck, a_follow, a_learner, a_note, at
from tests.sharing.steps import DECK, FRANCE, ITALY, SPAIN, answer, card_of, publish

CITIES = DECK.replace("apitals", "ities").replace("id: c", "id: closed-c") + "## Where is Porto? {#porto}\n\nHere\n\n"


@pytest.fixture(autouse=True)
def _one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handing_over, "NOTES_AT_ONCE", 1)


@pytest.fixture
def ada_id(session: Session) -> int:
    """Ada, of whom Bob follows an open deck, with a type and pictures of her own, and one that is closed by now; nobody
    follows her third one. Eve learns something else."""
    ada, bob, eve = (a_learner(session, name) for name in ("Ada", "Bob", "Eve"))
    a_follow(session, eve, a_deck(session, cards=2, owner=eve))
    for text, first in ((DECK + FRANCE + SPAIN + ITALY, "fr"), (CITIES, "porto")):
        deck_id = publish(session, ada, text)
        token = set_audience(session, ada, deck_id, Audience.LINK).link_token
        follow(session, bob, deck_of_link(session, token).id, at(0), invited=True)
        answer(session, bob, card_of(session, first).id, 0)
    set_audience(session, ada, deck_id, Audience.OWNER)
    a_note(session, a_deck(session, owner=ada, name="Own"), fields=("![](own.png)", "b"))
    names = ("open.png", "type.png", "late.png", "own.png")
    for number, name in enumerate(names):
        session.add(Medium(digest=f"{number:064}", content_type="image/png", size=1))
        session.flush()
        session.add(MediaName(owner_id=ada.id, name=name, digest=f"{number:064}", added_at=at(0)))
    for guid, answered in (("es", "![](open.png)"), ("porto", "![](late.png)")):
        note = session.get_one(Note, card_of(session, guid).note_id)
        edit_note(session, ada, note.id, Wording((note.fields[0], answered), ("a tag",)), digest_of(note), at(1))
    note_type = NoteType(
        owner_id=ada.id, guid="t", kind="custom", name="Own", field_names=["A", "B"], css="url(type.png)"
    )
    session.add(note_type)
    session.flush()
    session.get_one(Note, card_of(session, "it").note_id).note_type_id = note_type.id
    session.flush()
    return ada.id


@contextmanager
def transaction_of(session: Session) -> Iterator[Session]:
    yield session
    session.flush()
    session.expire_all()


def leave(session: Session, ada_id: int, most: int | None = None) -> int:
    """Deletes Ada's account, killed after so many steps; the next start goes on. How many steps there were."""
    steps = 0

    @contextmanager
    def counted() -> Iterator[Session]:
        nonlocal steps
        if steps == most:
            raise KeyboardInterrupt
        steps += 1
        owned = sa.select(sa.func.count()).select_from(Note).where(Note.owner_id == ada_id)
        before = session.scalar(owned)
        with transaction_of(session):
            yield session
        assert before - session.scalar(owned) <= 1, "nobody waits for more than one at a time"

    begin_leaving(session, session.get_one(User, ada_id), at(5))
    try:
        finish_leaving(session, ada_id, at(5), counted)
    except KeyboardInterrupt:
        for user_id in still_leaving(session):
            finish_leaving(session, user_id, at(6), lambda: transaction_of(session))
    assert still_leaving(session) == []
    return steps


def whats_there(session: Session) -> list[list[tuple]]:
    """Everything that matters, whose it is by their names."""
    owners = {user.id: user.name or f"{user.standing}" for user in session.scalars(sa.select(User))}
    tables: dict[Any, tuple[str, ...]] = {
        Note: ("guid", "fields", "tags"),
        Deck: ("name", "audience", "closed_after"),
        MediaName: ("name", "digest"),
        NoteTag: ("key", "note_id"),
        NoteType: ("name",),
        Card: ("id", "deck_id", "note_id", "retired"),
        Memory: ("user_id", "card_id", "answers"),
        Follow: ("user_id", "deck_id", "stopped_at"),
    }
    found = [sorted(owners.values())]
    for table, columns in tables.items():
        rows = session.scalars(sa.select(table).execution_options(across_learners=True))
        owned = "owner_id" in table.__table__.c
        found.append(
            sorted(str((owned and owners.get(row.owner_id), *(getattr(row, c) for c in columns))) for row in rows)
        )
    waiting = session.scalars(sa.select(Unindexed.owner_id)).all()
    return [*found, sorted({owners.get(owner_id, "") for owner_id in waiting})]


def test_cut_off_anywhere_the_same_is_left_in_the_end(session: Session, ada_id: int) -> None:
    def result(most: int | None) -> tuple[int, list[list[tuple]]]:
        with session.begin_nested() as savepoint:
            steps = leave(session, ada_id, most)
            found = whats_there(session)
            savepoint.rollback()
        session.expire_all()
        return steps, found

    steps, whole = result(None)
    assert whole[0] == sorted(["Bob", "Eve", str(Standing.NOBODY)])
    assert [row for row in whole[1] if "Porto" in row and "Here" in row], "as it was when it was closed"
    assert [row.split("'")[3] for row in whole[3] if "NOBODY" in row or "3" in row[:6]] == ["open.png", "type.png"]
    assert steps > 12
    for most in range(steps):
        assert result(most)[1] == whole, f"killed after {most} steps"


def test_two_processes_at_once_give_it_to_one_nobody(session: Session, ada_id: int) -> None:
    begin_leaving(session, session.get_one(User, ada_id), at(5))
    with session.begin_nested() as savepoint:
        finish_leaving(session, ada_id, at(5), lambda: transaction_of(session))
        whole = whats_there(session)
        savepoint.rollback()
    session.expire_all()
    overtakes: list[Callable[[], None]] = [
        lambda: handing_over.hand_over_notes(session, ada_id, at(6), lambda: transaction_of(session))
    ]

    @contextmanager
    def overtaken() -> Iterator[Session]:
        # Behind the first step, which removes uploads, all was read already.
        if len(passed) == 1:
            overtakes.pop()()
        passed.append(1)
        with transaction_of(session):
            yield session

    passed: list[int] = []
    finish_leaving(session, ada_id, at(5), overtaken)
    assert overtakes == [] and whats_there(session) == whole
