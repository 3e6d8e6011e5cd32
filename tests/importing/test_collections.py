"""A whole collection comes in: decks, history, schedule; the same again changes nothing; undone, all is as before."""

from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.importing import ImportReport, ParsedDeck, ParsedReview, Preset, Wishes, import_deck, undo_import
from app.importing.identity import FirstLines
from app.importing.parsed import LostCard
from app.library import follow
from app.models import (
    Card,
    DailySummary,
    Deck,
    Follow,
    Import,
    Kind,
    Mark,
    Memory,
    Note,
    NoteTag,
    Review,
    SchedulerVersion,
    Tombstone,
    User,
)
from app.models.deck import with_parents
from app.planning.logs import histories_of
from app.progress.card import card_history
from app.scheduling import Scheduler, Settings
from app.study import AnswerGiven, answer_card, refold
from app.study.rebuilding import compare
from tests.factories import a_deck, a_learner, at
from tests.importing.collections import TODAY, a_card, a_collection, a_parsed_note, a_review, in_transaction_of

TABLES: tuple[Any, ...] = (Card, DailySummary, Deck, Follow, Mark, Memory, Note, NoteTag, Review, Tombstone)


@pytest.fixture
def ada(session: Session) -> User:
    """Ada, beside Bob, who has the same collection."""
    bob = a_learner(session, "Bob")
    bring_in(session, bob, a_small_collection())
    return a_learner(session, "Ada")


def a_small_collection(*more: Any, answered: int = 3) -> ParsedDeck:
    reviews = [a_review(days) for days in (40, 20, 10)][:answered]
    return a_collection(
        a_parsed_note(1, a_card(reviews=reviews), tags=("verb",)),
        a_parsed_note(2, a_card(0, 1, reviews), a_card(1, 2, flag=3, suspended=True)),
        a_parsed_note(3, a_card(deck=2, buried_until=TODAY + 1, reviews=reviews)),
        *more,
        LostCard([a_review(400), a_review(390)]),
        presets=(Preset(0, 7, 55), Preset(2, 5, None, Settings(Scheduler.FSRS, 0.85))),
    )


def bring_in(
    session: Session, user: User, parsed: ParsedDeck, day: int = 0, wishes: Wishes | None = None
) -> tuple[ImportReport, int]:
    row = Import(user_id=user.id, file_name="collection.apkg", at=at(day))
    session.add(row)
    session.flush()

    def end(session: Session, report: ImportReport) -> None:
        row.finished_at = at(day)
        for deck_id in report.deck_ids:
            follow(session, user, deck_id, at(day))

    made = import_deck(
        *(parsed, user.id, at(day), in_transaction_of(session)), wishes=wishes, import_id=row.id, at_the_end=end
    )
    session.expire_all()
    return made, row.id


def everything(session: Session) -> dict[str, set[Any]]:
    """All rows of all tables that an import writes."""
    session.flush()
    return {table.__tablename__: set(session.execute(sa.select(*_columns(table)))) for table in TABLES}


def _columns(table: Any) -> list[Any]:
    columns = [column for column in table.__table__.columns if not isinstance(column.type, sa.JSON)]
    return [*columns, *(sa.cast(c, sa.Text) for c in table.__table__.columns if isinstance(c.type, sa.JSON))]


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.added, report.updated, report.unchanged, report.skipped


def test_decks_cards_history_and_schedule_come_in(session: Session, ada: User) -> None:
    report, import_id = bring_in(session, ada, a_small_collection())
    assert counts(report) == (3, 0, 0, 0)
    assert report.reviews == 11
    decks = with_parents(session, session.scalars(sa.select(Deck).where(Deck.owner_id == ada.id)).all())
    assert sorted(deck.path for deck in decks) == ["Chinese", "Chinese::Words", "Kubernetes"]
    assert all(deck.published and deck.import_id == import_id for deck in decks)
    memories = session.scalars(sa.select(Memory).where(Memory.user_id == ada.id).order_by(Memory.card_id)).all()
    assert [(m.interval, m.ease, m.due_day, m.queue_day) for m in memories] == [
        *[(10, 2500, TODAY, TODAY)] * 2,
        (10, 2500, TODAY, TODAY + 1),
    ]
    reviews = session.scalars(sa.select(Review).where(Review.user_id == ada.id, Review.kind == Kind.IMPORTED)).all()
    assert len(reviews) == 9 + 2
    assert {review.state[1] for review in reviews if review.state} == {3}
    (mark,) = session.scalars(sa.select(Mark).where(Mark.user_id == ada.id, Mark.suspended)).all()
    assert mark.flag == 3


def test_limits_and_scheduler_of_the_file_hold_for_decks_followed_with_it(session: Session, ada: User) -> None:
    bring_in(session, ada, a_small_collection())
    rows = session.execute(
        sa.select(Deck.name, Follow.new_per_day, Follow.reviews_per_day, SchedulerVersion.scheduler)
        .join(Follow, Follow.deck_id == Deck.id)
        .outerjoin(
            SchedulerVersion,
            sa.and_(SchedulerVersion.user_id == ada.id, SchedulerVersion.version == Follow.scheduler_version),
        )
        .where(Follow.user_id == ada.id)
        .order_by(Deck.name)
    ).all()
    assert [tuple(row) for row in rows] == [
        *(("Chinese", 7, 55, None), ("Kubernetes", 5, None, "fsrs"), ("Words", 7, 55, None)),
    ]
    kubernetes = sa.select(Memory).join(Card, Card.id == Memory.card_id).join(Deck, Deck.id == Card.deck_id)
    memory = session.scalars(kubernetes.where(Memory.user_id == ada.id, Deck.name == "Kubernetes")).one()
    assert memory.stability is not None


def test_what_is_kept_is_what_the_log_says(session: Session, ada: User) -> None:
    bring_in(session, ada, a_small_collection())
    found = compare(session, ada.id)
    assert found.agrees, (found.memories, found.summaries)


def test_the_same_file_again_changes_nothing(session: Session, ada: User) -> None:
    bring_in(session, ada, a_small_collection())
    before = everything(session)
    report, _ = bring_in(session, ada, a_small_collection(), day=1)
    assert counts(report) == (0, 0, 3, 0)
    assert everything(session) == before


def test_a_newer_file_adds_what_is_new_and_what_was_learnt_here_stays(session: Session, ada: User) -> None:
    bring_in(session, ada, a_small_collection(answered=2))
    first, second = session.scalars(
        sa.select(Memory.card_id).where(Memory.user_id == ada.id).order_by(Memory.card_id).limit(2)
    ).all()
    answer_card(session, ada, first, AnswerGiven(uuid4(), 4, 1, 1_000), at(0))
    due_after = session.get_one(Memory, (ada.id, first)).due_day
    report, _ = bring_in(session, ada, a_small_collection(a_parsed_note(4), answered=3), day=1)
    assert counts(report)[:2] == (1, 0)
    session.expire_all()
    assert session.get_one(Memory, (ada.id, first)).due_day == due_after
    imported = sa.select(sa.func.count()).select_from(Review).where(Review.user_id == ada.id, Review.card_id == first)
    assert session.scalar(imported.where(Review.kind == Kind.IMPORTED)) == 3
    assert session.get_one(Memory, (ada.id, second)).interval == 10
    assert compare(session, ada.id).agrees


def test_an_undone_import_leaves_everything_as_before(session: Session, ada: User) -> None:
    a_deck(session, cards=2, owner=ada)
    before = everything(session)
    _, import_id = bring_in(session, ada, a_small_collection())
    undone = undo_import(ada.id, import_id, at(0), in_transaction_of(session))
    session.expire_all()
    assert (undone.removed, undone.restored, undone.kept) == (3, 0, 0)
    assert everything(session) == before
    again = undo_import(ada.id, import_id, at(0), in_transaction_of(session))
    assert (again.removed, again.kept) == (0, 0)


def test_undoing_a_newer_version_brings_the_older_one_back(session: Session, ada: User) -> None:
    bring_in(session, ada, a_small_collection(answered=2))
    before = everything(session)
    newer = a_collection(
        a_parsed_note(1, a_card(reviews=[a_review(5, 2), a_review(4)]), text="reworded", tags=("noun",)),
        a_parsed_note(2, a_card(0, 1), a_card(1, 2), a_card(2, 2)),
        a_parsed_note(9),
    )
    report, import_id = bring_in(session, ada, newer, day=1)
    assert counts(report) == (1, 1, 1, 0)
    assert session.scalar(sa.select(Note.fields).where(Note.owner_id == ada.id, Note.guid == "anki/g1")) == [
        *("reworded", "back 1")
    ]
    undone = undo_import(ada.id, import_id, at(2), in_transaction_of(session))
    refold(session, ada.id, undone.card_ids)
    assert (undone.removed, undone.restored, undone.kept) == (1, 1, 0)
    after = everything(session)
    for table in ("cards", "daily_summaries", "follows", "note_tags", "reviews", "memories"):
        assert after[table] == before[table], table
    assert compare(session, ada.id).agrees


def test_what_was_studied_since_stays_when_the_import_is_undone(session: Session, ada: User) -> None:
    _, import_id = bring_in(session, ada, a_small_collection())
    card_id = session.scalars(sa.select(Memory.card_id).where(Memory.user_id == ada.id)).first()
    assert card_id is not None
    answer_card(session, ada, card_id, AnswerGiven(uuid4(), 4, 1, 1_000), at(0))
    undone = undo_import(ada.id, import_id, at(0), in_transaction_of(session))
    assert (undone.removed, undone.kept) == (2, 1)
    assert session.get(Memory, (ada.id, card_id)) is not None
    assert session.scalar(sa.select(sa.func.count()).select_from(Note).where(Note.owner_id == ada.id)) == 1
    assert compare(session, ada.id).agrees


@pytest.mark.parametrize(("wish", "expected"), [("skip", (0, 0, 0, 3)), ("keep both", (3, 0, 0, 0))])
def test_duplicates_are_treated_as_wished(session: Session, ada: User, wish: Any, expected: Any) -> None:
    bring_in(session, ada, a_small_collection())
    report, _ = bring_in(session, ada, a_small_collection(), day=1, wishes=Wishes(wish))
    assert (report.added, report.updated, report.unchanged, report.kept) == expected


def test_a_note_without_its_identity_is_known_by_its_first_field(session: Session, ada: User) -> None:
    bring_in(session, ada, a_small_collection())
    note = a_parsed_note(1, text="<b>front</b>   1")
    note.guid = "anki/another"
    report, _ = bring_in(session, ada, a_collection(note), day=1)
    assert counts(report) == (0, 1, 0, 0)


def test_reviews_keep_their_own_ids(session: Session, ada: User) -> None:
    own = uuid4()
    review = ParsedReview(a_review(3).at_ms, 4, 1_000, Kind.ANSWER, None, own, TODAY - 3, 9)
    card = a_card()
    card.reviews = [review]
    bring_in(session, ada, a_collection(a_parsed_note(1, card)))
    assert session.scalar(sa.select(Review.id).where(Review.user_id == ada.id)) == own


@given(
    st.lists(st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 3), max_size=200),
    *(st.integers(0, 9_000), st.sampled_from([0, 3, 150, 120_000])),
)
def test_first_lines_are_those_a_dictionary_would_hold(keys: list[int], more: int, in_dictionary: int) -> None:
    seen, known = FirstLines(in_dictionary), dict[int, int]()
    for line, key in enumerate([*range(100, 100 + more), *(key or 1 for key in keys)], start=1):
        assert seen.meet(key, line) == known.get(key)
        known.setdefault(key, line)


def test_answers_given_elsewhere_are_what_parameters_are_fitted_to(session: Session, ada: User) -> None:
    bring_in(session, ada, a_small_collection())
    deck_ids = list(session.scalars(sa.select(Deck.id).where(Deck.owner_id == ada.id)))
    histories = histories_of(session.connection(), ada.id, deck_ids)
    assert histories == [[(TODAY - days, 4) for days in (40, 20, 10)]] * 3


def test_a_cards_page_knows_what_was_answered_elsewhere(session: Session, ada: User) -> None:
    bring_in(session, ada, a_small_collection())
    memory = session.scalars(sa.select(Memory).where(Memory.user_id == ada.id).order_by(Memory.card_id)).first()
    assert memory is not None
    history = card_history(session, ada, memory.card_id, memory.deck_id, TODAY)
    assert [(answer.day, answer.grade, answer.interval) for answer in history.elsewhere] == [
        (TODAY - days, 4, 3) for days in (40, 20, 10)
    ]
    assert [step.kind for step in history.steps] == [Kind.CHECKPOINT]
