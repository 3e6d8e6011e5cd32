"""People who study over HTTP until the server has taken what they said, and what must be in the database afterwards."""

import http.client
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import cycle
from urllib.parse import urlencode, urlsplit
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.models import DailySummary, Follow, Memory, Review, User
from app.scheduling import replay
from tests.factories import a_deck, a_follow
from tests.visitor import Form, forms_of

GRADES = (4, 2, 5, 3, 4, 4)
PATIENCE = 60
"""Seconds until a learner gives up on one request; no test waits longer for anything."""


@dataclass(frozen=True)
class Reply:
    status: int
    location: str
    page: str


class Learner:
    """A guest whose requests go to each of the addresses in turn. `sent` holds the grade of each answer by its id."""

    def __init__(self, addresses: Iterable[str]) -> None:
        self.sent: dict[UUID, int] = {}
        self.acknowledged: set[UUID] = set()
        self.failures = 0
        self._hosts = cycle([urlsplit(address).netloc for address in addresses])
        self._grades = cycle(GRADES)
        self._cookie = ""

    def start(self) -> None:
        """Presses the one button of the first page."""
        (form,) = (form for form in forms_of(self._insist("GET", "/").page) if form.action == "/guest")
        assert self._insist("POST", form.action, form.fields).status == 303

    def answer(self) -> bool:
        """Answers the next card: the same answer with the same id until it is acknowledged. False if no card waits."""
        form = self._card_shown()
        if form is None:
            return False
        review_id, grade = UUID(form.fields["review_id"]), next(self._grades)
        self.sent[review_id] = grade
        reply = self._insist("POST", form.action, {**form.fields, "grade": str(grade)})
        assert (reply.status, urlsplit(reply.location).path) == (303, "/study"), reply
        self.acknowledged.add(review_id)
        return True

    def _card_shown(self) -> Form | None:
        reply = self._insist("GET", "/study")
        assert reply.status == 200, reply
        return next((form for form in forms_of(reply.page) if form.action.endswith("/answers")), None)

    def _insist(self, method: str, path: str, fields: dict[str, str] | None = None) -> Reply:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                reply = self._request(method, path, fields)
                if reply.status < 500:
                    return reply
            except (OSError, http.client.HTTPException):
                pass
            self.failures += 1
            assert time.monotonic() < deadline, f"{method} {path} was not answered for {PATIENCE} seconds"
            time.sleep(0.05)

    def _request(self, method: str, path: str, fields: dict[str, str] | None) -> Reply:
        connection = http.client.HTTPConnection(next(self._hosts), timeout=PATIENCE)
        headers = {"Cookie": self._cookie, "Content-Type": "application/x-www-form-urlencoded"}
        try:
            connection.request(method, path, urlencode(fields) if fields else None, headers)
            response = connection.getresponse()
            page = response.read().decode()
        finally:
            connection.close()
        cookie = response.headers.get("Set-Cookie")
        if cookie and response.status < 500:
            self._cookie = cookie.split(";")[0]
        return Reply(response.status, response.headers.get("Location", ""), page)


def everybody_follows(session: Session, *, cards: int) -> None:
    """Gives everyone so many cards to study, all of them today."""
    deck = a_deck(session, cards=cards)
    for user in session.scalars(sa.select(User)):
        a_follow(session, user, deck)
    session.execute(sa.update(Follow).values(new_per_day=cards))


def check_what_is_kept(stored: Callable[[sa.Executable], list[sa.Row]], learners: list[Learner]) -> None:
    """Every acknowledged answer is in the log once, with its grade, and nothing that nobody sent; each memory is the
    replay of its answers, and each day's summary their number."""
    sent = {review_id: grade for learner in learners for review_id, grade in learner.sent.items()}
    reviews = [row[0] for row in stored(sa.select(Review))]
    assert {review.id: review.grade for review in reviews}.items() <= sent.items()
    assert Counter(r.id for r in reviews) == Counter({review.id for review in reviews})
    assert {review_id for learner in learners for review_id in learner.acknowledged} <= {r.id for r in reviews}
    memories = {(row[0].user_id, row[0].card_id): row[0].state for row in stored(sa.select(Memory))}
    own = {key: [r.event for r in reviews if (r.user_id, r.card_id) == key] for key in memories}
    assert sum(map(len, own.values())) == len(reviews)
    assert memories == {key: replay(answers) for key, answers in own.items()}
    summaries = stored(
        sa.select(DailySummary.user_id, sa.func.sum(DailySummary.answers)).group_by(DailySummary.user_id)
    )
    assert dict(map(tuple, summaries)) == Counter(review.user_id for review in reviews)
