"""On tables in parts: a statement that names the learner touches one part, and every one of the app's does."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.database import Base
from app.models import Memory, User
from app.models.waiting import due_cards
from app.partitioning import learners_tables
from tests.factories import a_deck, an_edition
from tests.partitioning.conftest import PARTS, Change, Split
from tests.test_migrations import populate
from tests.visitor import Visitor


def parts_in(plan: Any) -> set[str]:
    """The numbers of the partitions that a plan reads."""
    if isinstance(plan, list):
        return set().union(*map(parts_in, plan))
    if not isinstance(plan, dict):
        return set()
    own = {plan["Relation Name"].rpartition("_")[2]} if plan.get("Schema", "").endswith("_partitions") else set()
    return own.union(*map(parts_in, plan.values()))


def plan_of(connection: sa.Connection, statement: str, parameters: Any) -> Any:
    return connection.exec_driver_sql(f"EXPLAIN (VERBOSE, FORMAT JSON) {statement}", parameters).scalar()


def compiled(statement: sa.Executable, engine: sa.Engine) -> tuple[str, Any]:
    text = statement.compile(engine)
    return str(text), text.params


@pytest.mark.parametrize(
    "statement",
    [
        due_cards(1, 1, 20_000),
        sa.select(Memory).where(Memory.user_id == 1, Memory.card_id == 1),
        sa.update(Memory).where(Memory.user_id == 1, Memory.card_id == 1).values(lapses=1),
    ],
    ids=["due", "by key", "update by key"],
)
def test_a_statement_that_names_the_learner_touches_one_part(
    postgres: sa.Engine, split: Split, statement: sa.Executable
) -> None:
    split()
    with postgres.connect() as connection:
        assert len(parts_in(plan_of(connection, *compiled(statement, postgres)))) == 1
        everybody = sa.select(sa.func.count()).select_from(Memory)
        assert len(parts_in(plan_of(connection, *compiled(everybody, postgres)))) == PARTS


def test_a_prepared_statement_touches_one_part_even_if_its_plan_is_made_for_all_learners(
    postgres: sa.Engine, split: Split
) -> None:
    from sqlalchemy.dialects.postgresql.asyncpg import dialect

    split()
    text = due_cards(1, 1, 20_000).compile(dialect=dialect())
    with postgres.connect() as connection:
        connection.exec_driver_sql("SET LOCAL plan_cache_mode = force_generic_plan")
        connection.exec_driver_sql(f"PREPARE due AS {text}")
        values = ", ".join(str(text.params[name]) for name in text.positiontup)
        plan = connection.exec_driver_sql(f"EXPLAIN (VERBOSE, FORMAT JSON) EXECUTE due({values})").scalar()
        assert f"'Subplans Removed': {PARTS - 1}" in str(plan)
        assert len(parts_in(plan)) == 1


def two_editions(session: Session) -> tuple[int, int]:
    deck = a_deck(session, cards=3)
    return deck.id, an_edition(session, deck, "zh-Hans").id


GRAVES = "SELECT card_id FROM tombstones WHERE user_id = %(user_id)s AND began_at IN (%(at)s)"
"""What only an import asks."""


def test_a_learner_notices_nothing_and_each_of_their_statements_touches_one_part(
    postgres: sa.Engine, split: Split, visitor: Callable[[], Visitor], change: Change
) -> None:
    """Joins, follows, studies, answers, takes it back, looks at the progress, on tables in parts with others' rows."""
    change(populate)
    split()
    eve = visitor().sign_up("Eve")
    deck_id, edition_id = change(two_editions)
    statements: list[tuple[str, Any]] = []

    @event.listens_for(postgres, "before_cursor_execute")
    def note(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        statements.append((statement, parameters[0] if many else parameters))

    eve.get(f"/decks/{deck_id}")
    assert eve.press(rf"/decks/{deck_id}/follow").status_code == 200
    for grade in (4, 2, 5):
        eve.get(f"/study?deck={deck_id}")
        assert eve.answer(grade).status_code == 200
    assert eve.press("/undos").status_code == 200
    eve.get(f"/decks/{edition_id}")
    eve.press(rf"/decks/{edition_id}/follow")
    eve.get(f"/decks/{edition_id}")
    assert "2 cards are known here now." in eve.press(rf"/decks/{edition_id}/copies").text
    assert "The copy is undone." in eve.press(rf"/decks/{edition_id}/copies/undo").text
    for path in ("/", "/progress", "/study", "/readyz"):
        assert eve.get(path).status_code == 200
    event.remove(postgres, "before_cursor_execute", note)

    touched = {statement: len(parts_of(postgres, statement, parameters)) for statement, parameters in statements}
    assert {statement for statement, parts in touched.items() if parts > 1} == set()
    with postgres.connect() as connection:
        user_id = connection.scalar(sa.select(User.id).where(User.name == "Eve"))
    touched[GRAVES] = len(parts_of(postgres, GRAVES, {"user_id": user_id, "at": 0}))
    for name in [table.name for table in learners_tables(Base.metadata)]:
        assert any(name in statement and parts == 1 for statement, parts in touched.items()), name
    with postgres.connect() as connection:
        memories = sa.select(sa.func.count()).where(Memory.user_id == user_id)
        assert connection.scalar(memories) == 2


def parts_of(engine: sa.Engine, statement: str, parameters: Any) -> set[str]:
    if not statement.lstrip().upper().startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")):
        return set()
    with engine.connect() as connection:
        return parts_in(plan_of(connection, statement, parameters))
