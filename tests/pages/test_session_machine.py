"""A learner at the browser door, doing anything in any order, against a model a child could check by hand.

The model knows cards as lists of what happened to them and a stack of acts. It asks the scheduler, which has tests of
its own, what a list of events makes; everything else (what waits, what undo and redo bring back, what an edit leaves
alone, what a restart forgets) it works out itself.
"""

import os
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine
from werkzeug.test import TestResponse

from app import create_app
from app.clock import date_of, study_day
from app.config import read_settings
from app.database import close, db, writing
from app.models import Mark, Memory, Note, User
from app.models.change import digest_of
from app.models.mark import MARKS, NO_MARKS, Marks, marks_from
from app.scheduling import NEW, Answer, DueSet, Event, MemoryState, Reset, replay
from tests.compiled_once import share
from tests.conftest import MONDAY
from tests.factories import a_deck, a_follow, a_note

CARDS, NEW_A_DAY = 4, 3
EXAMPLES = int(os.environ.get("EXAMPLES") or 12)
"""`make prove` runs a thousand."""
STEPS = 12


@dataclass(frozen=True)
class Card:
    """What the model knows of a card."""

    events: tuple[Event, ...] = ()
    marks: Marks = NO_MARKS
    text: str = ""

    @property
    def state(self) -> MemoryState:
        return replay(self.events)


@dataclass
class Act:
    """One act: the card, and what it was before and after."""

    card: int
    day: int
    before: Card
    after: Card


@dataclass
class Model:
    cards: dict[int, Card] = field(default_factory=dict)
    done: list[Act] = field(default_factory=list)
    undone: list[Act] = field(default_factory=list)
    met_on: dict[int, int] = field(default_factory=dict)

    def do(self, card: int, day: int, after: Card) -> None:
        before = self.cards[card]
        if after != before:
            self.cards[card] = after
            self.done.append(Act(card, day, before, after))
            self.undone.clear()

    def waiting(self, day: int) -> set[int]:
        """The cards one of which is shown: all that are due or drilled, and new ones up to the limit, in order."""
        seen = {number: card for number, card in self.cards.items() if not card.marks.hide_on(day)}
        states = {number: card.state for number, card in seen.items()}
        met = {n for n, state in states.items() if state != NEW and state.is_waiting_on(day)}
        unmet = [n for n, state in states.items() if state == NEW]
        return met | set(unmet[: max(0, NEW_A_DAY - self.introduced(day))])

    def introduced(self, day: int) -> int:
        """How many cards were met that day: answered for the first time, or for the first time since a reset."""
        met = 0
        for card in self.cards.values():
            before: Event | None = None
            for event in card.events:
                is_first = before is None or isinstance(before, Reset)
                met += isinstance(event, Answer) and is_first and event.day == day
                before = event
        return met


class Served:
    """The app, which can be restarted, and the time at its doors, which is moved by hand."""

    def __init__(self, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.environment, self.now = environment, MONDAY
        self.app = self._started()
        for name, module in list(sys.modules.items()):
            if name.startswith("app.pages.") and hasattr(module, "now"):
                monkeypatch.setattr(module, "now", lambda: self.now)

    def _started(self) -> Flask:
        app = create_app(read_settings({**self.environment, "CARDLET_SECRET_KEY": "only for tests"}))
        app.testing = True
        share(app)
        app.config["WTF_CSRF_ENABLED"] = False
        return app

    def restart(self) -> None:
        close(self.app)
        self.app = self._started()


@pytest.fixture
def served(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    served = Served(environment, monkeypatch)
    yield served
    close(served.app)


MARKINGS: dict[str, Callable[[Marks, int], Marks]] = {
    "suspend": lambda marks, day: replace(marks, suspended=True),
    "bury": lambda marks, day: replace(marks, buried_until=day + 1),
    "bring_back": lambda marks, day: replace(marks, suspended=False, buried_until=None),
    "flag": lambda marks, day: replace(marks, flag=1),
    "unflag": lambda marks, day: replace(marks, flag=0),
}
which = st.integers(0, CARDS - 1)


class LearnersSession(RuleBasedStateMachine):
    """One learner with one deck of their own."""

    served: Served

    def __init__(self) -> None:
        super().__init__()
        self.model = Model()
        self.client: FlaskClient
        self.last_form: tuple[str, dict[str, str]] | None = None
        self.notes: dict[int, int] = {}

    @initialize()
    def begin(self) -> None:
        self.served.now = max(self.served.now, MONDAY) + timedelta(days=1)
        self.client = self.served.app.test_client()
        self.client.post("/guest")
        with self.served.app.app_context(), writing() as session:
            self.user_id = session.scalars(sa.select(sa.func.max(User.id))).one()
            deck = a_deck(session, owner=session.get_one(User, self.user_id))
            a_follow(session, session.get_one(User, self.user_id), deck, new_per_day=NEW_A_DAY)
            for number in range(CARDS):
                (card,) = a_note(session, deck, fields=(f"Question {number}", f"Answer {number}"))
                self.model.cards[card.id] = Card(text=f"Answer {number}")
                self.notes[card.id] = card.note_id

    @property
    def day(self) -> int:
        return study_day(self.served.now, "UTC", 4)

    def card(self, number: int) -> int:
        return list(self.model.cards)[number]

    def happen(self, card: int, *events: Event, **changes: object) -> None:
        before = self.model.cards[card]
        self.model.do(card, self.day, replace(before, events=(*before.events, *events), **changes))  # type: ignore[arg-type]

    def tick(self) -> None:
        self.served.now += timedelta(seconds=20)

    def post(self, address: str, **fields: object) -> TestResponse:
        self.tick()
        response = self.client.post(address, data=fields, headers={"X-Fragment": "1"})
        assert response.status_code < 500
        return response

    @rule(grade=st.integers(0, 5))
    def answer(self, grade: int) -> None:
        page = self.client.get("/study").text
        form = re.search(r'action="/cards/(\d+)/answers"', page)
        if form is None:
            return
        card, fields = int(form[1]), {"grade": str(grade)}
        for name in ("review_id", "seen"):
            fields[name] = re.findall(rf'name="{name}" value="([^"]*)"', page)[0]
        self.last_form = f"/cards/{card}/answers", fields
        assert self.post(*self.last_form[:1], **fields).status_code == 200
        self.happen(card, Answer(UUID(fields["review_id"]), self.day, self.served.now, grade))

    @precondition(lambda self: self.last_form is not None)
    @rule()
    def press_again(self) -> None:
        assert self.last_form is not None
        self.post(self.last_form[0], **self.last_form[1])

    @rule(number=which, name=st.sampled_from(sorted(MARKINGS)))
    def mark(self, number: int, name: str) -> None:
        card = self.card(number)
        self.post(f"/cards/{card}/marks", marking=name, change_id=uuid4())
        before = self.model.cards[card].marks
        after = MARKINGS[name](before, self.day)
        if after.buried_until is not None and after.buried_until <= self.day:
            after = replace(after, buried_until=None)
        if after != before:
            self.happen(card, marks=after)

    @rule(number=which, days=st.integers(0, 5))
    def put_on_another_day(self, number: int, days: int) -> None:
        change_id, card = uuid4(), self.card(number)
        self.post(f"/cards/{card}/due", due_day=date_of(self.day + days).isoformat(), change_id=change_id)
        self.happen(card, DueSet(change_id, self.day, self.served.now, self.day + days))

    @rule(number=which)
    def reset(self, number: int) -> None:
        change_id, card = uuid4(), self.card(number)
        self.post(f"/cards/{card}/resets", change_id=change_id)
        if self.model.cards[card].state != NEW:
            self.happen(card, Reset(change_id, self.day, self.served.now))

    @rule(number=which, text=st.sampled_from(["one", "两个", "**three**"]))
    def edit(self, number: int, text: str) -> None:
        card = self.card(number)
        with self.served.app.app_context():
            note = db.session.get_one(Note, self.notes[card])
            fields = {"field-0": note.fields[0], "field-1": text, "seen": digest_of(note), "tags": ""}
        assert self.post(f"/notes/{self.notes[card]}/edit", **fields).status_code == 303
        self.happen(card, text=text)

    @rule()
    def undo(self) -> None:
        self.post("/undos")
        if self.model.done and self.model.done[-1].day == self.day:
            act = self.model.done.pop()
            self.model.cards[act.card] = act.before
            self.model.undone.append(act)

    @rule()
    def redo(self) -> None:
        self.post("/redos")
        if self.model.undone and self.model.undone[-1].day == self.day:
            act = self.model.undone.pop()
            self.model.cards[act.card] = act.after
            self.model.done.append(act)

    @rule(hours=st.integers(1, 40))
    def wait(self, hours: int) -> None:
        self.served.now += timedelta(hours=hours)

    @rule()
    def restart(self) -> None:
        cookie = self.client.get_cookie(self.served.app.config["SESSION_COOKIE_NAME"])
        assert cookie is not None
        self.served.restart()
        self.client = self.served.app.test_client()
        self.client.set_cookie(cookie.key, cookie.value)

    @invariant()
    def the_rows_say_what_the_model_says(self) -> None:
        if not self.model.cards:
            return
        with self.served.app.app_context():
            session, own = db.session, sa.select(Memory).where(Memory.user_id == self.user_id)
            memories = {m.card_id: m.state for m in session.scalars(own)}
            marked = sa.select(Mark.card_id, *MARKS).where(Mark.user_id == self.user_id)
            marks = {card: marks_from(columns) for card, *columns in session.execute(marked)}
            texts = {card: session.get_one(Note, note).fields[1] for card, note in self.notes.items()}
        known = {number: card.state for number, card in self.model.cards.items()}
        assert memories == {number: state for number, state in known.items() if state != NEW}
        assert marks == {n: card.marks for n, card in self.model.cards.items() if card.marks != NO_MARKS}
        assert texts == {number: card.text for number, card in self.model.cards.items()}

    @invariant()
    def the_page_shows_a_card_that_waits(self) -> None:
        if not self.model.cards:
            return
        page = self.client.get("/study").text
        shown = re.search(r'data-card="(\d+)"', page)
        waiting = self.model.waiting(self.day)
        assert (shown is None) == (not waiting)
        assert shown is None or int(shown[1]) in waiting
        assert ('id="undo"' in page) == bool(self.model.done and self.model.done[-1].day == self.day)
        assert ('id="redo"' in page) == bool(self.model.undone and self.model.undone[-1].day == self.day)


@pytest.mark.proof
def test_whatever_a_learner_does_the_page_and_the_rows_agree_with_the_model(served: Served) -> None:
    LearnersSession.served = served
    checks = list(HealthCheck)
    thorough = settings(max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, suppress_health_check=checks)
    run_machine(LearnersSession, settings=thorough)  # type: ignore[no-untyped-call]
