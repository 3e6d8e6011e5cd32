"""What learners own can be split by learner: every statement on it names one."""

import pytest

from tests.statements import not_by_learner


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1 FROM memories WHERE memories.card_id = ?",
        "SELECT 1 FROM follows JOIN memories ON memories.user_id = follows.user_id WHERE follows.user_id = ?",
        "DELETE FROM reviews WHERE reviews.day < ?",
        "SELECT 1 FROM cards LEFT OUTER JOIN memories AS m ON m.card_id = cards.id",
    ],
)
def test_the_guardian_finds_what_forgets_the_learner(sql: str) -> None:
    assert not_by_learner(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1 FROM memories AS m WHERE m.user_id = %(learner_id)s AND m.card_id = cards.id",
        "UPDATE follows SET new_from=? WHERE follows.user_id = ? AND follows.deck_id = ?",
        "INSERT INTO reviews (user_id, card_id) VALUES (?, ?)",
        "SELECT 1 FROM cards JOIN (follows JOIN decks ON true) ON true WHERE follows.user_id = %(id)s::INTEGER",
    ],
)
def test_and_leaves_the_others_in_peace(sql: str) -> None:
    assert not_by_learner(sql) == []
