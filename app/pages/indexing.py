"""Writing notes so that searches stay quick: what was written goes into the index of words once it is much."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from app.database import db, writing
from app.models.indexing import AT_ONCE, index_if_many
from app.pages.access import current_learner


@contextmanager
def writing_notes(most: int = AT_ONCE) -> Iterator[Session]:
    """`writing`, for what changes notes of the learner's, `most` of them at most. Indexing comes after it and reads
    outside of transactions: whoever else writes does not wait for it."""
    with writing() as session:
        yield session
    index_if_many(db.session, writing, current_learner().id, most)
