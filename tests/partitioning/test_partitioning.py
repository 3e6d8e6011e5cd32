"""The learners' tables in parts: the same rows, the same promises, and all of it or nothing."""

from dataclasses import asdict
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.database import Base
from app.errors import Refused
from app.models import Adjustment, Mark, MarkChange, Memory, ProgressCopy, SchedulerVersion, Tombstone, User
from app.partitioning import learners_tables
from app.planning.choosing import Choice
from app.schema import alembic_config, current_revision, migrate, newest_revision, upgrade
from tests.factories import a_parameter_set, at
from tests.partitioning.conftest import PARTS, Change, Split
from tests.test_migrations import populate

NAMES = [table.name for table in learners_tables(Base.metadata)]


def differences(engine: sa.Engine) -> list:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return compare_metadata(context, Base.metadata)


def promises(engine: sa.Engine) -> dict[str, list]:
    """Everything the database enforces or looks up in the app's own tables, by name."""
    inspector = sa.inspect(engine)
    with engine.connect() as connection:
        indexes = connection.execute(
            sa.text(
                "SELECT indexname, regexp_replace(indexdef, 'ON (ONLY )?', 'ON ') FROM pg_indexes "
                "WHERE schemaname = current_schema() ORDER BY 1"
            )
        ).all()
    return {
        "indexes": [tuple(row) for row in indexes],
        "keys": [(name, inspector.get_pk_constraint(name)) for name in NAMES],
        "foreign keys": [
            (name, sorted(inspector.get_foreign_keys(name), key=lambda key: key["name"])) for name in NAMES
        ],
        "columns": [
            (name, sorted((c["name"], str(c["type"]), c["nullable"]) for c in inspector.get_columns(name)))
            for name in NAMES
        ],
    }


def is_partitioned(engine: sa.Engine, name: str) -> bool:
    with engine.connect() as connection:
        found = sa.text("SELECT count(*) FROM pg_partitioned_table WHERE partrelid = to_regclass(:name)")
        return connection.scalar(found, {"name": name}) == 1


def contents(engine: sa.Engine) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, by the names of its columns: those stand in the models' order after the split, and in
    that of the history before. Which notes wait for the index may be said in fewer ranges after it."""
    tables = sa.MetaData()
    tables.reflect(engine)
    with engine.connect() as connection:
        return {
            table.name: sorted((dict(row) for row in connection.execute(sa.select(table)).mappings()), key=by_name)
            for table in tables.sorted_tables
            if table.name != "unindexed_notes"
        }


def by_name(row: dict[str, Any]) -> str:
    return str(sorted(row.items()))


def test_the_tables_are_those_whose_key_begins_with_the_learner() -> None:
    assert {"follows", "memories", "reviews", "daily_summaries"} <= set(NAMES)
    assert not {"users", "decks", "notes", "cards", "sign_ins", "uploads"} & set(NAMES)


def test_other_databases_are_refused(app: Flask, split: Split) -> None:
    engine = app.extensions["engine"]
    if engine.dialect.name == "postgresql":
        pytest.skip("about the others")
    before = contents(engine)
    with pytest.raises(Refused, match="Only PostgreSQL can partition"):
        split()
    assert contents(engine) == before


def test_every_row_and_every_promise_stays(postgres: sa.Engine, split: Split, change: Change) -> None:
    change(populate)
    rows, promised = contents(postgres), promises(postgres)
    moved = split()
    assert moved == {name: len(rows[name]) for name in NAMES} and sum(moved.values()) > 0
    assert contents(postgres) == rows
    assert promises(postgres) == promised
    assert differences(postgres) == []
    assert all(is_partitioned(postgres, name) for name in NAMES)


def test_a_second_time_changes_nothing(postgres: sa.Engine, split: Split, change: Change) -> None:
    change(populate)
    split()
    rows, promised = contents(postgres), promises(postgres)
    assert split(16) == {}
    assert (contents(postgres), promises(postgres)) == (rows, promised)


def test_a_table_that_came_later_is_split_without_touching_the_others(
    postgres: sa.Engine, split: Split, change: Change
) -> None:
    change(populate)
    split()
    with postgres.begin() as connection:
        connection.execute(sa.text("CREATE TABLE whole (LIKE follows INCLUDING ALL)"))
        connection.execute(sa.text("INSERT INTO whole SELECT * FROM follows"))
        connection.execute(sa.text("DROP TABLE follows"))
        connection.execute(sa.text("ALTER TABLE whole RENAME TO follows"))
    assert split() == {"follows": 8}


def test_an_empty_database_can_be_split(postgres: sa.Engine, split: Split) -> None:
    assert split() == dict.fromkeys(NAMES, 0)
    assert differences(postgres) == []
    assert current_revision(postgres) == newest_revision()
    upgrade(postgres)


def test_history_goes_down_and_up_on_tables_in_parts(postgres: sa.Engine, split: Split, change: Change) -> None:
    change(populate)
    split()
    rows = contents(postgres)
    for script in ScriptDirectory.from_config(alembic_config()).walk_revisions():
        if script.down_revision is not None:
            migrate(postgres, script.down_revision)
    migrate(postgres, "head")
    assert contents(postgres) == rows
    assert differences(postgres) == []
    # A step that replaces a table leaves it whole; the command splits what is whole.
    split()
    assert all(is_partitioned(postgres, name) for name in NAMES)


def test_a_new_column_and_index_reach_every_part(postgres: sa.Engine, split: Split) -> None:
    from alembic.operations import Operations

    split()
    with postgres.begin() as connection:
        operations = Operations(MigrationContext.configure(connection, opts={"render_as_batch": True}))
        with operations.batch_alter_table("memories") as table:
            table.add_column(sa.Column("flag", sa.SmallInteger, nullable=False, server_default="0"))
            table.create_index("ix_memories_flag", ["user_id", "flag"])
        reached = sa.text(
            "SELECT count(*) FROM pg_attribute JOIN pg_inherits ON inhrelid = attrelid "
            "WHERE inhparent = to_regclass('memories') AND attname = 'flag' AND attnotnull"
        )
        assert connection.scalar(reached) == PARTS
    assert is_partitioned(postgres, "memories")


def test_a_failure_in_the_middle_leaves_everything_as_it_was(postgres: sa.Engine, split: Split, change: Change) -> None:
    """A view somebody made: the last table cannot be dropped, and all the others have been replaced by then."""
    change(populate)
    with postgres.begin() as connection:
        connection.execute(sa.text(f"CREATE VIEW report AS SELECT user_id FROM {NAMES[-1]}"))
    rows, promised = contents(postgres), promises(postgres)
    with pytest.raises(DBAPIError, match="depend"):
        split()
    assert (contents(postgres), promises(postgres)) == (rows, promised)
    assert not any(is_partitioned(postgres, name) for name in NAMES)
    with postgres.begin() as connection:
        connection.execute(sa.text("DROP VIEW report"))
    assert set(split()) == set(NAMES)


def test_columns_the_models_do_not_know_are_not_lost_in_silence(postgres: sa.Engine, split: Split) -> None:
    with postgres.begin() as connection:
        connection.execute(sa.text("ALTER TABLE reviews ADD COLUMN remark text"))
    with pytest.raises(Refused, match="reviews has other columns"):
        split()
    assert not any(is_partitioned(postgres, name) for name in NAMES)


def give_everybody_the_rest(session: Session) -> None:
    """A row in each of the learners' tables that an answer does not fill."""
    for user in session.scalars(sa.select(User)).all():
        ids = {"user_id": user.id, "id": uuid4(), "from_deck_id": 1, "to_deck_id": 2}
        session.add(ProgressCopy(**ids, cards=1, day=0, at=at(0)))
        session.add(SchedulerVersion(user_id=user.id, version=1, deck_id=1, chosen_at=at(0), **asdict(Choice())))
        session.add(a_parameter_set(user, deck_id=1))
        session.add(Mark(user_id=user.id, card_id=1, suspended=False, flag=1))
        act = {"card_id": 1, "id": uuid4(), "deck_id": 1, "day": 0, "at": at(0)}
        session.add(MarkChange(user_id=user.id, **act, before={}, after={}))
        session.add(Tombstone(user_id=user.id, began_at=at(0), card_id=1_000 + user.id))
        own = {"note_id": 1, "note_type_id": 1, "format": "markdown", "changed_at": at(0)}
        session.add(Adjustment(user_id=user.id, **own, fields=["?"], seen_fields=["!"]))


def test_a_deleted_learner_takes_their_rows_along(postgres: sa.Engine, split: Split, change: Change) -> None:
    change(populate)
    change(give_everybody_the_rest)
    split()
    before = contents(postgres)
    ada, bob = (row["id"] for row in before["users"])
    change(lambda session: session.execute(sa.delete(User).where(User.id == ada)))
    after = contents(postgres)
    for name in NAMES:
        assert {row["user_id"] for row in before[name]} == {ada, bob}
        assert after[name] == [row for row in before[name] if row["user_id"] == bob]
    with pytest.raises(DBAPIError, match="fk_memories_user_id"):
        change(lambda session: session.execute(sa.update(Memory).values(user_id=9_999)))
