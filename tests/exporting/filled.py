"""A collection with something of everything, and what comes out of it."""

from io import BytesIO
from pathlib import Path
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.database import connection_of
from app.exporting.choosing import Export, all_decks, one_deck
from app.library.media import name_file, store_file
from app.models import Card, Deck, Kind, Mark, Memory, Note, NoteType, Review, User
from app.models.scheduling import all_settings
from app.scheduling import replay
from tests.factories import a_deck, a_follow, a_learner, a_note, at

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))


def an_export(session: Session, learner: User, deck: Deck | None, data_dir: Path, **told: object) -> Export:
    """One deck, or everything, on the tenth day."""
    decks = all_decks(session, learner) if deck is None else one_deck(session, learner, deck.id)
    return Export(learner, decks, at(10), data_dir, data_dir / "media", everything=deck is None, **told)


def answered(session: Session, learner: User, card: Card, *grades: int, version: int | None = None) -> None:
    """Answers, one a day from the first on, and the memory they make."""
    for day, grade in enumerate(grades):
        session.add(
            Review(
                user_id=learner.id,
                card_id=card.id,
                id=uuid4(),
                deck_id=card.deck_id,
                kind=Kind.ANSWER,
                day=(at(day) - at(0)).days + 20_514,
                hour=9,
                at=at(day, minute=card.id % 60),
                grade=grade,
                took_ms=1_500,
            )
        )
    session.flush()
    remember(session, learner, card, version)


def remember(session: Session, learner: User, card: Card, version: int | None) -> None:
    """Makes the memory that the card's standing log makes."""
    own = sa.select(Review).where(Review.user_id == learner.id, Review.card_id == card.id, Review.undone_at.is_(None))
    folded = [row for row in session.scalars(own) if row.kind not in {Kind.PRACTICE, Kind.IMPORTED}]
    settings = all_settings(connection_of(session), learner.id)[version]
    state = replay([row.event for row in folded], settings, card.id)
    values = {name: getattr(state, name) for name in type(state).__dataclass_fields__}
    key = {"user_id": learner.id, "card_id": card.id, "deck_id": card.deck_id, "scheduler_version": version}
    session.merge(Memory(**key, **values, queue_day=state.due_day))
    session.flush()


def a_collection(session: Session, data_dir: Path) -> tuple[User, Deck]:
    """A deck in a deck, a note of each kind, a note type of the author's own, a file, marks, and a log of each kind."""
    ada = a_learner(session, "Ada")
    top = a_deck(session, owner=ada, name="语言")
    deck = a_deck(session, owner=ada, name="Words", parent_id=top.id)
    a_follow(session, ada, top, new_per_day=7)
    a_follow(session, ada, deck, new_per_day=7, root_id=top.id)
    (basic,) = a_note(session, deck, fields=("**Bold** <i> ![p](p.png)", "$x_1$ & more"), tags=("a::b", "c"))
    there, _ = a_note(session, deck, kind="reversed", fields=("食べる", "to eat"))
    (typed,) = a_note(session, deck, kind="typed", fields=("=1+1", "2"))
    (cloze,) = a_note(session, top, kind="cloze", fields=("The {{c1::cat}} and {{c3::`dog`::hint}}", "extra"))
    cloze.ordinal = 1
    session.add(Card(deck_id=top.id, note_id=cloze.note_id, ordinal=3, position=9))
    (foreign,) = a_note(session, deck, fields=("<b>raw</b>", '<img src="p.png">'), guid="anki/x;y")
    session.get_one(Note, foreign.note_id).format = "html"
    own = NoteType(owner_id=ada.id, kind="custom", name="Word", field_names=["W", "M"], css=".card { color: red; }")
    own.templates = [{"name": "One", "front": "{{W}}", "back": "{{FrontSide}}<hr>{{M}}"}]
    session.add(own)
    session.flush()
    (custom,) = a_note(session, deck, fields=("word", "meaning"))
    session.get_one(Note, custom.note_id).note_type_id = own.id
    stored = store_file(data_dir / "media", BytesIO(PNG), "p.png")
    name_file(session, ada, "p.png", stored, at(0))
    answered(session, ada, basic, 4, 5, 2, 4)
    answered(session, ada, there, 4)
    answered(session, ada, cloze, 5, 3)
    session.add(Mark(user_id=ada.id, card_id=there.id, suspended=True, buried_until=None, flag=3))
    session.add(Mark(user_id=ada.id, card_id=typed.id, suspended=False, buried_until=20_600, flag=0))
    for kind, state in ((Kind.IMPORTED, [2, -600, 30, 1_900]), (Kind.PRACTICE, None)):
        log = {"deck_id": deck.id, "day": 20_500, "hour": 1, "at": at(-5, minute=int(kind)), "grade": 3, "took_ms": 900}
        session.add(Review(user_id=ada.id, card_id=basic.id, id=uuid4(), kind=kind, state=state, **log))
    noise(session, deck, data_dir)
    session.flush()
    connection_of(session)
    return ada, top


def noise(session: Session, deck: Deck, data_dir: Path) -> None:
    """Another learner with a deck, a file, answers and a mark, also on cards that are none of theirs."""
    bob = a_learner(session, "Canary")
    theirs = a_deck(session, owner=bob, name="canary deck")
    (card,) = a_note(session, theirs, fields=("canary ![](canary.png)", "canary"))
    a_follow(session, bob, theirs)
    name_file(session, bob, "canary.png", store_file(data_dir / "media", BytesIO(PNG + b"canary"), "x.png"), at(0))
    answered(session, bob, card, 4, 4)
    for shared in session.scalars(sa.select(Card).where(Card.deck_id == deck.id)).all():
        answered(session, bob, shared, 2, 2, 2)
        session.add(Mark(user_id=bob.id, card_id=shared.id, suspended=True, buried_until=None, flag=7))
    session.flush()
