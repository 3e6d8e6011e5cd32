"""Rows for tests. Every test that counts something should have somebody else's rows around it too."""

from datetime import datetime
from itertools import count

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import Card, Deck, Follow, Note, NoteType, ParameterSet, User
from app.models.note import set_tags
from app.models.user import name_key
from app.scheduling.fsrs import ALGORITHM, DEFAULT_PARAMETERS
from tests.conftest import MONDAY

_numbers = count(1)


def a_learner(session: Session, name: str | None = None, **columns: object) -> User:
    """A learner with a name; `name_key`, `password_hash` and the rest have defaults that nobody can sign in with."""
    name = name or f"learner {next(_numbers)}"
    defaults = {"name_key": name_key(name), "password_hash": "none", "created_at": MONDAY, "seen_at": MONDAY}
    user = User(name=name, **{**defaults, **columns})
    session.add(user)
    session.flush()
    return user


def a_deck(
    session: Session, *, cards: int = 0, owner: User | None = None, kind: str = "basic", **columns: object
) -> Deck:
    """A published deck with that many notes of a kind."""
    number = next(_numbers)
    defaults = {"guid": f"deck-{number}", "language": "en", "name": f"Deck {number}", "published": True}
    deck = Deck(created_at=MONDAY, **{**defaults, "owner_id": owner.id if owner else None, **columns})
    session.add(deck)
    session.flush()
    for _ in range(cards):
        a_note(session, deck, kind=kind)
    return deck


def a_note(
    session: Session,
    deck: Deck,
    *,
    kind: str = "basic",
    fields: tuple[str, str] | None = None,
    guid: str | None = None,
    tags: tuple[str, ...] = (),
) -> list[Card]:
    """A note at the end of a deck; returns its cards."""
    number = next(_numbers)
    note_type = session.scalars(sa.select(NoteType).where(NoteType.kind == kind)).one()
    note = Note(
        owner_id=deck.owner_id,
        note_type_id=note_type.id,
        guid=guid or f"{deck.guid}/{number}",
        language=deck.language,
        fields=list(fields or (f"Question {number}", f"Answer {number}")),
        field_languages=[deck.language, deck.language],
        tags=list(tags),
        created_at=MONDAY,
        changed_at=MONDAY,
    )
    session.add(note)
    session.flush()
    set_tags(session, deck.owner_id, {note.id: tags})
    last = session.scalar(sa.select(sa.func.max(Card.position)).where(Card.deck_id == deck.id))
    first = 0 if last is None else last + 1
    ordinals = [0, 1] if kind == "reversed" else [0]
    cards = [Card(deck_id=deck.id, note_id=note.id, ordinal=o, position=first + o, retired=False) for o in ordinals]
    session.add_all(cards)
    session.flush()
    return cards


def an_edition(session: Session, deck: Deck, language: str, **columns: object) -> Deck:
    """The same deck, note by note, in another language."""
    edition = a_deck(session, language=language, **{"guid": deck.guid, "owner_id": deck.owner_id, **columns})
    own = sa.select(Card.note_id).where(Card.deck_id == deck.id)
    for note in session.scalars(sa.select(Note).where(Note.id.in_(own)).order_by(Note.id)).all():
        kind = session.get_one(NoteType, note.note_type_id).kind
        a_note(session, edition, kind=kind, guid=note.guid)
    return edition


def a_follow(session: Session, learner: User, deck: Deck, **columns: object) -> Follow:
    """A learner follows a deck."""
    follow = Follow(user_id=learner.id, deck_id=deck.id, followed_at=MONDAY, **columns)
    session.add(follow)
    session.flush()
    return follow


def a_parameter_set(learner: User, deck_id: int, **columns: object) -> ParameterSet:
    """Parameters fitted to a learner's answers, in words only: they are the defaults."""
    numbers = {"trained_on": 100, "held_out": 25, "loss_before": 0.4, "loss_after": 0.3, "fitted_at": MONDAY}
    named = {"algorithm": ALGORITHM, "parameter_count": 21, "parameters": list(DEFAULT_PARAMETERS)}
    return ParameterSet(**{"user_id": learner.id, "id": 1, "deck_id": deck_id, **named, **numbers, **columns})


def at(day: int, hour: int = 9, minute: int = 0, second: int = 0) -> datetime:
    """A moment on a study day counted from the Monday on which these tests begin."""
    from datetime import timedelta

    return MONDAY.replace(hour=hour, minute=minute, second=second) + timedelta(days=day)
