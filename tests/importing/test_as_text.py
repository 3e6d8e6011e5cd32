"""A deck's text, saved: what the plan says is what happens, and what stands the same is left alone."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.exporting import Export, one_deck
from app.exporting.markdown_deck import deck_text
from app.importing.as_text import Plan, Standing, plan_changes, save_text, undo_text
from app.importing.as_text.arranging import arranged
from app.importing.as_text.comparing import differences, written
from app.importing.as_text.reading import read_text
from app.models import Card, Deck, Memory, Note, NoteType, Review, User
from app.models.change import CONTENT
from app.study.rebuilding import compare
from tests.exporting.filled import answered
from tests.factories import a_deck, a_follow, a_learner, a_note, at

NOTES = st.lists(st.integers(0, 8), unique=True, max_size=9)


@given(NOTES, NOTES)
def test_as_few_as_can_be_are_moved_and_the_others_keep_their_order(before: list[int], after: list[int]) -> None:
    def text(notes: list[int]) -> str:
        return "---\ndeck: D\n---\n\n" + "".join(f"## q{n} {{#n{n}}}\n\na\n\n" for n in notes)

    found = differences(read_text(text(before), "d").notes, read_text(text(after), "d").notes)
    assert [after[place] for place in found.added] == [n for n in after if n not in before]
    assert [before[place] for place in found.removed] == [n for n in before if n not in after]
    assert found.changed == []
    moved = {after[place] for _, place in found.moved}
    still = [n for n in after if n in before and n not in moved]
    assert still == sorted(still, key=before.index)
    # Any of the moved, put among those that stayed, would break the order.
    for one in moved:
        more = [n for n in after if n in still or n == one]
        assert more != sorted(more, key=before.index)


@given(st.data())
def test_cards_come_to_lie_in_the_order_of_the_notes(data: st.DataObject) -> None:
    notes = list(range(data.draw(st.integers(1, 6))))
    keys = [(note, ordinal) for note in notes for ordinal in range(data.draw(st.integers(1, 2)))]
    lying = sorted(((key, data.draw(st.integers(-3, 9))) for key in keys), key=lambda one: (one[1], one[0]))
    loose = set(data.draw(st.lists(st.sampled_from(notes), unique=True)))
    first = {key[0]: n for n, (key, _) in reversed(list(enumerate(lying)))}
    order = sorted((note for note in notes if note not in loose), key=first.__getitem__)
    for note in [*sorted(loose), 100]:
        order.insert(data.draw(st.integers(0, len(order))), note)
    arriving = {100: [0, 1], notes[0]: [7]}
    places = arranged(lying, order, loose | {100}, arriving)
    assert places.keys() == {*keys, (100, 0), (100, 1), (notes[0], 7)}
    laid = sorted(
        places, key=lambda key: (places[key], lying.index((key, dict(lying)[key])) if key in dict(lying) else -1)
    )
    assert list(dict.fromkeys(note for note, _ in laid)) == order
    # Those that stayed keep their order among each other, card by card.
    still = [key for key, _ in lying if key[0] not in loose]
    assert [key for key in laid if key in still] == still


@contextmanager
def taken_back(session: Session) -> Iterator[None]:
    session.rollback()
    yield
    session.rollback()


def opened(session: Session, owner: User, deck: Deck, folder: Path) -> Standing:
    session.expire_all()
    decks = one_deck(session, owner, deck.id)[:1]
    written = deck_text(session, Export(owner, decks, at(9), folder, folder, with_progress=False))
    return Standing(written.text, written.note_ids, written.type_ids)


def a_full_deck(session: Session, *, foreign: bool) -> tuple[User, Deck]:
    """Notes of every kind, some met by their owner, some by a follower; a deck of another's with the same name."""
    ada, bob = a_learner(session, "Ada"), a_learner(session, "Bob")
    a_deck(session, owner=bob, guid="d", cards=2)
    deck = a_deck(session, owner=ada, guid="d")
    a_follow(session, ada, deck)
    a_follow(session, bob, deck)
    guid = "from anki/1" if foreign else None
    cards = [
        *a_note(session, deck, fields=("plain", "a\n\n---\n\n## b"), guid=guid),
        *a_note(session, deck, kind="reversed", tags=("x", "y,z")),
        *a_note(session, deck, kind="typed", fields=("typed", " kept ")),
        *a_note(session, deck, fields=("same", "as the next")),
        *a_note(session, deck, fields=("same", "as the last")),
    ]
    own = NoteType(owner_id=ada.id, kind="custom", name="Word", guid="en/d/Word", field_names=["W", "M"], css="b {}")
    own.templates = [{"name": "c", "front": "{{W}}", "back": "{{M}}"}, {"name": "d", "front": "{{M}}", "back": "{{W}}"}]
    session.add(own)
    session.flush()
    word = a_note(session, deck, kind="reversed", fields=("w", "m"))
    session.get_one(Note, word[0].note_id).note_type_id = own.id
    gaps = a_note(session, deck, kind="cloze", fields=("{{c1::a}} and {{c2::b}}", ""))
    gaps[0].ordinal = 1
    session.add(Card(deck_id=deck.id, note_id=gaps[0].note_id, ordinal=2, position=gaps[0].position))
    cards[1].position = cards[0].position
    session.flush()
    for learner, card in ((ada, cards[0]), (ada, gaps[0]), (bob, cards[2]), (bob, cards[4])):
        answered(session, learner, card, 4, 2, 5)
    return ada, deck


EDITS = st.lists(
    st.tuples(
        st.sampled_from(["remove", "move", "reword", "add", "add with id", "retype", "gap", "tag", "lose id", "bring"]),
        st.integers(0, 20),
        st.integers(0, 20),
    ),
    max_size=6,
)


def edited(text: str, edits: list[tuple[str, int, int]], brought: list[str]) -> str:
    """The text after some edits, note by note."""
    head, *blocks = text.split("\n## ")
    for number, (edit, one, other) in enumerate(edits):
        at_, to = one % max(1, len(blocks)), other % (len(blocks) + 1)
        if edit == "add":
            blocks.insert(to, f"new {other}\n\nanswer {number}\n")
        elif edit == "add with id":
            blocks.insert(to, f"new {other} {{#new-{number}-{other}}}\ntype: reversed\n\nanswer\n")
        elif edit == "bring":
            gone = [block for block in brought if block.split("\n")[0] not in text]
            blocks[to:to] = gone[other % len(gone) :][:1] if gone else []
        elif blocks:
            blocks[at_ : at_ + 1] = _reworked(edit, blocks[at_], other)
            if edit == "move":
                blocks.insert(to, blocks.pop(at_))
    return "\n## ".join([head, *blocks])


def _reworked(edit: str, block: str, other: int) -> list[str]:
    first, _, rest = block.partition("\n")
    if edit == "remove":
        return []
    if edit == "lose id":
        return [re.sub(r" ?\{#[^}]*\}$", "", first) + "\n" + re.sub(r"^id: .*\n", "", rest)]
    if edit == "tag":
        return [f"{first}\n{re.sub('^tags.*$', '', rest, flags=re.M).lstrip(chr(10))}"] if "tags" in rest else [block]
    if edit == "retype" and "type:" not in rest:
        return [f"{first}\ntype: {('reversed', 'typed')[other % 2]}\n{rest}"]
    if edit == "gap":
        return [block.replace("{{c2::b}}", ("b", "{{c2::b}} {{c3::c}}")[other % 2])]
    return [block.rstrip("\n") + f" {other}\n\n"] if edit == "reword" else [block]


@pytest.mark.proof
@settings(
    max_examples=min(300, int(os.environ.get("EXAMPLES") or 20)),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.booleans(), EDITS, EDITS)
def test_a_save_does_what_the_plan_says_and_its_undo_takes_that_back(
    session: Session, tmp_path: Path, foreign: bool, first: list, second: list
) -> None:
    with taken_back(session):
        ada, deck = a_full_deck(session, foreign=foreign)
        learnt, brought = rows(session, Memory, Review), opened(session, ada, deck, tmp_path).text.split("\n## ")[1:]
        for number, edits in enumerate((first, second)):
            before, cards, notes = opened(session, ada, deck, tmp_path), standing(session), contents(session)
            text = edited(before.text, edits, brought)
            plan = plan_changes(session, ada, deck, before, text)
            event("refused" if plan.problems else "planned" if plan else "nothing to do")
            if plan.problems:
                continue
            change_id = save_text(session, ada, plan, at(10 + number))
            after = opened(session, ada, deck, tmp_path)
            as_planned(plan, before, text, after)
            assert rows(session, Memory, Review) == learnt
            assert compare(session, ada.id).memories == {}
            assert not plan_changes(session, ada, deck, after, after.text)
            if change_id is None:
                assert (before, cards, notes) == (after, standing(session), contents(session))
            elif number:
                undo_text(session, ada, change_id, at(12))
                assert opened(session, ada, deck, tmp_path) == before
                assert (cards, notes) == (standing(session), contents(session))
                assert rows(session, Memory, Review) == learnt


def as_planned(plan: Plan, before: Standing, text: str, after: Standing) -> None:
    """What the deck says now is what was typed, and differs from before in what the plan named."""
    was, typed, now = (read_text(one, "d") for one in (before.text, text, after.text))
    assert [written(note) for note in now.notes] == [written(note) for note in typed.notes]
    found = differences(was.notes, now.notes)
    assert [written(now.notes[place]) for place in found.added] == [written(one.note) for one in plan.added]
    assert [before.note_ids[old] for old, _ in found.changed] == [one.note_id for one in plan.changed]
    assert [before.note_ids[old] for old, _ in found.moved] == [one.note_id for one in plan.moved]
    assert [before.note_ids[old] for old in found.removed] == [one.note_id for one in plan.removed]
    assert not {*before.note_ids} - {*after.note_ids} - {one.note_id for one in plan.removed}


def rows(session: Session, *tables: type) -> list[tuple]:
    session.flush()
    return [tuple(map(str, row)) for table in tables for row in session.execute(sa.select(table.__table__))]


def standing(session: Session) -> list[tuple]:
    """The cards that can be met, and all that somebody has met."""
    chosen = sa.select(Card.id, Card.note_id, Card.ordinal, Card.deck_id, Card.position).where(~Card.retired)
    return [tuple(row) for row in session.execute(chosen.order_by(Card.id))]


def contents(session: Session) -> list[tuple]:
    """The notes that can be met."""
    stands = sa.exists().where(Card.note_id == Note.id, ~Card.retired)
    chosen = sa.select(Note.id, Note.guid, *(getattr(Note, name) for name in CONTENT)).where(stands)
    return [tuple(map(str, row)) for row in session.execute(chosen.order_by(Note.id))]
