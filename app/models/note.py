"""Notes are what an author writes; cards are the questions made from them."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship, validates

from app.database import ON_DEMAND, Base, Moment, only_where
from app.models.deck import Deck
from app.models.posting import to_be_indexed
from app.rendering import Content, Shape, shape_of

LONGEST_KEY = 400
"""Characters. PostgreSQL's index takes no entry of more than 2,700 bytes."""

MOST_TAGS, LONGEST_TAG = 50, 100
"""What somebody may write, and in characters; a file may bring more."""

_MARKUP = re.compile(r"<[^>]*>")

Format = Literal["markdown", "html"]


class NoteType(Base):
    """Which fields a note has and which cards come of it."""

    __tablename__ = "note_types"
    __table_args__ = (
        sa.Index("uq_note_types_owner_id_guid", "owner_id", "guid", unique=True),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # NULL: built in, never changed.
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"))
    # `basic`, `reversed`, `cloze` or `typed`: how the cards are made; `custom`: by the templates here.
    kind: Mapped[str] = mapped_column(sa.String(16))
    name: Mapped[str] = mapped_column(sa.String(200))
    field_names: Mapped[list[str]] = mapped_column(sa.JSON)
    # Each {"name", "front", "back"}; none for what is built in.
    templates: Mapped[list[dict[str, str]]] = mapped_column(sa.JSON, default=list)
    # The author's style sheet. Not empty: the cards are shown in a frame of their own.
    css: Mapped[str] = mapped_column(sa.Text, default="")
    # Which type of which deck it is, so that the deck's next import finds it. NULL: built in.
    guid: Mapped[str | None] = mapped_column(sa.String(600))

    @property
    def shape(self) -> Shape | None:
        """The type as its cards are rendered by it; None if it is built in."""
        return shape_of(self.name, self.field_names, self.templates, self.css)


class Note(Base):
    """A note: its fields in the order of its type, each in a language of its own."""

    __tablename__ = "notes"
    __table_args__ = (
        sa.UniqueConstraint("owner_id", "language", "guid"),
        sa.Index("uq_notes_starter", "language", "guid", unique=True, **only_where("owner_id IS NULL")),
        # Which notes begin with the same words.
        sa.Index("ix_notes_owner_id_first_key", "owner_id", "first_key"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # NULL: a note of a starter deck.
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"))
    note_type_id: Mapped[int] = mapped_column(sa.ForeignKey("note_types.id"))
    guid: Mapped[str] = mapped_column(sa.String(400))
    language: Mapped[str] = mapped_column(sa.String(35))
    format: Mapped[Format] = mapped_column(sa.String(8), default="markdown")
    fields: Mapped[list[str]] = mapped_column(sa.JSON)
    field_languages: Mapped[list[str]] = mapped_column(sa.JSON)
    # As they were written; `set_tags` keeps NoteTag in step.
    tags: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    # Where the note comes from (`notes line 67`) and the words that stand there; empty: not said.
    source: Mapped[str] = mapped_column(sa.Text, default="")
    quote: Mapped[str] = mapped_column(sa.Text, default="")
    created_at: Mapped[datetime] = mapped_column(Moment)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    # See `first_key`; kept in step with the fields.
    first_key: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    # The Import that brought it. NULL: written here, or kept when that import was undone.
    import_id: Mapped[int | None]

    note_type: Mapped[NoteType] = relationship(lazy=ON_DEMAND)

    @validates("fields")
    def _keep_first_key(self, name: str, fields: list[str]) -> list[str]:
        self.first_key = first_key(fields[0] if fields else "")
        return fields

    def content(self, deck: str) -> Content:
        """The note as its cards are rendered from it, in the deck of this path."""
        kind, shape = self.note_type.kind, self.note_type.shape
        return Content(kind, self.fields, self.field_languages, self.format, shape, self.tags, deck)


class Card(Base):
    """One question of a note. The deck belongs to the card: two cards of a note may lie in two decks."""

    __tablename__ = "cards"
    __table_args__ = (
        sa.UniqueConstraint("note_id", "ordinal"),
        sa.Index(
            "ix_cards_deck_id_position",
            *("deck_id", "position", "id"),
            **only_where("NOT retired", on_sqlite="retired = 0"),
        ),
        # Few, and otherwise only found among all others.
        sa.Index("ix_cards_retired", "deck_id", "id", **only_where("retired", on_sqlite="retired = 1")),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    deck_id: Mapped[int] = mapped_column(sa.ForeignKey("decks.id", ondelete="CASCADE"))
    note_id: Mapped[int] = mapped_column(sa.ForeignKey("notes.id", ondelete="CASCADE"))
    # Which of the note's cards: 0 and 1 for the two directions, the cloze's number for a cloze.
    ordinal: Mapped[int] = mapped_column(sa.SmallInteger)
    # New cards are met in this order.
    position: Mapped[int]
    # The author removed it: nobody new meets it, who has met it keeps it.
    retired: Mapped[bool] = mapped_column(default=False)
    # The Import that brought it; see Note.
    import_id: Mapped[int | None]

    note: Mapped[Note] = relationship(lazy=ON_DEMAND)
    deck: Mapped[Deck] = relationship(lazy=ON_DEMAND)


class NoteTag(Base):
    """A tag of a note, for finding the note by it."""

    __tablename__ = "note_tags"
    __table_args__ = (sa.Index("ix_note_tags_note_id", "note_id"), {"sqlite_with_rowid": False})

    # The note's owner, 0 for the server: without it a tag would lead through the notes of everybody who uses the word.
    owner_id: Mapped[int] = mapped_column(primary_key=True)
    # See `tag_key`. Compared byte by byte, so that all tags below one are one range of the key.
    key: Mapped[str] = mapped_column(sa.Text().with_variant(sa.Text(collation="C"), "postgresql"), primary_key=True)
    note_id: Mapped[int] = mapped_column(sa.ForeignKey("notes.id", ondelete="CASCADE"), primary_key=True)
    # As it was written.
    tag: Mapped[str] = mapped_column(sa.Text)


def first_words(text: str) -> str:
    """The words of a note's first field, without the markup and with one space between them."""
    return " ".join((_MARKUP.sub(" ", text) if "<" in text else text).split())


def first_key(text: str) -> int:
    """What stands for those words: 64 bits."""
    return int.from_bytes(blake2b(first_words(text).encode(errors="replace"), digest_size=8).digest(), signed=True)


def tag_key(tag: str) -> str:
    """The form under which tags are compared, `Net::DNS` as `net::dns::`: what begins with it is the tag itself or one
    below it. Empty for a tag without a letter."""
    folded = unicodedata.normalize("NFKC", tag).casefold().replace("\0", "")
    # A colon left over at an end would read as the border of a part.
    parts = [part.strip(": \t\n") for part in folded.split("::")]
    key = "::".join(part for part in parts if part)[:LONGEST_KEY]
    return f"{key}::" if key else ""


def set_tags(session: Session, owner_id: int | None, tags: Mapping[int, Sequence[str]], *, new: bool = False) -> None:
    """Makes the notes with these ids, all of one owner (None: the server), be found by these tags, and no others, and
    by what else was written into them. `new`: they had none before."""
    to_be_indexed(session, owner_id, tags)
    put_tags(session, owner_id, tags, new=new)


def put_tags(session: Session, owner_id: int | None, tags: Mapping[int, Sequence[str]], *, new: bool = False) -> None:
    """The same, for whoever tells the index of words by `index_changes`."""
    if not new and tags:
        session.execute(sa.delete(NoteTag).where(NoteTag.note_id.in_(tags)))
    rows = {
        (key, note_id): {"owner_id": owner_id or 0, "key": key, "note_id": note_id, "tag": tag}
        for note_id, written in tags.items()
        for tag in written
        if (key := tag_key(tag))
    }
    if rows:
        session.execute(sa.insert(NoteTag), list(rows.values()))
