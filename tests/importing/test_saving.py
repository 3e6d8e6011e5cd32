"""Writing decks: everything or nothing, and the same again changes nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import Stale, UnreadableFile
from app.importing import ImportReport, Source, Wishes, import_deck, preview_deck, read_deck, sweep_unfinished
from app.importing.opening import InTransaction
from app.models import Card, Deck, Follow, Memory, Note, User
from app.models.deck import with_parents
from app.study import AnswerGiven, answer_card
from tests.factories import a_deck, a_follow, a_learner, at

HEADER = "---\ndeck: Test\nid: test\n---\n"
THREE = "## One {#one}\n\nA\n\n## Two {#two}\ntype: reversed\n\nB\n\n## {{c1::Three}} and {{c2::four}} {#three}\n"


@pytest.fixture
def ada(session: Session) -> User:
    """Ada, beside Bob, who owns a deck of the same name with the same notes."""
    bob = a_learner(session, "Bob")
    save(session, THREE, bob)
    return a_learner(session, "Ada")


def in_the_same(session: Session) -> InTransaction:
    @contextmanager
    def in_transaction() -> Iterator[Session]:
        yield session
        session.flush()

    return in_transaction


def save(session: Session, body: str, owner: User | None, day: int = 0, header: str = HEADER) -> ImportReport:
    parsed = read_deck(Source("test.md", content=(header + body).encode()))
    return import_deck(parsed, owner.id if owner else None, at(day), in_the_same(session))


def cards_of(session: Session, report: ImportReport) -> list[tuple[str, int, bool]]:
    rows = session.execute(
        sa.select(Note.guid, Card.ordinal, Card.retired)
        .join(Card)
        .where(Card.deck_id == report.deck_id)
        .order_by(Card.position, Card.id)
    )
    return [(guid.split("/")[1], ordinal, retired) for guid, ordinal, retired in rows]


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.added, report.updated, report.unchanged, report.skipped


def test_notes_become_cards_in_the_files_order(session: Session, ada: User) -> None:
    report = save(session, THREE, ada)
    assert counts(report) == (3, 0, 0, 0)
    assert [(guid, ordinal) for guid, ordinal, _ in cards_of(session, report)] == [
        ("one", 0),
        ("two", 0),
        ("two", 1),
        ("three", 1),
        ("three", 2),
    ]
    assert session.get_one(Deck, report.deck_id).published


def test_the_same_file_again_changes_nothing(session: Session, ada: User) -> None:
    first = save(session, THREE, ada)
    before = [tuple(row) for row in session.execute(sa.select(Note.__table__, Card.__table__).join(Card))]
    version = session.get_one(Deck, first.deck_id).order_version
    again = save(session, THREE, ada, day=1)
    after = [tuple(row) for row in session.execute(sa.select(Note.__table__, Card.__table__).join(Card))]
    assert (again.deck_id, counts(again)) == (first.deck_id, (0, 0, 3, 0))
    assert (after, session.get_one(Deck, first.deck_id).order_version) == (before, version)


def test_a_reworded_question_keeps_its_progress(session: Session, ada: User) -> None:
    report = save(session, THREE, ada)
    a_follow(session, ada, session.get_one(Deck, report.deck_id))
    card_id = session.scalars(sa.select(Card.id).where(Card.deck_id == report.deck_id).order_by(Card.position)).first()
    answer_card(session, ada, card_id, AnswerGiven(uuid4(), 4, 0), at(0))
    again = save(session, THREE.replace("## One", "## The first").replace("\n\nA\n", "\n\nAlpha\n"), ada, day=1)
    note = session.get_one(Note, session.get_one(Card, card_id).note_id)
    assert counts(again) == (0, 1, 2, 0)
    assert (note.fields, note.changed_at) == (["The first", "Alpha"], at(1))
    assert session.get_one(Memory, (ada.id, card_id)).repetitions == 1


def test_a_gap_that_is_no_more_is_retired_and_comes_back(session: Session, ada: User) -> None:
    report = save(session, THREE, ada)
    save(session, THREE.replace("{{c2::four}}", "four"), ada)
    assert ("three", 2, True) in cards_of(session, report)
    save(session, THREE, ada)
    assert ("three", 2, False) in cards_of(session, report)


def test_reordered_notes_make_the_followers_cursors_start_over(session: Session, ada: User) -> None:
    report = save(session, THREE, ada)
    version = session.get_one(Deck, report.deck_id).order_version
    again = save(session, "## New {#new}\n\nN\n\n" + THREE, ada)
    assert counts(again) == (1, 0, 3, 0)
    assert [guid for guid, _, _ in cards_of(session, again)][:2] == ["new", "one"]
    assert session.get_one(Deck, report.deck_id).order_version == version + 1


def test_a_note_gone_from_the_file_stays_in_ones_own_deck(session: Session, ada: User) -> None:
    report = save(session, THREE, ada)
    again = save(session, "## One {#one}\n\nA\n", ada)
    assert again.retired == 0
    assert not any(retired for _, _, retired in cards_of(session, report))


def test_a_note_gone_from_a_starter_deck_is_retired(session: Session, ada: User) -> None:
    report = save(session, THREE, None)
    again = save(session, "## One {#one}\n\nA\n", None)
    assert again.retired == 2
    assert [guid for guid, _, retired in cards_of(session, report) if not retired] == ["one"]


def test_without_an_id_the_question_is_the_identity(session: Session, ada: User) -> None:
    save(session, "## One\n\nA\n", ada)
    assert counts(save(session, "## One\n\nChanged\n", ada)) == (0, 1, 0, 0)
    assert counts(save(session, "## Another\n\nA\n", ada)) == (1, 0, 0, 0)
    assert counts(save(session, "##   Another   \n\nA\n", ada)) == (0, 0, 1, 0)


def test_spaces_between_words_do_not_make_another_question(session: Session, ada: User) -> None:
    save(session, "## Two words\n\nA\n", ada)
    assert counts(save(session, "## Two  words\n\nA\n", ada)) == (0, 1, 0, 0)


def test_a_question_that_stands_twice_is_left_out_with_its_line(session: Session, ada: User) -> None:
    report = save(session, "## One\n\nA\n\n## One\n\nB\n", ada)
    assert counts(report) == (1, 0, 0, 1)
    assert (report.bad_rows[0].line, report.bad_rows[0].places) == (9, {"first": 5})


def test_a_file_without_a_card_makes_no_deck(session: Session, ada: User) -> None:
    report = save(session, "## One\n", ada, header="---\ndeck: Above::Empty\n---\n")
    assert (report.deck_id, report.skipped) == (None, 1)
    assert session.scalars(sa.select(Deck).where(Deck.owner_id == ada.id)).all() == []


def test_a_path_makes_the_decks_above_and_their_followers_follow(session: Session, ada: User) -> None:
    first = save(session, "## One\n\nA\n", ada, header="---\ndeck: Above::First\n---\n")
    above = session.get_one(Deck, session.get_one(Deck, first.deck_id).parent_id)
    a_follow(session, ada, above)
    second = save(session, "## One\n\nA\n", ada, header="---\ndeck: Above::Second\n---\n")
    assert session.get_one(Deck, second.deck_id).path == "Above::Second"
    assert session.get(Follow, (ada.id, second.deck_id)) is not None


def test_a_deck_goes_where_its_name_says_now(session: Session, ada: User) -> None:
    first = save(session, THREE, ada, header="---\ndeck: Old\nid: moved\n---\n")
    again = save(session, THREE, ada, header="---\ndeck: Top::New\nid: moved\n---\n")
    assert again.deck_id == first.deck_id
    (deck,) = with_parents(session, [session.get_one(Deck, first.deck_id)])
    assert deck.path == "Top::New"


def test_a_deck_with_an_id_is_found_by_its_name_from_inside(session: Session, ada: User) -> None:
    above = save(session, THREE, ada, header="---\ndeck: Above\nid: above-id\n---\n")
    inside = save(session, "## One\n\nA\n", ada, header="---\ndeck: Above::Inside\n---\n")
    assert session.get_one(Deck, inside.deck_id).parent_id == above.deck_id


def test_a_deck_cannot_lie_inside_itself(session: Session, ada: User) -> None:
    save(session, THREE, ada, header="---\ndeck: Loop\nid: loop\n---\n")
    with pytest.raises(UnreadableFile, match="inside itself"):
        save(session, THREE, ada, header="---\ndeck: Loop::Loop\nid: loop\n---\n")


def test_what_died_under_an_abandoned_parent_does_not_block_the_next(session: Session, ada: User) -> None:
    parent = a_deck(session, owner=ada, guid="name:P", name="P", published=False)
    child = a_deck(session, cards=1, owner=ada, guid="name:P::C", name="C", parent_id=parent.id, published=False)
    for deck in (parent, child):
        deck.created_at -= timedelta(minutes=20)
    session.flush()
    for name in ("D", "C"):
        assert counts(save(session, THREE, ada, header=f"---\ndeck: P::{name}\n---\n")) == (3, 0, 0, 0)


def test_an_import_that_fails_half_way_leaves_nothing(session: Session, ada: User) -> None:
    rows = iter([*read_deck(Source("test.md", content=(HEADER + THREE).encode())).rows])

    def failing() -> Iterator:
        yield from rows
        raise MemoryError

    parsed = replace(read_deck(Source("test.md", content=(HEADER + THREE).encode())), rows=failing())
    with pytest.raises(MemoryError):
        import_deck(parsed, ada.id, at(0), in_the_same(session))
    assert session.scalars(sa.select(Note).where(Note.owner_id == ada.id)).all() == []
    assert counts(save(session, THREE, ada)) == (3, 0, 0, 0)


def test_the_preview_and_the_report_agree(session: Session, ada: User) -> None:
    body = THREE + "\n## One {#again}\n\nA\n\n## Same\n\nA\n\n## Same\n\nB\n\n## Empty\n"
    parsed = read_deck(Source("test.md", content=(HEADER + body).encode()))
    preview = preview_deck(parsed, ada.id, session, Wishes(), at(0))
    report = save(session, body, ada)
    assert (preview.note_count, preview.report.skipped) == (report.added, report.skipped) == (5, 2)


def test_two_owners_have_two_decks(session: Session, ada: User) -> None:
    save(session, THREE, ada)
    assert session.scalar(sa.select(sa.func.count()).select_from(Deck)) == 2


def test_what_a_killed_import_left_is_swept_and_does_not_block_the_next(session: Session, ada: User) -> None:
    left = a_deck(session, cards=2, owner=ada, guid="test", published=False)
    with pytest.raises(Stale):
        save(session, THREE, ada)
    left.created_at -= timedelta(minutes=20)
    session.flush()
    assert counts(save(session, THREE, ada)) == (3, 0, 0, 0)
    other = a_deck(session, cards=2, owner=ada, published=False)
    other.created_at -= timedelta(hours=2)
    session.flush()
    notes_before = session.scalar(sa.select(sa.func.count()).select_from(Note))
    assert sweep_unfinished(in_the_same(session), at(0) - timedelta(hours=1)) == 1
    assert session.scalar(sa.select(sa.func.count()).select_from(Note)) == notes_before - 2


def test_a_large_deck_goes_in_by_batches_and_is_invisible_until_the_end(session: Session, ada: User) -> None:
    seen: list[tuple[int, bool]] = []

    @contextmanager
    def watched() -> Iterator[Session]:
        yield session
        session.flush()
        count = session.scalar(sa.select(sa.func.count()).select_from(Note).where(Note.owner_id == ada.id))
        published = session.scalar(sa.select(Deck.published).where(Deck.owner_id == ada.id))
        seen.append((count, published))

    body = "".join(f"## Question {number}\n\nA\n\n" for number in range(1200))
    import_deck(read_deck(Source("test.md", content=(HEADER + body).encode())), ada.id, at(0), watched)
    counts = [count for count, _ in seen]
    assert counts == sorted(counts), len(set(counts)) >= 4
    assert [published for _, published in seen] == [False] * (len(seen) - 1) + [True]
    assert seen[-1] == (1200, True)
