"""The queue beside a plain model of it, which holds a learner's log in a list and looks through everything."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from app.database import db
from app.library import ask_for_more, follow, set_shape
from app.models import Card, User
from app.models.follow import NewOrder, ReviewOrder, Shape
from app.scheduling import DEFAULT_SETTINGS, Answer, MemoryState, replay
from app.study import next_card, queue_of, undo_last_act
from app.study.ordering import drawn
from tests.factories import a_deck, a_follow, a_learner, a_note, at
from tests.study.steps import answer_next, meet_all

EXAMPLES = min(60, int(os.environ.get("EXAMPLES") or 12))
"""Each lives through some weeks; `make prove` runs them all."""
FEW = st.integers(0, 4)
shapes = st.builds(Shape, FEW, st.none() | FEW, st.sampled_from(NewOrder), st.sampled_from(ReviewOrder))
answered = st.tuples(st.just("answer"), st.lists(st.sampled_from([2, 4, 4, 4, 5]), min_size=1, max_size=8))
moved = st.tuples(st.just("wait"), st.sampled_from([1, 40, 130, 299, 300, 601]))
slept = st.tuples(st.just("sleep"), st.sampled_from([1, 2, 9]))
shaped = st.tuples(st.just("shape"), st.tuples(st.integers(0, 1), shapes))
more = st.tuples(st.just("more"), st.tuples(st.integers(0, 1), st.sampled_from(["new", "reviews"])))
undone = st.tuples(st.just("undo"), st.none())
drilled = st.tuples(st.just("drill_after"), st.sampled_from([5, 10]))
scoped = st.tuples(st.just("scope"), st.integers(0, 3))
acts = st.one_of(answered, answered, slept, moved, shaped, more, undone, drilled, scoped)


@pytest.mark.proof
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shapes, st.lists(acts, min_size=8, max_size=20))
def test_the_queue_is_what_a_plain_model_says(app: Flask, first: Shape, history: list[tuple[str, object]]) -> None:
    with app.app_context():
        if db.engine.dialect.name == "postgresql":
            # Else each statement would be kept.
            db.session.connection(execution_options={"isolation_level": "READ COMMITTED"})
        try:
            life = Life.begin(db.session)
            life.answer([4] * len(life.cards))
            life.sleep(1)
            life.shape((0, first))
            for what, how in history:
                getattr(life, what)(how)
                life.now += timedelta(seconds=1)
                life.check()
        finally:
            db.session.rollback()


@dataclass
class Life:
    """Ada, a tree of three decks and a deck beside it, and what she has answered."""

    session: Session
    ada: User
    cards: list[Card]
    trees: dict[int, int]
    """Of each deck, in the learner's order, the one that was followed."""
    scopes: list[int | None]
    inside: dict[int, list[int]]
    now: datetime = field(default_factory=lambda: at(0))
    looked_in: int | None = None
    log: list[tuple[int, datetime, int, int]] = field(default_factory=list)
    shapes: dict[int, Shape] = field(default_factory=dict)
    asked: dict[tuple[int, int, str], int] = field(default_factory=dict)
    states: dict[int, MemoryState] = field(default_factory=dict)

    @classmethod
    def begin(cls, session: Session) -> "Life":
        ada, bob = a_learner(session), a_learner(session)
        root = a_deck(session)
        parts = [a_deck(session, parent_id=root.id, place=place) for place in (1, 2)]
        other = a_deck(session, cards=2)
        for deck in (root, *parts):
            a_note(session, deck)
            a_note(session, deck, kind="reversed")
        a_note(session, parts[1], kind="reversed")
        for deck in (root, other):
            follow(session, ada, deck.id, at(0))
        for deck in (root, *parts, other):
            a_follow(session, bob, deck)
            meet_all(session, bob, deck, at(0))
        cards = list(session.scalars(sa.select(Card).order_by(Card.id)))
        trees = {root.id: root.id, parts[0].id: root.id, parts[1].id: root.id, other.id: other.id}
        inside = {root.id: [root.id, *(part.id for part in parts)], parts[1].id: [parts[1].id], other.id: [other.id]}
        shapes = {root.id: Shape(), other.id: Shape()}
        return cls(session, ada, cards, trees, [None, root.id, parts[1].id, other.id], inside, shapes=shapes)

    # What can happen

    def answer(self, grades: list[int]) -> None:
        for grade in grades:
            self.now += timedelta(seconds=20)
            shown = answer_next(self.session, self.ada, self.now, grade, self.looked_in)
            if shown is not None:
                self.log.append((self.today, self.now, shown.card.id, grade))
            self.check([self.looked_in])

    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    def sleep(self, days: int) -> None:
        self.now += timedelta(days=days)

    def shape(self, how: tuple[int, Shape]) -> None:
        root_id = list(self.shapes)[how[0]]
        set_shape(self.session, self.ada, root_id, how[1])
        self.session.expire_all()
        self.shapes[root_id] = how[1]

    def more(self, how: tuple[int, str]) -> None:
        root_id, what = list(self.shapes)[how[0]], how[1]
        ask_for_more(self.session, self.ada, root_id, self.today, what)
        self.session.expire_all()
        limit = self._limit(root_id, what)
        if limit is not None:
            done = self._introduced(root_id) if what == "new" else self._reviewed(root_id)
            plain = self.shapes[root_id].new_per_day if what == "new" else self.shapes[root_id].reviews_per_day
            self.asked[root_id, self.today, what] = max(limit, done) + 10 - plain

    def undo(self, _: None) -> None:
        if self.log and self.log[-1][0] == self.today:
            undo_last_act(self.session, self.ada, self.now)
            self.log.pop()

    def drill_after(self, minutes: int) -> None:
        self.ada.drill_after = minutes
        self.session.flush()

    def scope(self, which: int) -> None:
        self.looked_in = self.scopes[which]

    # What should come of it

    def check(self, scopes: list[int | None] | None = None) -> None:
        self.states = self._states()
        for scope in scopes or self.scopes:
            queue = queue_of(self.session, self.ada, scope, self.now)
            shown = next_card(self.session, self.ada, queue, self.now)
            decks = self.inside[scope] if scope is not None else list(self.trees)
            counts = queue.counts
            assert (counts.due, counts.new, counts.drill) == self._counts(decks)
            assert (shown and (shown.reason, shown.card.id, shown.early)) == self._next(decks)

    @property
    def today(self) -> int:
        return self.ada.today(self.now)

    def _states(self) -> dict[int, MemoryState]:
        answers: dict[int, list[Answer]] = {}
        for day, moment, card_id, grade in self.log:
            answers.setdefault(card_id, []).append(Answer(uuid4(), day, moment, grade))
        return {card_id: replay(given, DEFAULT_SETTINGS, card_id) for card_id, given in answers.items()}

    def _limit(self, root_id: int, what: str) -> int | None:
        shape = self.shapes[root_id]
        limit = shape.new_per_day if what == "new" else shape.reviews_per_day
        return None if limit is None else limit + self.asked.get((root_id, self.today, what), 0)

    def _days_of(self, root_id: int) -> list[list[int]]:
        own = {card.id for card in self.cards if self.trees[card.deck_id] == root_id}
        return [[day for day, _, card_id, _ in self.log if card_id == one] for one in own]

    def _introduced(self, root_id: int) -> int:
        return sum(days[0] == self.today for days in self._days_of(root_id) if days)

    def _reviewed(self, root_id: int) -> int:
        return sum(days[0] < self.today == days[-1] for days in self._days_of(root_id) if days)

    def _left(self, root_id: int, what: str) -> int:
        limit = self._limit(root_id, what)
        done = self._introduced(root_id) if what == "new" else self._reviewed(root_id)
        return 1000 if limit is None else max(0, limit - done)

    def _due(self, deck_id: int) -> list[tuple[int, int]]:
        states = self.states
        cards = [
            (states[card.id].due_day, card.id) for card in self.cards if card.deck_id == deck_id and card.id in states
        ]
        return sorted(card for card in cards if card[0] <= self.today)

    def _new(self, deck_id: int) -> list[int]:
        """Unmet cards none of whose siblings was answered today or comes first."""
        met = {card_id for _, _, card_id, _ in self.log}
        today = {card_id for day, _, card_id, _ in self.log if day == self.today}
        new = []
        for card in sorted((card for card in self.cards if card.deck_id == deck_id), key=lambda card: card.position):
            siblings = [other for other in self.cards if other.note_id == card.note_id and other.id != card.id]
            first = all(other.id in met or other.position > card.position for other in siblings)
            if card.id not in met and first and not any(other.id in today for other in siblings):
                new.append(card.id)
        return new

    def _counts(self, decks: list[int]) -> tuple[int, int, int]:
        def allowed(waiting: Callable[[int], list], what: str) -> int:
            wanted: dict[int, int] = {}
            for deck_id in decks:
                wanted[self.trees[deck_id]] = wanted.get(self.trees[deck_id], 0) + len(waiting(deck_id))
            return sum(min(number, self._left(root_id, what)) for root_id, number in wanted.items())

        return allowed(self._due, "reviews"), allowed(self._new, "new"), len(self._drilled(decks))

    def _drilled(self, decks: list[int]) -> list[tuple[datetime, int]]:
        states, deck_of = self.states, {card.id: card.deck_id for card in self.cards}
        return sorted(
            (state.drill_at, card_id)
            for card_id, state in states.items()
            if state.drill_day == self.today and deck_of[card_id] in decks and state.drill_at is not None
        )

    def _next(self, decks: list[int]) -> tuple[str, int, bool] | None:
        drill = self._drilled(decks)
        if drill and self._rested(drill[0][0]):
            return "drill", drill[0][1], False
        order = self._due_in_order(decks)
        if order:
            near = self._siblings_of_the_last_few()
            return "due", next((card_id for card_id in order if card_id not in near), order[0]), False
        for deck_id in decks:
            new, root_id = self._new(deck_id), self.trees[deck_id]
            if new and self._left(root_id, "new"):
                at_random = self.shapes[root_id].new_order is NewOrder.RANDOM
                return "new", min(new, key=self._lot) if at_random else new[0], False
        return ("drill", drill[0][1], len(drill) == 1 or self.ada.drill_after == 10) if drill else None

    def _rested(self, since: datetime) -> bool:
        others = {card_id for _, moment, card_id, _ in self.log if moment > since}
        minutes = self.ada.drill_after
        return self.now - since >= timedelta(minutes=minutes) or (minutes == 5 and len(others) >= 5)

    def _due_in_order(self, decks: list[int]) -> list[int]:
        order: list[int] = []
        for deck_id in decks:
            root_id = self.trees[deck_id]
            chosen = self.shapes[root_id].review_order
            if not self._left(root_id, "reviews"):
                continue
            tree = [deck_id] if chosen is ReviewOrder.LONGEST else [one for one in decks if self.trees[one] == root_id]
            due = sorted(card for one in tree for card in self._due(one))
            states = self.states
            if chosen is ReviewOrder.OVERDUE:
                due.sort(key=lambda card: -(self.today - card[0]) / states[card[1]].interval)
            elif chosen is ReviewOrder.RANDOM:
                due.sort(key=lambda card: self._lot(card[1]))
            order += [card_id for _, card_id in due if card_id not in order]
        return order

    def _siblings_of_the_last_few(self) -> set[int]:
        recent = [card_id for day, moment, card_id, _ in self.log if day == self.today and self._just_now(moment)]
        last = list(dict.fromkeys(reversed(recent)))[:5]
        notes = {card.id: card.note_id for card in self.cards}
        return {card.id for card in self.cards for one in last if notes[one] == card.note_id and one != card.id}

    def _just_now(self, moment: datetime) -> bool:
        return self.now - moment < timedelta(minutes=5)

    def _lot(self, card_id: int) -> bytes:
        return drawn(self.ada.id, self.today, card_id)
