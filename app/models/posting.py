"""Which notes hold which words: an index of our own, the same on every database, in Chinese as in English.

Entries are those of `searching.entries_of`, and besides `#net::dns::` for a tag and each one above it, `#` for no tag,
`@17` for a deck a card of the note lies in, and EVERY for all notes. It names more notes than hold a word, never fewer:
an entry stays when a word goes, and whoever finds a note here looks at its text.
"""

import json
from array import array
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.database import Base, connection_of
from app.models.bulk import put_rows

BLOCK = 4_096
"""Note ids for which an entry is one row."""
FEW = 64
"""So many notes of a block are written as their places in it, two bytes each; more as a bit for each of the block."""
EVERY = "*"
SELECTIVE = 1_000
"""Where more notes are found than that, a search begins with what the learner knows, if fewer cards are so."""


class Posting(Base):
    """Which of an owner's notes with ids in one block are found by an entry."""

    __tablename__ = "postings"
    __table_args__ = ({"sqlite_with_rowid": False},)

    # 0 for the server; see NoteTag. Below 0: see `own_wordings_of`.
    owner_id: Mapped[int] = mapped_column(primary_key=True)
    # Compared byte by byte, so that all words that begin alike are one range of the key.
    entry: Mapped[str] = mapped_column(sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), primary_key=True)
    block: Mapped[int] = mapped_column(primary_key=True)
    # See `packed`.
    notes: Mapped[bytes] = mapped_column(sa.LargeBinary)


class Unindexed(Base):
    """A range of an owner's notes that were written since they were last put into the index, which goes quicker for
    many together. Whoever looks for something looks at each of them."""

    __tablename__ = "unindexed_notes"
    __table_args__ = (sa.Index("ix_unindexed_notes_owner_id", "owner_id", "id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int]
    first_id: Mapped[int]
    last_id: Mapped[int]


def own_wordings_of(user_id: int) -> int:
    """What stands in the owner's place for the words that a learner has put into others' notes for themselves."""
    return -user_id


def packed(bits: int) -> bytes:
    """A set of places in a block, as a row holds it."""
    if bits & (bits - 1) == 0:
        # Most words are in one note.
        return array("H", [bits.bit_length() - 1]).tobytes()
    if bits.bit_count() < FEW:
        return array("H", [*places_of(bits)][::-1]).tobytes()
    return bits.to_bytes(BLOCK // 8, "little")


def unpacked(notes: bytes) -> int:
    """A set of places in a block as a number: bit 5 for place 5."""
    if len(notes) == BLOCK // 8:
        return int.from_bytes(notes, "little")
    return bits_of(array("H", notes))


def bits_of(places: Iterable[int]) -> int:
    bits = bytearray(BLOCK // 8)
    for place in places:
        bits[place >> 3] |= 1 << (place & 7)
    return int.from_bytes(bits, "little")


def places_of(bits: int) -> Iterator[int]:
    """The places in a set, the last one first."""
    while bits:
        place = bits.bit_length() - 1
        yield place
        bits ^= 1 << place


def one_of(dialect: str, column: Any, name: str) -> sa.ColumnElement[bool]:
    """Whether a column is one of what a parameter of that name lists: one parameter, however many there are, and a look
    into the column's index for each."""
    if dialect == "postgresql":
        listed = sa.cast(sa.bindparam(name, type_=sa.Text), sa.ARRAY(column.type))
        return cast("sa.ColumnElement[bool]", column == sa.any_(listed))
    each = sa.func.json_each(sa.bindparam(name, type_=sa.Text)).table_valued("value")
    chosen: sa.ColumnElement[bool] = column.in_(sa.select(each.c.value))
    return chosen


def listing(dialect: str, values: Iterable[int | str]) -> str:
    """What `one_of` wants for its parameter: a text, because writing a list number by number takes longer than to look
    for what it lists."""
    if dialect != "postgresql":
        return json.dumps(list(values), ensure_ascii=False)
    return f"{{{','.join(_in_array(value) for value in values)}}}"


def _in_array(value: int | str) -> str:
    """As an array's text has it: https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO"""
    if isinstance(value, int):
        return str(value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def to_be_indexed(session: Session, owner_id: int | None, note_ids: Iterable[int]) -> None:
    """Notes of one owner (None: the server) that were written: from now on they are found by what they hold."""
    runs: list[tuple[int, int]] = []
    for note_id in sorted(note_ids):
        if runs and note_id <= runs[-1][1] + 1:
            runs[-1] = runs[-1][0], note_id
        else:
            runs.append((note_id, note_id))
    rows = [{"owner_id": owner_id or 0, "first_id": first, "last_id": last} for first, last in runs]
    if rows:
        session.execute(sa.insert(Unindexed), rows)


def add_postings(session: Session, owner_id: int, block: int, places: Mapping[str, int]) -> None:
    """Puts notes of one owner in one block into the index: by entry, the set of their places."""
    connection = connection_of(session)
    dialect = connection.dialect.name
    own = (Posting.owner_id == owner_id, one_of(dialect, Posting.entry, "entries"), Posting.block == block)
    known = connection.execute(
        sa.select(Posting.entry, Posting.notes).where(*own), {"entries": listing(dialect, places)}
    )
    here = {entry: unpacked(notes) for entry, notes in known}
    new, changed = [], []
    for entry in sorted(places):
        before = here.get(entry)
        if before is None:
            new.append((owner_id, entry, block, memoryview(packed(places[entry]))))
        elif (bits := places[entry] | before) != before:
            changed.append({"the_entry": entry, "new": packed(bits)})
    put_rows(connection, "postings", ("owner_id", "entry", "block", "notes"), new)
    if changed:
        row = (Posting.owner_id == owner_id, Posting.entry == sa.bindparam("the_entry"), Posting.block == block)
        connection.execute(sa.update(Posting).where(*row).values(notes=sa.bindparam("new")), changed)
