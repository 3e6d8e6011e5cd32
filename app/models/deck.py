"""Decks: shared content with an owner, an identity and a place under a parent."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import IntEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app.database import ON_DEMAND, Base, Moment, only_where


class Audience(IntEnum):
    """Who may look into a learner's own deck and follow it. Starter decks are everybody's in any case."""

    OWNER = 0
    # Whoever has the deck's link.
    LINK = 1
    EVERYBODY = 2


class Deck(Base):
    """A deck. The server owns the starter decks: they are anybody's to follow and nobody's to change."""

    __tablename__ = "decks"
    __table_args__ = (
        sa.UniqueConstraint("owner_id", "guid", "language"),
        # NULLs are distinct to a unique constraint, and the server's decks have owner NULL.
        sa.Index("uq_decks_starter", "guid", "language", unique=True, **only_where("owner_id IS NULL")),
        # Few at any time: what is being imported.
        sa.Index("ix_decks_unpublished", "owner_id", **only_where("NOT published", on_sqlite="published = 0")),
        sa.Index("ix_decks_public", "audience", **only_where("audience = 2")),
        sa.Index("uq_decks_link_token", "link_token", unique=True, **only_where("link_token IS NOT NULL")),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # NULL: a starter deck.
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id", ondelete="CASCADE"))
    # NULL: a deck at the top.
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("decks.id", ondelete="CASCADE"), index=True)
    # The same in every language of a deck, so that its editions find each other.
    guid: Mapped[str] = mapped_column(sa.String(200))
    language: Mapped[str] = mapped_column(sa.String(35))
    name: Mapped[str] = mapped_column(sa.String(200))
    description: Mapped[str] = mapped_column(sa.Text, default="")
    license: Mapped[str] = mapped_column(sa.Text, default="")
    place: Mapped[int] = mapped_column(default=0)
    # A deck that is still being imported is invisible; the import's last step publishes it.
    published: Mapped[bool] = mapped_column(default=False)
    # Grows when cards change their order: every follower's new-card cursor then starts over once.
    order_version: Mapped[int] = mapped_column(default=1)
    # The digest of the file a starter deck was last read from. NULL: not a starter deck.
    file_digest: Mapped[str | None] = mapped_column(sa.String(64))
    created_at: Mapped[datetime] = mapped_column(Moment)
    # The Import that made it; see Note.
    import_id: Mapped[int | None]
    # Chosen for a deck at the top; the decks inside have the same. `models/audience.py` keeps them so.
    audience: Mapped[Audience] = mapped_column(sa.SmallInteger, default=Audience.OWNER)
    # What the deck's link ends with, as it is: it opens nothing that does not stand beside it. NULL: there is none.
    link_token: Mapped[str | None] = mapped_column(sa.String(32))
    # Its owner's latest Change (0: there was none) when the deck was closed to its followers, who keep what they have
    # met as it was then. NULL: it is open, or was never shared.
    closed_after: Mapped[int | None]

    parent: Mapped["Deck | None"] = relationship(remote_side="Deck.id", lazy=ON_DEMAND)

    def is_closed_to(self, user_id: int) -> bool:
        """Whether a learner who follows it keeps what they have met, as it was, and gets no more."""
        return self.closed_after is not None and self.owner_id != user_id

    @property
    def is_shared(self) -> bool:
        """Whether others than its owner can see it, or could once, and may follow it still."""
        return self.audience != Audience.OWNER or self.closed_after is not None

    @property
    def path(self) -> str:
        """The deck's name with those of the decks above it: `Kubernetes::Networking`."""
        names, above = [self.name], self.parent
        while above is not None:
            names.append(above.name)
            above = above.parent
        return "::".join(reversed(names))


def unseen_decks(owner_id: Any) -> sa.Select[int]:
    """The ids of an owner's decks that are not published: what is being imported, or was and is being taken back."""
    return sa.select(Deck.id).where(Deck.owner_id == owner_id, ~Deck.published)


def other_editions(session: Session, deck: Deck) -> Sequence[Deck]:
    """The same deck in other languages."""
    same = (Deck.guid == deck.guid, Deck.owner_id.is_not_distinct_from(deck.owner_id), Deck.language != deck.language)
    found = session.scalars(sa.select(Deck).where(*same, Deck.published).order_by(Deck.language)).all()
    return with_parents(session, found)


def top_of(session: Session, deck_id: int) -> int:
    """The id of the topmost deck that a deck lies in; its own if it lies in none."""
    while (above := session.scalar(sa.select(Deck.parent_id).where(Deck.id == deck_id))) is not None:
        deck_id = above
    return deck_id


def tops_of(session: Session, deck_ids: Iterable[int]) -> dict[int, int]:
    """The same for many decks, by their ids, with a statement for each level."""
    tops = {deck_id: deck_id for deck_id in deck_ids}
    looked: set[int] = {*tops}
    while looked:
        rows = session.execute(sa.select(Deck.id, Deck.parent_id).where(Deck.id.in_(looked)))
        above = {deck_id: parent_id for deck_id, parent_id in rows if parent_id is not None}
        tops = {deck_id: above.get(top, top) for deck_id, top in tops.items()}
        looked = {*above.values()}
    return tops


def decks_inside(session: Session, deck_ids: Sequence[int]) -> list[int]:
    """The ids of all decks below these."""
    found: list[int] = []
    level: Sequence[int] = deck_ids
    while level:
        level = session.scalars(sa.select(Deck.id).where(Deck.parent_id.in_(level))).all()
        found += level
    return found


def with_parents(session: Session, decks: Sequence[Deck]) -> Sequence[Deck]:
    """The decks, once those above them are in the session too, so that each knows its path."""
    level = decks
    while missing := {deck.parent_id for deck in level if deck.parent_id is not None}:
        parents = {deck.id: deck for deck in session.scalars(sa.select(Deck).where(Deck.id.in_(missing)))}
        for deck in level:
            above = None if deck.parent_id is None else parents.get(deck.parent_id)
            orm.attributes.set_committed_value(deck, "parent", above)
        level = list(parents.values())
    return decks
