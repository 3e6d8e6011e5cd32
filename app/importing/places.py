"""Where the decks of a file would come to lie, among those that are here: not inside themselves, and not too deep."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import N_, UnreadableFile
from app.importing.opening import Target
from app.models import Deck
from app.models.placing import LONGEST_NAME, longest_name_inside

BETWEEN = len("::")


def outermost_first(session: Session, targets: Sequence[Target]) -> list[Target]:
    """The decks a file puts somewhere, each behind those it will lie in. Raises UnreadableFile as `check_places`."""
    trees = _Trees.of(session, targets)
    return sorted(trees.own.values(), key=trees.checked)


def check_places(session: Session, targets: Sequence[Target], fresh: Sequence[Target]) -> None:
    """Raises UnreadableFile if one of the `fresh` decks of a file would lie inside itself, or if a whole name would be
    too long by it; one that was too long before may stay so."""
    if not fresh:
        return
    trees = _Trees.of(session, targets)
    for target in fresh:
        if not target.of_server:
            trees.checked(target)


@dataclass
class _Trees:
    """The trees of decks as they are, and as the file would have them."""

    session: Session
    own: dict[int, Target]
    rows: dict[int, tuple[int | None, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, session: Session, targets: Sequence[Target]) -> "_Trees":
        own = {target.deck_id: target for target in targets if not target.of_server}
        rows = session.execute(sa.select(Deck.id, Deck.parent_id, Deck.name).where(Deck.id.in_(own)))
        return cls(session, own, {row.id: (row.parent_id, row.name) for row in rows})

    def checked(self, target: Target) -> int:
        """How deep the deck will lie. Raises UnreadableFile."""
        depth = len(self.upwards(target.deck_id))
        if self.is_placed(target):
            self.check_length(target)
        return depth

    def row(self, deck_id: int) -> tuple[int | None, str]:
        """Where a deck lies now, and its name."""
        if deck_id not in self.rows:
            chosen = sa.select(Deck.parent_id, Deck.name).where(Deck.id == deck_id)
            parent_id, name = self.session.execute(chosen).one()
            self.rows[deck_id] = parent_id, name
        return self.rows[deck_id]

    def placed(self, deck_id: int) -> tuple[int | None, str]:
        """Where the deck will lie, and what it will be called; see `put_in_place`."""
        target, (parent_id, name) = self.own.get(deck_id), self.row(deck_id)
        if target is None:
            return parent_id, name
        return target.parent_id, target.header.path[-1] if target.header.guid is not None else name

    def is_placed(self, target: Target) -> bool:
        """Whether the file changes what whole name the deck has, or what lies inside it."""
        if target.is_new:
            return target.parent_id is not None and target.parent_id not in target.new_deck_ids
        return self.placed(target.deck_id) != self.row(target.deck_id)

    def upwards(self, deck_id: int) -> list[int]:
        """The deck and those it will lie in."""
        found: dict[int, None] = {}
        above: int | None = deck_id
        while above is not None:
            if above in found:
                raise UnreadableFile(N_("a deck cannot lie inside itself"))
            found[above] = None
            above = self.placed(above)[0]
        return list(found)

    def check_length(self, target: Target) -> None:
        deck_id = target.deck_id
        after = sum(len(self.placed(one)[1]) + BETWEEN for one in self.upwards(deck_id)) - BETWEEN
        # What the file puts elsewhere, or into it, is looked at by itself.
        inside = longest_name_inside(self.session, deck_id, but=self.own.keys())
        if after + inside > LONGEST_NAME and (target.is_new or after > self._length(deck_id)):
            raise UnreadableFile(
                N_("the whole name of a deck inside another would have more than %(longest)s characters"),
                longest=LONGEST_NAME,
            )

    def _length(self, deck_id: int) -> int:
        """Characters of the deck's whole name now."""
        parent_id, name = self.row(deck_id)
        return len(name) + (0 if parent_id is None else BETWEEN + self._length(parent_id))
