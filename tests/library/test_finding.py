"""Cards are found by their words and by what is known of them; nobody finds another learner's."""

from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.library import finding, reading
from app.library.editing import Wording, edit_note
from app.library.finding import CARDS_A_PAGE, Found, Order, find_cards
from app.models import Card, Deck, Mark, Memory, Note, Unindexed, User
from app.models.change import digest_of
from app.models.indexing import index_what_waits
from app.study import AnswerGiven, answer_card
from tests.factories import a_deck, a_follow, a_learner, a_note, at

NOW = at(10)


class Library:
    """Ada's own deck, a starter deck she follows, one she does not, and Bob's, which has all the same words."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.ada, self.bob = a_learner(session, "Ada"), a_learner(session, "Bob")
        net = a_deck(session, owner=self.ada, name="Net")
        self.dns = a_deck(session, owner=self.ada, name="DNS", parent_id=net.id)
        self.starter, unfollowed = a_deck(session, name="Starter"), a_deck(session, name="Other")
        bobs = a_deck(session, owner=self.bob, name="Bob's")
        for deck in (net, self.dns, self.starter):
            a_follow(session, self.ada, deck)
        a_follow(session, self.bob, bobs)
        self.cards: dict[str, Card] = {}
        for deck, number in ((net, 3), (self.dns, 2), (self.starter, 2), (unfollowed, 2), (bobs, 3)):
            for n in range(number):
                fields = (f"What is a container {deck.name} {n}?", f"容器编排 {deck.name} 第{n}部分 café")
                (card,) = a_note(session, deck, fields=fields, tags=("Net::Top", f"n{n}"))
                self.cards[f"{deck.name} {n}"] = card
        session.flush()

    def found(self, query: str, learner: User | None = None, now: datetime = NOW) -> set[str]:
        page = find_cards(self.session, learner or self.ada, query, now)
        assert page.before is None
        return {name for one in page.cards for name, card in self.cards.items() if card.id == one.id}

    def answer(self, name: str, grade: int, day: int = 0) -> None:
        card = self.cards[name]
        seen = self.session.scalar(sa.select(Memory.answers).where(Memory.card_id == card.id)) or 0
        answer_card(self.session, self.ada, card.id, AnswerGiven(uuid4(), grade, seen), at(day))


@pytest.fixture(params=["looked at", "indexed"])
def library(session: Session, request: pytest.FixtureRequest) -> Library:
    library = Library(session)
    if request.param == "indexed":
        index_all(session)
    return library


def index_all(session: Session) -> None:
    from contextlib import nullcontext

    index_what_waits(session, lambda: nullcontext(session))
    assert session.scalars(sa.select(Unindexed.id)).all() == []


ALL = {"Net 0", "Net 1", "Net 2", "DNS 0", "DNS 1", "Starter 0", "Starter 1"}
NET = {name for name in ALL if name.startswith("Net")}
DNS = {"DNS 0", "DNS 1"}
STARTER = {"Starter 0", "Starter 1"}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ALL),
        ("container", ALL),
        ("conta", ALL),
        ("containe starter", STARTER),
        ("CAFE", ALL),
        ("容器", ALL),
        ("容器 dns", DNS),
        ("排", ALL),
        ("器编", ALL),
        ("容排", set()),
        ('"container dns 1"', {"DNS 1"}),
        ('"contain"', set()),
        ("cont*r net", NET),
        ("*tainer dns", DNS),
        ("deck:net", NET | DNS),
        ("deck:net::dns", DNS),
        ("deck:*dns", DNS),
        ("deck:other", set()),
        ("-deck:net", STARTER),
        ("tag:net", ALL),
        ("tag:net::top deck:starter", STARTER),
        ("tag:n1", {"Net 1", "DNS 1", "Starter 1"}),
        ("tag:n*", ALL),
        ("tag:none", set()),
        ("-container", set()),
        ("tag:n0 or tag:n2", {"Net 0", "Net 2", "DNS 0", "Starter 0"}),
        ("(starter or dns) -tag:n1", {"Starter 0", "DNS 0"}),
        ("note:basic", ALL),
        ("note:cloze", set()),
        ("added:10", set()),
        ("added:11", ALL),
        ("bob", set()),
        ("other", set()),
    ],
)
def test_what_is_written_is_found(library: Library, query: str, names: set[str]) -> None:
    assert library.found(query) == names


def test_nobody_finds_another_learners_cards(library: Library) -> None:
    for query in ("", "容器", "container", "is:new", "tag:net", "deck:*"):
        assert library.found(query, library.bob) == {"Bob's 0", "Bob's 1", "Bob's 2"}


def test_what_is_known_of_a_card_is_found(library: Library) -> None:
    library.answer("Net 0", 4, day=0)
    library.answer("Net 0", 4, day=1)
    library.answer("DNS 0", 5, day=9)
    library.answer("Net 1", 2, day=10)
    (other,) = [card for name, card in library.cards.items() if name == "Bob's 0"]
    answer_card(library.session, library.bob, other.id, AnswerGiven(uuid4(), 2, 0), at(10))
    assert library.found("is:new") == ALL - {"Net 0", "Net 1", "DNS 0"}
    assert library.found("is:due container") == {"Net 0", "DNS 0"}
    assert library.found("is:learning") == {"Net 1"}
    assert library.found("prop:interval>=6") == {"Net 0"}
    assert library.found("prop:due<0") == {"Net 0"}
    assert library.found("prop:reps=1") == {"Net 1", "DNS 0"}
    assert library.found("prop:ease<2.5") == {"Net 1"}
    assert library.found("prop:ease>=2.5") == {"Net 0", "DNS 0"}
    assert library.found("prop:stability>0") == set()
    assert library.found("rated:1") == {"Net 1"}
    assert library.found("rated:2") == {"Net 1", "DNS 0"}
    assert library.found("rated:2:4") == {"DNS 0"}
    assert library.found("rated:1 or rated:11:3") == {"Net 1", "Net 0"}
    assert library.found("is:mature") == library.found("is:leech") == set()
    library.session.execute(sa.update(Memory).values(interval=30, lapses=8))
    assert library.found("is:mature is:leech -dns") == {"Net 0", "Net 1"}


def test_marks_are_found(library: Library) -> None:
    day = library.ada.today(NOW)
    marks = {"Net 0": (True, None, 0), "DNS 0": (False, day + 1, 0), "Starter 1": (False, day, 3)}
    for owner, names in ((library.ada, marks), (library.bob, {"Net 1": (True, day + 1, 3)})):
        for name, (suspended, until, flag) in names.items():
            mark = {"suspended": suspended, "buried_until": until, "flag": flag}
            library.session.add(Mark(user_id=owner.id, card_id=library.cards[name].id, **mark))
    library.session.flush()
    assert library.found("is:suspended") == {"Net 0"}
    assert library.found("is:buried") == {"DNS 0"}
    assert library.found("is:flagged") == library.found("flag:3") == {"Starter 1"}
    assert library.found("flag:0") == ALL - {"Starter 1"}
    assert library.found("-is:suspended deck:net") == (NET | DNS) - {"Net 0"}


def test_what_was_edited_is_found_at_once_and_by_its_old_words_no_more(library: Library) -> None:
    note = library.session.get_one(Note, library.cards["Net 0"].note_id)
    for n, words in enumerate(("Ein Zebra", "两只斑马")):
        edit_note(library.session, library.ada, note.id, Wording((words, "x"), ("Tier",)), digest_of(note), at(5 + n))
    assert library.found("斑马") == library.found("tag:tier") == {"Net 0"}
    assert library.found("zebra") == set()
    assert library.found("container net") == NET - {"Net 0"}
    index_all(library.session)
    assert library.found("斑马") == library.found("tag:tier") == {"Net 0"}
    assert library.found("zebra") == set()
    assert library.found("container net") == NET - {"Net 0"}


def test_a_retired_card_is_found_by_who_has_met_it(library: Library) -> None:
    library.answer("Starter 0", 4)
    library.session.execute(sa.update(Card).where(Card.deck_id == library.starter.id).values(retired=True))
    assert library.found("starter") == {"Starter 0"}


def test_what_is_not_published_or_was_left_is_not_found(library: Library) -> None:
    library.session.execute(sa.update(Deck).where(Deck.id == library.dns.id).values(published=False))
    assert library.found("container") == NET | STARTER


@pytest.fixture
def many(session: Session) -> Callable[..., Found]:
    """Ada has a hundred and thirty notes of two cards, and Bob as many in between."""
    ada, bob = a_learner(session, "Ada"), a_learner(session, "Bob")
    decks = [a_deck(session, owner=owner) for owner in (ada, bob)]
    for owner, deck in zip((ada, bob), decks, strict=True):
        a_follow(session, owner, deck)
    for n in range(130):
        for deck in decks:
            a_note(session, deck, kind="reversed", fields=(f"word {n}", "容器"))
    index_all(session)
    session.execute(
        sa.insert(Memory),
        [
            {
                "user_id": ada.id,
                "card_id": card_id,
                "deck_id": decks[0].id,
                "repetitions": 1,
                "answers": 1,
                "interval": n % 9 + 1,
                "ease": 2500,
                "lapses": 0,
                "last_day": 0,
                "due_day": n % 9,
                "queue_day": 1,
            }
            for n, card_id in enumerate(session.scalars(sa.select(Card.id).where(Card.deck_id == decks[0].id)))
        ],
    )
    return lambda query, **page: find_cards(session, ada, query, NOW, **page)


def test_pages_follow_each_other_without_a_gap(many: Callable[..., Found]) -> None:
    seen: list[tuple[int, int]] = []
    before = None
    while True:
        page = many("容器", before=before)
        assert len(page.cards) <= CARDS_A_PAGE + 1
        seen += [(-card.row.note_id, card.row.ordinal) for card in page.cards]
        before = page.before
        if before is None:
            break
    assert seen == sorted(set(seen))
    assert len(seen) == 260


def test_cards_are_sorted_by_what_is_known_of_them(many: Callable[..., Found]) -> None:
    first = many("word", order=Order("interval", descending=True))
    second = many("word", order=Order("interval", descending=True), offset=first.offset)
    intervals = [card.row.interval for card in [*first.cards, *second.cards]]
    assert intervals == sorted(intervals, reverse=True)
    assert len(intervals) == 2 * CARDS_A_PAGE
    assert [card.row.due_day for card in many("word", order=Order("due")).cards][:3] == [0, 0, 0]


@pytest.mark.parametrize("ease", [1300, 2010, 2030, 2500, 4020])
def test_an_ease_is_compared_in_thousandths(library: Library, ease: int) -> None:
    """In which 2.01 is a float below 2010."""
    library.answer("Net 0", 4)
    library.session.execute(sa.update(Memory).values(ease=ease))
    for comparison, number in (("=", 1), ("<=", 1), (">=", 1), ("<", 0), (">", 0), ("!=", 0)):
        query = f"prop:ease{comparison}{ease / 1000}"
        assert len(library.found(query)) == number, query
        assert len(library.found(f"is:new or {query}")) == len(library.found("is:new")) + number, query


def test_long_notes_are_looked_at_a_few_at_a_time(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the database leaves most of them out by itself or not, and none is missed."""
    ada = a_learner(session, "Ada")
    deck, others = a_deck(session, owner=ada), a_deck(session, owner=a_learner(session, "Bob"))
    for n in range(12):
        a_note(session, deck, fields=(f"note {n}", "e " * (50_000 if n % 4 else 5)))
        a_note(session, others, fields=(f"note {n}", "é"))
    monkeypatch.setattr(reading, "MOST_AT_ONCE", 120_000)
    at_once: list[int] = []
    look = reading.Reader.look

    def watched(reader: reading.Reader, note_ids: list[int], condition: list) -> tuple[int, list]:
        number, cards = look(reader, note_ids, condition)
        at_once.append(sum(card.size for card in cards))
        return number, cards

    monkeypatch.setattr(reading.Reader, "look", watched)
    assert len(find_cards(session, ada, "note", NOW).cards) == len(find_cards(session, ada, "is:new", NOW).cards) == 12
    assert max(at_once) <= 120_000 and len(at_once) > 8
    assert find_cards(session, ada, "is:due note", NOW).cards == []


def test_notes_with_many_cards_are_looked_at_a_few_at_a_time(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """And one with more than are read together is whole all the same."""
    ada = a_learner(session, "Ada")
    deck = a_deck(session, owner=ada)
    notes = [a_note(session, deck, fields=(f"note {n}", "a"))[0].note_id for n in range(9)]
    for ordinal in range(1, 6):
        session.add(Card(note_id=notes[4], deck_id=deck.id, ordinal=ordinal, position=20 + ordinal, retired=False))
    session.flush()
    monkeypatch.setattr(reading, "MOST_CARDS", 3)
    found = find_cards(session, ada, "note", NOW).cards
    assert [card.row.note_id for card in found] == sorted([*notes, *[notes[4]] * 5], reverse=True)


def test_a_page_looks_at_so_many_characters(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "LOOKED_AT", 1_000)
    ada = a_learner(session, "Ada")
    deck = a_deck(session, owner=ada)
    for n in range(60):
        a_note(session, deck, fields=(f"note {n}", "e " * 50_000))
    page, looks, before = find_cards(session, ada, "-note", NOW), 0, None
    while page.is_cut:
        assert before is None or page.before < before
        before, looks = page.before, looks + 1
        page = find_cards(session, ada, "-note", NOW, before=before)
    assert looks == 1 and page.before is None
