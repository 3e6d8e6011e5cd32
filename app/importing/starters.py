"""The starter decks: text files that come in the way a learner's own do, owned by the server."""

import hashlib
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from app.importing.opening import InTransaction
from app.importing.parsed import Source
from app.importing.reading import read_deck
from app.importing.saving import ImportReport, import_deck
from app.models import Deck

STARTER_FILES = "*.*.md"
"""`topic.language.md`; the notes the decks were made from lie beside them and are no deck."""


def publish_starter_decks(folder: Path, now: datetime, in_transaction: InTransaction) -> list[ImportReport]:
    """Brings the starter decks up to their files. A file that has not changed since costs a look at its digest.

    Raises UnreadableFile if a file is broken: then the installation is, and it should not start.
    """
    with in_transaction() as session:
        known = dict(session.execute(sa.select(Deck.file_digest, Deck.place).where(Deck.owner_id.is_(None))).all())
    reports = []
    for place, path in enumerate(sorted(folder.glob(STARTER_FILES))):
        content = path.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        if digest in known:
            if known[digest] != place:
                with in_transaction() as session:
                    moved = Deck.owner_id.is_(None), Deck.file_digest == digest
                    session.execute(sa.update(Deck).where(*moved).values(place=place))
            continue
        report = import_deck(read_deck(Source(path.name, content=content)), None, now, in_transaction)
        with in_transaction() as session:
            deck = session.get_one(Deck, report.deck_id)
            deck.file_digest, deck.place = digest, place
        reports.append(report)
    return reports
