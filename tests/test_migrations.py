"""History: one line, true to the models, and it loses nobody's rows."""

import ast
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy.orm import Session

from app.config import shipped
from app.database import Base, db, writing
from app.library.editing import Wording, edit_note
from app.models import Card, Follow, Memory, Note, Unindexed, User
from app.models.change import Change, Verb, digest_of
from app.models.indexing import index_what_waits
from app.schema import WrongSchema, _for_migration, alembic_config, current_revision, migrate, newest_revision, upgrade
from app.study import AnswerGiven, answer_card, copy_progress
from app.study.rebuilding import compare, rebuild
from tests.databases import Databases, engine_on
from tests.factories import a_deck, a_follow, a_learner, a_note, an_edition, at

VERSIONS = shipped("migrations") / "versions"


@pytest.fixture
def engine(databases: Databases, tmp_path: Path) -> Iterator[sa.Engine]:
    url = databases.new(tmp_path)
    with engine_on(url) as engine:
        yield engine
    databases.drop(url)


def test_history_has_one_head_and_the_code_knows_it() -> None:
    assert ScriptDirectory.from_config(alembic_config()).get_heads() == [newest_revision()]


def test_an_upgrade_from_nothing_is_what_the_models_say(engine: sa.Engine) -> None:
    upgrade(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_history_never_imports_the_app() -> None:
    for path in [*VERSIONS.glob("*.py"), shipped("migrations") / "env.py"]:
        for node in ast.walk(ast.parse(path.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not any(name.split(".")[0] == "app" for name in names), path.name


def populate(session: Session) -> None:
    """Two learners who have answered cards of shared and own decks: every table with rows that point to others."""
    for name in ("Ada", "Bob"):
        learner = a_learner(session, name)
        for deck in (a_deck(session, cards=2), a_deck(session, cards=2, owner=learner, kind="reversed")):
            a_follow(session, learner, deck)
            a_note(session, deck, tags=("Net::DNS", "net::dns", "网络"))
            card_id = session.scalars(sa.select(Card.id).where(Card.deck_id == deck.id)).first()
            answer_card(session, learner, card_id, AnswerGiven(uuid4(), 2, 0), at(0))
        above = a_deck(session)
        a_follow(session, learner, above, place=1)
        a_follow(session, learner, a_deck(session, parent_id=above.id), root_id=above.id, place=1)
    session.commit()


def rows_of(engine: sa.Engine) -> dict[str, list[dict]]:
    """Every table's rows. A step may leave rows and columns in another order, which nothing relies on; and say in fewer
    ranges which notes wait for the index."""
    with engine.connect() as connection:
        rows = {
            name: [dict(row) for row in connection.execute(sa.text(f'SELECT * FROM "{name}"')).mappings()]
            for name in sa.inspect(connection).get_table_names()
            if name not in {"alembic_version", "unindexed_notes"}
        }
    return {name: sorted(found, key=lambda row: repr(sorted(row.items()))) for name, found in rows.items()}


def test_every_step_down_and_up_again_keeps_every_row(app: Flask) -> None:
    with app.app_context():
        populate(db.session)
        before = rows_of(db.engine)
        for script in ScriptDirectory.from_config(alembic_config()).walk_revisions():
            if script.down_revision is not None:
                migrate(db.engine, script.down_revision)
        migrate(db.engine, "head")
        assert rows_of(db.engine) == before
        assert len(before["reviews"]) == 4


def test_a_deck_followed_for_itself_after_the_whole_was_left_keeps_its_limit(app: Flask) -> None:
    with app.app_context():
        ada, above = a_learner(db.session), a_deck(db.session)
        part, other = a_deck(db.session, parent_id=above.id), a_deck(db.session, parent_id=above.id)
        a_follow(db.session, ada, above, place=1, new_per_day=9, stopped_at=at(1))
        a_follow(db.session, ada, part, place=1, new_per_day=5)
        a_follow(db.session, ada, other, place=1, stopped_at=at(1))
        db.session.commit()
        migrate(db.engine, "0002")
        migrate(db.engine, "head")
        rows = db.session.execute(sa.select(Follow.deck_id, Follow.root_id, Follow.new_per_day)).all()
        assert {tuple(row) for row in rows} == {(above.id, None, 9), (part.id, None, 5), (other.id, above.id, 9)}


def test_the_history_of_content_is_forgotten_on_the_way_down_and_no_word_with_it(app: Flask) -> None:
    with app.app_context():
        populate(db.session)
        ada = db.session.scalars(sa.select(User).where(User.name == "Ada")).one()
        note = db.session.scalars(sa.select(Note).where(Note.owner_id == ada.id)).first()
        edit_note(db.session, ada, note.id, Wording(("Q", "A"), ("tag",)), digest_of(note), at(1))
        db.session.commit()
        before = rows_of(db.engine)
        script = ScriptDirectory.from_config(alembic_config())
        migrate(db.engine, script.get_revision("0011").down_revision)
        assert {"changes", "note_versions"}.isdisjoint(rows_of(db.engine))
        migrate(db.engine, "head")
        assert len(before["note_versions"]) == len(before["changes"]) == 1
        assert rows_of(db.engine) == {**before, "changes": [], "note_versions": []}


def test_a_checkpoint_is_taken_for_no_answer_after_a_step_down_and_up(app: Flask) -> None:
    with app.app_context():
        ada, deck = a_learner(db.session), a_deck(db.session, cards=1)
        edition = an_edition(db.session, deck, "zh-Hans")
        for one in (deck, edition):
            a_follow(db.session, ada, one)
        card_id = db.session.scalars(sa.select(Card.id).where(Card.deck_id == deck.id)).one()
        answer_card(db.session, ada, card_id, AnswerGiven(uuid4(), 4, 0), at(0))
        copy_progress(db.session, ada, uuid4(), (deck.id, edition.id), at(0))
        db.session.commit()
        migrate(db.engine, "0003")
        migrate(db.engine, "head")
        with writing() as session:
            rebuild(session, ada.id)
        assert db.session.scalars(sa.select(Memory.card_id)).all() == [card_id]
        assert compare(db.session, ada.id).agrees


def test_summaries_are_made_again_with_the_stage_that_the_days_tell(app: Flask) -> None:
    """Late and early answers, drill and a checkpoint; before 0005 the stage was told by the interval."""
    with app.app_context():
        ada, deck = a_learner(db.session), a_deck(db.session, cards=3)
        edition = an_edition(db.session, deck, "zh-Hans")
        for one in (deck, edition):
            a_follow(db.session, ada, one)
        cards = list(db.session.scalars(sa.select(Card.id).where(Card.deck_id == deck.id)))
        twin = db.session.scalars(sa.select(Card.id).where(Card.deck_id == edition.id)).first()
        days = ((0, 1, 30), (0, 20, 41), (0, 21, 21))
        given_on = [(day, n, c) for c, row in zip(cards, days, strict=True) for n, day in enumerate(row)]
        for day, seen, card_id in sorted(given_on):
            given = AnswerGiven(uuid4(), 2 if (day, seen) == (21, 1) else 4, seen)
            answer_card(db.session, ada, card_id, given, at(day, minute=seen))
        copy_progress(db.session, ada, uuid4(), (deck.id, edition.id), at(41))
        answer_card(db.session, ada, twin, AnswerGiven(uuid4(), 4, 1), at(80))
        db.session.commit()
        before = rows_of(db.engine)["daily_summaries"]
        migrate(db.engine, "0004")
        with writing() as session:
            session.execute(sa.text("DELETE FROM daily_summaries WHERE stage = 2"))
        migrate(db.engine, "head")
        assert rows_of(db.engine)["daily_summaries"] == before
        assert {row["stage"] for row in before} == {0, 1, 2}
        assert compare(db.session, ada.id).agrees


def test_the_notes_there_are_wait_to_be_found_by_their_words(app: Flask) -> None:
    with app.app_context():
        populate(db.session)
        owners = dict(db.session.execute(sa.select(Note.id, sa.func.coalesce(Note.owner_id, 0))).all())
        db.session.rollback()
        migrate(db.engine, "0016")
        migrate(db.engine, "head")
        ranges = db.session.execute(sa.select(Unindexed.owner_id, Unindexed.first_id, Unindexed.last_id)).all()
        waiting = {note_id: owner for owner, first, last in ranges for note_id in range(first, last + 1)}
        assert waiting == owners
        assert index_what_waits(db.session, writing) == len(owners)


@pytest.mark.parametrize("verb", ["bulk", "delete", "text"])
def test_acts_an_older_version_does_not_know_are_edits_there(app: Flask, verb: Verb) -> None:
    with app.app_context():
        populate(db.session)
        with writing() as session:
            session.add(Change(verb=verb, day=0, at=at(0), moved=[[1, 1, 2, 0]]))
        migrate(db.engine, "0016")
        assert [row["verb"] for row in rows_of(db.engine)["changes"]] == ["edit"]
        migrate(db.engine, "head")


@pytest.mark.sqlite
def test_replacing_a_table_keeps_the_rows_that_point_to_it(app: Flask) -> None:
    """The trap itself: SQLite alters a table by dropping its old copy, and a cascade would empty everything below."""
    from alembic.operations import Operations

    with app.app_context():
        populate(db.session)
        before = rows_of(db.engine)
        with _for_migration(db.engine) as connection:
            operations = Operations(MigrationContext.configure(connection, opts={"render_as_batch": True}))
            for name in ("users", "decks", "notes"):
                with operations.batch_alter_table(name, recreate="always") as table:
                    table.add_column(sa.Column("remark", sa.Text))
        after = rows_of(db.engine)
        assert {name: len(rows) for name, rows in after.items()} == {name: len(rows) for name, rows in before.items()}
        with db.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").first() is None


@pytest.mark.sqlite
def test_an_older_database_is_copied_before_it_is_upgraded(engine: sa.Engine, tmp_path: Path) -> None:
    upgrade(engine)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE keepsake (id INTEGER)"))
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0000'"))
    with pytest.raises(Exception, match="0000"):
        upgrade(engine, tmp_path / "backups")
    (copy,) = (tmp_path / "backups").iterdir()
    with sqlite3.connect(copy) as connection:
        assert connection.execute("SELECT count(*) FROM keepsake").fetchone() == (0,)
    connection.close()


def test_a_database_newer_than_the_code_is_left_alone_with_advice(engine: sa.Engine) -> None:
    upgrade(engine)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    before = rows_of(engine)
    with pytest.raises(WrongSchema, match=r"newer Cardlet.*Nothing was changed"):
        upgrade(engine)
    assert (current_revision(engine), rows_of(engine)) == ("9999", before)
