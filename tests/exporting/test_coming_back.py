"""What goes out comes in again: to whom it belongs it is nothing new, and to somebody else it is the same."""

import os
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.exporting import FORMATS
from app.importing import ImportReport, ParsedFile, ReadingOptions, Remark, Source, Wishes, import_deck, read_deck
from app.library import follow
from app.library.keeping_files import KeptFiles
from app.models import Card, DailySummary, Deck, Mark, MediaName, Memory, Note, NoteType, Review, Tombstone, User
from app.models.deck import with_parents
from app.study.rebuilding import compare, rebuild
from tests.exporting.filled import a_collection, an_export, answered
from tests.exporting.generated import FILES, collections, made
from tests.factories import a_deck, a_follow, a_learner, a_note, at
from tests.importing.collections import in_transaction_of
from tests.importing.test_collections import everything

SUFFIXES = {"cardlet": "cardlet", "apkg": "apkg", "markdown": "zip", "csv": "csv", "tsv": "txt", "crowdanki": "zip"}


def exported(session: Session, learner: User, deck: Deck | None, data_dir: Path, format: str) -> bytes:
    return b"".join(FORMATS[format].write(session, an_export(session, learner, deck, data_dir)))


def brought_in(
    session: Session, learner: User, content: bytes, format: str, day: int = 10, files: Path | None = None
) -> ImportReport:
    """Imports it. `files`: the data directory in which pictures and sounds are kept; None: they are left out."""
    keeper = KeptFiles((files or Path()) / "media", learner.id)

    def end(session: Session, report: ImportReport) -> None:
        for deck_id in report.deck_ids:
            follow(session, learner, deck_id, at(day))
        keeper.give_names(session, at(day))

    def keep_files(some: list[ParsedFile]) -> tuple[dict[str, str], list[Remark]]:
        names, refused = keeper.keep(session, [(file.name, file.open) for file in some])
        assert refused == []
        return names, []

    session.flush()
    options = ReadingOptions(time_zone=learner.time_zone, day_starts_at=learner.day_starts_at)
    with read_deck(Source(f"words.{SUFFIXES[format]}", content=content), options) as parsed:
        told = {"time_zone": learner.time_zone, "day_starts_at": learner.day_starts_at}
        wishes = Wishes(keep_files=keep_files if files else None, **told)
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
        round(value, 2) if isinstance(value := getattr(memory, name), float) else value for name in names
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


def test_progress_with_a_starter_deck_is_taken_over_alone(session: Session, data_dir: Path) -> None:
    ada, eve = a_learner(session, "Ada"), a_learner(session, "Eve")
    deck = a_deck(session, cards=3)
    cards = session.scalars(sa.select(Card).where(Card.deck_id == deck.id).order_by(Card.position)).all()
    a_follow(session, ada, deck)
    answered(session, ada, cards[0], 4, 5, 3)
    answered(session, ada, cards[1], 2, 4)
    answered(session, ada, cards[2], 4)
    rebuild(session, ada.id)
    content = exported(session, ada, None, data_dir, "cardlet")
    session.execute(sa.delete(Memory).where(Memory.card_id == cards[2].id))
    session.execute(sa.delete(Review).where(Review.card_id == cards[2].id))
    gone = cards[2].note_id
    session.delete(session.get_one(Card, cards[2].id))
    session.flush()
    session.delete(session.get_one(Note, gone))
    session.get_one(Note, cards[0].note_id).fields = ["reworded", "here"]
    before = session.scalars(sa.select(Note.id)).all()
    report = brought_in(session, eve, content, "cardlet")
    assert (report.added, report.updated, report.deck_ids) == (0, 0, [deck.id])
    assert [remark.places for remark in report.remarks] == [{"count": 1}]
    assert session.scalars(sa.select(Note.id)).all() == before
    assert session.get_one(Note, cards[0].note_id).fields == ["reworded", "here"]
    for card_id in (cards[0].id, cards[1].id):
        mine, theirs = (session.get_one(Memory, (one.id, card_id)) for one in (ada, eve))
        assert (theirs.interval, theirs.ease, theirs.due_day) == (mine.interval, mine.ease, mine.due_day)
    assert session.scalar(sa.select(sa.func.count()).select_from(Review).where(Review.user_id == eve.id)) == 6
    assert compare(session, eve.id).agrees
    again = everything(session)
    brought_in(session, eve, content, "cardlet")
    assert everything(session) == again
    assert compare(session, eve.id).agrees


def test_what_was_learnt_of_a_card_that_a_starter_note_has_no_more_counts(session: Session, data_dir: Path) -> None:
    ada, eve, bob = a_learner(session, "Ada"), a_learner(session, "Eve"), a_learner(session, "Bob")
    deck = a_deck(session)
    there, back = a_note(session, deck, kind="reversed", fields=("食べる", "to eat"))
    for learner in (ada, bob):
        a_follow(session, learner, deck)
        answered(session, learner, there, 4, 5)
        answered(session, learner, back, 4, 2, 4)
        rebuild(session, learner.id)
    content = exported(session, ada, None, data_dir, "cardlet")
    for table in (Memory, Review):
        session.execute(sa.delete(table).where(table.card_id == back.id))
    session.execute(sa.delete(Card).where(Card.id == back.id))
    report = brought_in(session, eve, content, "cardlet")
    assert (report.added, report.updated) == (0, 0)
    (grave,) = session.scalars(sa.select(Tombstone)).all()
    log = session.scalars(sa.select(Review).where(Review.user_id == eve.id)).all()
    assert grave.user_id == eve.id
    assert sorted(one.card_id for one in log) == sorted([there.id] * 2 + [grave.card_id] * 3)
    counted = sa.select(sa.func.sum(DailySummary.answers)).where(DailySummary.user_id == eve.id)
    assert session.scalar(counted) == 5
    assert compare(session, eve.id).agrees
    again = everything(session)
    brought_in(session, eve, content, "cardlet", day=11)
    assert everything(session) == again


PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
"""Without shrinking: each example is five exports and imports."""
EXAMPLES = min(40, int(os.environ.get("EXAMPLES") or 6))


def names_of_files(session: Session, learner: User) -> dict[str, str]:
    """The learner's files, by name what is in them."""
    rows = sa.select(MediaName.name, MediaName.digest).where(MediaName.owner_id == learner.id)
    return dict(session.execute(rows).all())


@pytest.mark.proof
@given(collections(), st.sampled_from(["apkg", "cardlet"]))
@settings(max_examples=EXAMPLES, deadline=None, phases=PHASES, suppress_health_check=list(HealthCheck))
def test_whatever_was_written_and_learnt_comes_back(
    session: Session, data_dir: Path, told: dict[str, Any], format: str
) -> None:
    ada, eve = a_learner(session), a_learner(session)
    deck = made(session, ada, told, data_dir)
    content = exported(session, ada, deck, data_dir, format)
    brought_in(session, eve, content, format, files=data_dir)
    assert collection_of(session, eve) == collection_of(session, ada)
    files = names_of_files(session, eve)
    assert files.items() <= names_of_files(session, ada).items()
    own = session.scalars(sa.select(Note.fields).where(Note.owner_id == ada.id))
    shown = " ".join(text for fields in own for text in fields)
    assert {name for name in FILES if f"({name})" in shown or f":{name}" in shown or f'"{name}"' in shown} <= set(files)
    found = compare(session, eve.id)
    assert found.agrees, found
    tops = sa.select(Deck).where(Deck.owner_id == eve.id, Deck.parent_id.is_(None))
    theirs = session.scalars(tops).one()
    nobody, again = a_learner(session), exported(session, eve, theirs, data_dir, format)
    brought_in(session, nobody, again, format, files=data_dir)
    assert collection_of(session, nobody) == collection_of(session, eve)
    assert names_of_files(session, nobody) == files
    before = everything(session)
    report = brought_in(session, eve, again, format, files=data_dir)
    assert (report.added, report.updated) == (0, 0)
    after = everything(session)
    assert all(after[table] == before[table] for table in ("reviews", "memories", "daily_summaries", "marks"))
