"""What goes out comes in again: to whom it belongs it is nothing new, and to somebody else it is the same."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.exporting import FORMATS
from app.importing import ImportReport, ReadingOptions, Source, Wishes, import_deck, read_deck
from app.library import follow
from app.models import Card, Deck, Mark, Memory, Note, NoteType, Review, User
from app.models.deck import with_parents
from app.study.rebuilding import compare, rebuild
from tests.exporting.filled import a_collection, an_export
from tests.factories import a_learner, at
from tests.importing.collections import in_transaction_of
from tests.importing.test_collections import everything

SUFFIXES = {"cardlet": "cardlet", "apkg": "apkg", "markdown": "zip", "csv": "csv", "tsv": "txt", "crowdanki": "zip"}


def exported(session: Session, learner: User, deck: Deck | None, data_dir: Path, format: str) -> bytes:
    return b"".join(FORMATS[format].write(session, an_export(session, learner, deck, data_dir)))


def brought_in(session: Session, learner: User, content: bytes, format: str, day: int = 10) -> ImportReport:
    def end(session: Session, report: ImportReport) -> None:
        for deck_id in report.deck_ids:
            follow(session, learner, deck_id, at(day))

    session.flush()
    options = ReadingOptions(time_zone=learner.time_zone, day_starts_at=learner.day_starts_at)
    with read_deck(Source(f"words.{SUFFIXES[format]}", content=content), options) as parsed:
        wishes = Wishes(None, None, learner.time_zone, learner.day_starts_at)
        made = import_deck(
            *(parsed, learner.id, at(day), in_transaction_of(session)), wishes=wishes, import_id=1, at_the_end=end
        )
    session.expire_all()
    return made


def collection_of(session: Session, learner: User) -> list[Any]:
    """A learner's own notes with all that is known of their cards, whatever their ids are."""
    decks = with_parents(session, session.scalars(sa.select(Deck).where(Deck.owner_id == learner.id)).all())
    paths = {deck.id: deck.path for deck in decks}
    found = []
    for note in session.scalars(sa.select(Note).where(Note.owner_id == learner.id)).all():
        kind = session.get_one(NoteType, note.note_type_id)
        shape = kind.shape if kind.kind == "custom" else kind.kind
        words = (note.guid, note.language, note.format, note.fields, note.field_languages, note.tags)
        cards = [
            (card.ordinal, paths[card.deck_id], card.retired, *_known(session, learner, card))
            for card in session.scalars(sa.select(Card).where(Card.note_id == note.id).order_by(Card.ordinal)).all()
        ]
        found.append((*words, note.source, note.quote, shape, cards))
    return sorted(found, key=repr)


def _known(session: Session, learner: User, card: Card) -> tuple[Any, ...]:
    memory = session.get(Memory, (learner.id, card.id))
    mark = session.get(Mark, (learner.id, card.id))
    names = ("interval", "ease", "lapses", "due_day", "queue_day", "last_day", "stability", "difficulty")
    schedule = memory and tuple(
        round(value, 3) if isinstance(value := getattr(memory, name), float) else value for name in names
    )
    own = sa.select(Review).where(Review.user_id == learner.id, Review.card_id == card.id, Review.undone_at.is_(None))
    log = [(one.at, one.grade, one.took_ms) for one in session.scalars(own.order_by(Review.at)) if one.kind != 4]
    return schedule, mark and (mark.suspended, mark.buried_until, mark.flag), log


@pytest.mark.parametrize("format", SUFFIXES)
def test_what_is_mine_is_nothing_new(session: Session, data_dir: Path, format: str) -> None:
    ada, deck = a_collection(session, data_dir)
    rebuild(session, ada.id)
    follow(session, ada, deck.id, at(9))
    content, before = exported(session, ada, deck, data_dir, format), everything(session)
    report = brought_in(session, ada, content, format)
    assert (report.added, report.updated, report.retired) == (0, 0, 0), report
    after = everything(session)
    for table, rows in before.items():
        assert after[table] == rows, table


def test_a_package_brings_everything_to_somebody_else(session: Session, data_dir: Path) -> None:
    ada, deck = a_collection(session, data_dir)
    # Anki puts a card off until tomorrow and no further.
    session.execute(sa.update(Mark).where(Mark.buried_until.is_not(None)).values(buried_until=20_525))
    rebuild(session, ada.id)
    content = exported(session, ada, deck, data_dir, "apkg")
    eve = a_learner(session, "Eve")
    report = brought_in(session, eve, content, "apkg")
    assert (report.added, report.skipped) == (6, 0)
    assert collection_of(session, eve) == collection_of(session, ada)
    assert compare(session, eve.id).agrees


def test_cardlet_json_brings_everything_to_somebody_else(session: Session, data_dir: Path) -> None:
    ada, _ = a_collection(session, data_dir)
    rebuild(session, ada.id)
    content = exported(session, ada, None, data_dir, "cardlet")
    eve = a_learner(session, "Eve")
    report = brought_in(session, eve, content, "cardlet")
    assert (report.added, report.skipped) == (6, 0)
    assert collection_of(session, eve) == collection_of(session, ada)
    assert compare(session, eve.id).agrees
