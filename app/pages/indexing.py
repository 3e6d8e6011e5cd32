"""Writing notes so that searches stay quick: what was written goes into the index of words once it is much."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from app.database import db, writing
from app.models.indexing import index_if_many
from app.pages.access import current_learner


@contextmanager
def writing_notes() -> Iterator[Session]:
    """`writing`, for what changes notes of the learner's. Indexing comes after it, and reads outside of transactions: a
    change of thousands, which has some hundreds in each, leaves nothing to search the long way, and nobody waits."""
    with writing() as session:
        yield session
    index_if_many(db.session, writing, current_learner().id)
