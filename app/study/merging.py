"""Answers given elsewhere and told later: the log takes them in, in any order, and the memories are folded again."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.clock import hour_of
from app.database import connection_of
from app.errors import N_, Refused
from app.models import Card, Deck, Follow, Learner, Memory, Review
from app.models.audience import is_open_to
from app.models.summing import Logged
from app.scheduling import GRADES, Answer
from app.study.answering import LONGEST_ANSWER_MS
from app.study.folding import fold_again, standing_log
from app.study.keeping import LOG, MOVE_DAY, log_values


@dataclass(frozen=True, slots=True)
class LateAnswer:
    """An answer and the card it was given to; its study day was worked out on the device, when it was given."""

    card_id: int
    answer: Answer
    took_ms: int = 0


def merge_answers(session: Session, learner: Learner, late: Iterable[LateAnswer]) -> list[LateAnswer]:
    """Adds the answers the log does not have yet; returns those it cannot take, whose cards are not the learner's.

    The outcome is the same for every order and every repetition of the calls. Raises Refused for a grade that is none,
    Stale if one of the cards is answered at the same moment; nothing was merged then, and merging again helps.
    """
    ordered = sorted(late, key=lambda item: (item.card_id, item.answer.day, item.answer.at, item.answer.id))
    if any(item.answer.grade not in GRADES for item in ordered):
        raise Refused(N_("A grade is a number from 0 to 5."), field="grade")
    rejected: list[LateAnswer] = []
    for card_id, group in groupby(ordered, key=lambda item: item.card_id):
        deck_id = _deck_of(session, learner, card_id)
        if deck_id is None:
            rejected += group
        else:
            _merge_into(connection_of(session), learner, card_id, deck_id, list(group))
    session.expire_all()
    return rejected


def _deck_of(session: Session, learner: Learner, card_id: int) -> int | None:
    """Through the follow even if it has ended: the answer was given while it had not. Not a card of a deck that was
    closed, unless it was met before: answering would be a way to look at it."""
    met = sa.exists().where(Memory.user_id == learner.id, Memory.card_id == card_id)
    return session.scalar(
        sa.select(Card.deck_id)
        .join(Follow, Follow.deck_id == Card.deck_id)
        .join(Deck, Deck.id == Card.deck_id)
        .where(Card.id == card_id, Follow.user_id == learner.id, sa.or_(is_open_to(learner.id), met))
    )


def _merge_into(
    connection: sa.Connection, learner: Learner, card_id: int, deck_id: int, late: list[LateAnswer]
) -> None:
    own = sa.select(Review.id).where(Review.user_id == learner.id, Review.card_id == card_id)
    known = set(connection.scalars(own.where(Review.id.in_([item.answer.id for item in late]))))
    before = standing_log(connection, learner.id, card_id)
    added: dict[object, Logged] = {}
    for item in late:
        answer, took_ms = item.answer, min(max(item.took_ms, 0), LONGEST_ANSWER_MS)
        if answer.id not in known:
            hour = hour_of(answer.at, learner.time_zone)
            logged = Logged(answer.id, answer.day, hour, answer.at, answer.grade, deck_id, took_ms)
            added.setdefault(answer.id, logged)
    if not added:
        return
    rows = [log_values(learner.id, card_id, logged) for logged in added.values()]
    connection.execute(LOG, rows)
    latest = max(added.values(), key=lambda logged: logged.day)
    connection.execute(MOVE_DAY, log_values(learner.id, card_id, latest))
    fold_again(connection, learner.id, (card_id, deck_id), before, [*before, *added.values()])
