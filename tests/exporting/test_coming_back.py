"""What goes out comes in again: to whom it belongs it is nothing new, and to somebody else it is the same."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.exporting import FORMATS
from app.importing import ImportReport, ReadingOptions, Source, Wishes, import_deck, read_deck
from app.library import follow
from app.models import Card, Deck, Mark, Memory, Note, NoteType, Review, SchedulerVersion, User
from app.models.deck import with_parents
from app.rendering import has_cloze
from app.study.rebuilding import compare, rebuild
from tests.exporting.filled import a_collection, an_export, answered
from tests.factories import a_deck, a_follow, a_learner, a_note, at
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
        wishes = Wishes(time_zone=learner.time_zone, day_starts_at=learner.day_starts_at)
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


PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
"""Without shrinking: each example is eight imports."""
SAMPLES = ["", " ", "食べる", "שלום עולם", "🏔️👩‍👩‍👧", "**b** `c`", "<b>raw</b>", "$x_1$", "{{c1::gap::hint}} {{c2::x}}"]
FIELD = st.lists(
    st.sampled_from(SAMPLES)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\x1f"), max_size=9),
    max_size=4,
).map("".join)
LONG = "a field of a hundred kilobytes"
TAGS = st.lists(st.sampled_from([f"tag::{n}" for n in range(40)]), max_size=30, unique=True)


@st.composite
def written(draw: st.DrawFn) -> dict[str, Any]:
    """A note as somebody may have written it, and what a learner did with its first card."""
    fields = [draw(FIELD.filter(str.strip) | st.just(LONG)), draw(FIELD)]
    kind = draw(st.sampled_from(["basic", "reversed", "typed", "cloze"]))
    kind = "basic" if kind == "cloze" and not has_cloze(fields[0]) else kind
    columns = {"format": draw(st.sampled_from(["markdown", "html"])), "tags": draw(TAGS)}
    columns |= {"source": draw(FIELD), "quote": draw(FIELD)}
    columns["field_languages"] = draw(st.lists(st.sampled_from(["en", "ja", "zh-Hans"]), min_size=2, max_size=2))
    grades = draw(st.lists(st.integers(2, 5), max_size=6))
    # Anki has no card that is both suspended and put off, and puts off until tomorrow.
    waits = st.sampled_from([(False, None), (True, None), (False, 20_525)])
    mark = draw(st.none() | st.tuples(waits, st.integers(0, 6)))
    return {"kind": kind, "fields": fields, "columns": columns, "grades": grades, "mark": mark}


def made(session: Session, learner: User, notes: list[dict[str, Any]], *, fsrs: bool) -> Deck:
    deck = a_deck(session, owner=learner, language="zh-Hans", name="卡片")
    version = 1 if fsrs else None
    if fsrs:
        told = {"scheduler": "fsrs", "retention": 0.85, "maximum_interval": 1000, "fuzz": False, "chosen_at": at(0)}
        session.add(SchedulerVersion(user_id=learner.id, version=1, deck_id=deck.id, **told))
    a_follow(session, learner, deck, scheduler_version=version)
    for note in notes:
        card, *_ = a_note(
            session,
            deck,
            kind=note["kind"],
            fields=tuple("长 " * 50_000 if text == LONG else text for text in note["fields"]),
        )
        row = session.get_one(Note, card.note_id)
        for name, value in note["columns"].items():
            setattr(row, name, value)
        if note["kind"] == "cloze":
            card.ordinal = 1
        if note["grades"]:
            answered(session, learner, card, *note["grades"], version=version)
        if note["mark"] not in {None, ((False, None), 0)}:
            (suspended, buried_until), flag = note["mark"]
            told = {"suspended": suspended, "buried_until": buried_until, "flag": flag}
            session.add(Mark(user_id=learner.id, card_id=card.id, **told))
    session.flush()
    rebuild(session, learner.id)
    return deck


@given(st.lists(written(), min_size=1, max_size=4), st.booleans(), st.sampled_from(["apkg", "cardlet"]))
@settings(max_examples=8, deadline=None, phases=PHASES, suppress_health_check=list(HealthCheck))
def test_whatever_was_written_and_learnt_comes_back(
    session: Session, data_dir: Path, notes: list[dict[str, Any]], fsrs: bool, format: str
) -> None:
    ada, eve = a_learner(session), a_learner(session)
    deck = made(session, ada, notes, fsrs=fsrs)
    brought_in(session, eve, exported(session, ada, deck, data_dir, format), format)
    assert collection_of(session, eve) == collection_of(session, ada)
    found = compare(session, eve.id)
    assert found.agrees, found
    theirs = session.scalars(sa.select(Deck).where(Deck.owner_id == eve.id)).one()
    nobody = a_learner(session)
    brought_in(session, nobody, exported(session, eve, theirs, data_dir, format), format)
    assert collection_of(session, nobody) == collection_of(session, eve)
    before = everything(session)
    follow(session, ada, deck.id, at(10))
    again = brought_in(session, eve, exported(session, eve, theirs, data_dir, format), format)
    assert (again.added, again.updated) == (0, 0)
    assert everything(session)["reviews"] == before["reviews"]
    assert everything(session)["memories"] == before["memories"]
