"""Deleting an account: at once for everybody who looks, then a part at a time, so that others can go on writing."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.accounts.handing_over import NOTES_AT_ONCE, InTransaction, hand_over_decks, hand_over_notes
from app.accounts.signing_in import end_all_sign_ins
from app.database import Base
from app.errors import N_, Refused
from app.models import (
    Audience,
    Change,
    Deck,
    FailedSignIn,
    Import,
    Learner,
    MediaName,
    Medium,
    Note,
    NoteType,
    Posting,
    Standing,
    Unindexed,
    Upload,
    User,
)
from app.models.across_learners import has_followers
from app.models.posting import own_wordings_of
from app.models.user import one_at_a_time

LONGEST_IMPORT = timedelta(hours=1)
ROWS_AT_ONCE = 2_000
CONTENT: tuple[Any, ...] = (Change, Note, Deck, NoteType)
"""In this order: a version names its note's type, and so does a note."""
BY_OWNER: tuple[Any, ...] = (Posting, Unindexed)
"""They name an owner who may be the server, which is no row: nothing goes with the account by itself."""


@dataclass
class Left:
    """What is to be deleted besides the rows: files by their digests, uploads by their names."""

    digests: list[str] = field(default_factory=list)
    uploads: list[str] = field(default_factory=list)


def begin_leaving(session: Session, learner: Learner, now: datetime) -> None:
    """Ends the learner's account for good: nobody is signed in with it or ever will be, and its name is free. What it
    holds goes with `finish_leaving`, now or at the next start. Refused while an import of theirs runs."""
    one_at_a_time(session, learner)
    running = (Import.user_id == learner.id, Import.finished_at.is_(None), Import.at > now - LONGEST_IMPORT)
    if session.scalar(sa.select(Import.id).where(*running).limit(1)) is not None:
        raise Refused(N_("An import of yours is still running. Wait until it is done, then try again."))
    user = session.get_one(User, learner.id)
    end_all_sign_ins(session, user.id)
    if user.name_key is not None:
        session.execute(sa.delete(FailedSignIn).where(FailedSignIn.origin == f"name:{user.name_key[:150]}"))
    user.name = user.name_key = user.password_hash = None
    user.is_admin, user.standing = False, Standing.LEAVING
    session.flush()
    # Nobody new comes to follow what is about to go; who follows it already gets it as it is, and so it is not closed.
    withdrawn = sa.update(Deck).where(Deck.owner_id == user.id).values(audience=Audience.OWNER, link_token=None)
    session.execute(withdrawn, execution_options={"synchronize_session": False})
    session.expire_all()


def still_leaving(session: Session) -> list[int]:
    """Whose accounts are being deleted, or were when the server stopped; and what nobody follows any more of those who
    have left before."""
    leaving = session.scalars(sa.select(User.id).where(User.name.is_(None), User.standing == Standing.LEAVING))
    return [*leaving, *_left_by_all(session)]


def finish_leaving(reading: Session, user_id: int, now: datetime, in_transaction: InTransaction) -> Left:
    """Removes everything that is a leaving learner's. What others follow of it stays theirs to follow, and is nobody's.
    Each step is a short transaction, with `reading` between them; stopped between two, it can be called again."""
    left = Left()
    with in_transaction() as session:
        left.uploads += session.scalars(sa.delete(Upload).where(Upload.user_id == user_id).returning(Upload.stored_as))
    hand_over_notes(reading, user_id, now, in_transaction)
    for table in CONTENT:
        if table is Deck:
            with in_transaction() as session:
                hand_over_decks(session, user_id, now)
        most = NOTES_AT_ONCE if table is Note else ROWS_AT_ONCE
        for _ in _removed(in_transaction, table.__table__, user_id, most):
            pass
    left.digests += _forget_files(in_transaction, user_id)
    indexed = ((table.__table__, owner) for table in BY_OWNER for owner in _owners(user_id))
    for table, owner in (*indexed, *((table, user_id) for table in personal_tables())):
        for _ in _removed(in_transaction, table, owner, ROWS_AT_ONCE):
            pass
    with in_transaction() as session:
        session.execute(sa.delete(User).where(User.id == user_id))
        none_follows = _left_by_all(session)
    for nobody_id in none_follows:
        if nobody_id != user_id:
            more = finish_leaving(reading, nobody_id, now, in_transaction)
            left.digests += more.digests
    return left


def remove_guests(session: Session, ids: set[int]) -> None:
    """Removes guests with what is theirs, in one step: they have little, and nothing that others follow."""
    owners = {owner for user_id in ids for owner in _owners(user_id)}
    for table in (*CONTENT, *BY_OWNER):
        session.execute(sa.delete(table).where(_owner_of(table.__table__).in_(owners)))
    session.execute(sa.delete(User).where(User.id.in_(ids)))


def personal_tables() -> list[sa.Table]:
    """Every table with a column that refers to users, whatever it is about."""
    tables = Base.metadata.tables.values()
    return [table for table in tables if any(key.column.table.name == "users" for key in table.foreign_keys)]


def _owners(user_id: int) -> tuple[int, int]:
    """Under what the words of a learner's notes stand in the index, and those put into others' notes."""
    return user_id, own_wordings_of(user_id)


def _owner_of(table: sa.FromClause) -> sa.ColumnElement[int]:
    """The column of a table that says whose a row is."""
    return table.c.owner_id if "owner_id" in table.c else table.c.user_id


def _removed(in_transaction: InTransaction, table: sa.Table, user_id: int, most: int) -> Iterator[int]:
    """Removes a learner's rows of one table, so many in a transaction; yields how many each took."""
    own, key = _owner_of(table) == user_id, list(table.primary_key.columns)
    some = sa.select(*key).where(own).limit(most)
    chosen = key[0].in_(some) if len(key) == 1 else sa.tuple_(*key).in_(some)
    gone = most
    # To the last: what goes with a row of the same table, as a deck inside another, is not counted.
    while gone:
        with in_transaction() as session:
            result: Any = session.connection().execute(sa.delete(table).where(own, chosen))
            gone = result.rowcount
        yield gone


def _forget_files(in_transaction: InTransaction, user_id: int) -> list[str]:
    """Takes the names of the learner's files away; the digests of those that nobody has a name for any more."""
    gone: list[str] = []
    digests: list[str] | None = []
    while digests is not None:
        gone += digests
        with in_transaction() as session:
            digests = _forget_some_files(session, user_id)
    return gone


def _forget_some_files(session: Session, user_id: int) -> list[str] | None:
    """Takes the names of some of the learner's files away; the digests of those that nobody has a name for any more.
    None: there was no name left."""
    own = sa.select(MediaName.digest).where(MediaName.owner_id == user_id).distinct().limit(NOTES_AT_ONCE)
    digests = set(session.scalars(own))
    if not digests:
        return None
    session.execute(sa.delete(MediaName).where(MediaName.owner_id == user_id, MediaName.digest.in_(digests)))
    digests -= set(session.scalars(sa.select(MediaName.digest).where(MediaName.digest.in_(digests)).distinct()))
    session.execute(sa.delete(Medium).where(Medium.digest.in_(digests)))
    return sorted(digests)


def _left_by_all(session: Session) -> list[int]:
    """Nobodies whose decks have no follower left, not even one who stopped and may come back."""
    nobodies = sa.select(User.id).where(User.name.is_(None), User.standing == Standing.NOBODY)
    return [user_id for user_id in session.scalars(nobodies) if not has_followers(session, user_id)]
