"""The decks of a file: found or made as they are met, and published together at the end."""

from dataclasses import dataclass, field, replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.database import connection_of
from app.importing.note_types import add_types, revise_types, settle_types
from app.importing.opening import InTransaction, Target, open_deck, publish, put_in_place, server_deck
from app.importing.parsed import DeckHeader, ParsedDeck
from app.importing.places import check_places, outermost_first
from app.importing.presets import Chosen, Presets
from app.importing.removing import removed
from app.models import Card, Deck, Follow, Memory, Review, Tombstone
from app.models.deck import top_of, tops_of
from app.models.memory_count import move_counts

MOVED_AT_ONCE = 500


@dataclass
class Decks:
    """Where the notes of a file go. A deck that is there already has an unseen one beside it, in which its new cards
    wait for the end."""

    parsed: ParsedDeck
    owner_id: int | None
    now: datetime
    import_id: int | None
    presets: Presets
    targets: list[Target] = field(default_factory=list)
    made: list[int] = field(default_factory=list)
    staged: dict[int, int] = field(default_factory=dict)
    """By a deck's id, the id of the unseen one beside it."""
    chosen: dict[int, Chosen] = field(default_factory=dict)
    tops: dict[int, int] = field(default_factory=dict)
    """By a deck's id, that of the topmost one it lies in."""

    @property
    def headers(self) -> list[DeckHeader]:
        return list(self.parsed.decks) or [self.parsed.header]

    def open(self, session: Session, up_to: int = 0) -> None:
        """Opens what is not open yet, up to the deck of this place in the file."""
        there = len(self.targets)
        for header in self.headers[there : up_to + 1]:
            target = self._target(session, header)
            if self.targets:
                target = replace(target, note_type_ids=self.targets[0].note_type_ids)
            else:
                shapes = self.parsed.note_types
                types = add_types(session, self.owner_id, target.type_guid, shapes, self.now)
                target.note_type_ids.update(types)
            self.targets.append(target)
            if not target.is_new and not target.of_server:
                self._stage(session, target)
            if self.owner_id is not None:
                self.presets.deck_ids[len(self.targets) - 1] = target.deck_id
                above = self.tops[target.deck_id] = self._top_of(session, target)
                self.chosen[target.deck_id] = self.presets.settings_for(session, above, len(self.targets) - 1)
        # Before anything is written; at the end it is asked again.
        check_places(session, self.targets, self.targets[there:])

    def _target(self, session: Session, header: DeckHeader) -> Target:
        """The deck of a header; a starter deck that this server does not have comes in as one of the learner's own."""
        of_server = server_deck(session, header, self.now) if self.owner_id is not None else None
        if of_server is not None:
            return of_server
        whole, place = self.parsed.whole_guids, (self.owner_id, self.now, self.import_id, self.made)
        types = self.targets[0].note_type_ids if self.targets else None
        return replace(open_deck(session, header, *place, by_path=whole, types=types), whole_guids=whole)

    def _top_of(self, session: Session, target: Target) -> int:
        """The topmost deck that one lies in. What is made lies where the file says, mostly in one opened before."""
        if not target.is_new:
            return top_of(session, target.deck_id)
        above = target.parent_id
        return target.deck_id if above is None else self.tops.get(above) or top_of(session, above)

    def _stage(self, session: Session, target: Target) -> None:
        if target.deck_id in self.staged:
            return
        guid = f"staged:{target.deck_id}:{self.now.timestamp()}"
        # Without its name, by which it would be taken for the deck itself where that lies elsewhere by now.
        deck = Deck(owner_id=self.owner_id, guid=guid, language=target.language, name="")
        deck.created_at, deck.import_id = self.now, self.import_id
        session.add(deck)
        session.flush()
        self.staged[target.deck_id] = deck.id

    @property
    def are_new(self) -> bool:
        """Whether nothing of what the file brings can be here already, in these decks."""
        return all(target.is_new for target in self.targets)

    def staging_of(self, deck_id: int) -> int:
        """The id of the deck in which the new cards of a deck wait."""
        return self.staged.get(deck_id, deck_id)

    def settle(self, session: Session, *, reordered: bool) -> None:
        """Moves what waited into its decks and publishes them all."""
        for deck_id, staging_id in self.staged.items():
            if self._move(session, staging_id, deck_id):
                reordered = True
            session.execute(sa.delete(Deck).where(Deck.id == staging_id))
        settle_types(session, self.owner_id, self.targets[0].note_type_ids)
        revise_types(session, self.targets[0].note_type_ids, self.parsed.note_types)
        placed = outermost_first(session, self.targets)
        decks = publish(session, {*self.made, *(target.deck_id for target in placed)})
        for target in placed:
            put_in_place(session, decks[target.deck_id], target, reordered=reordered)

    def topmost(self, session: Session) -> set[int]:
        """The ids of the topmost decks above those that the learner does not follow: who follows one deck of a tree
        has chosen, and does not get the rest with it."""
        if self.owner_id is None:
            return set()
        own = sa.select(Follow.deck_id).where(Follow.user_id == self.owner_id, Follow.stopped_at.is_(None))
        followed = set(session.scalars(own.where(Follow.deck_id.in_({target.deck_id for target in self.targets}))))
        own_ids = {target.deck_id for target in self.targets if target.deck_id not in followed}
        return {*tops_of(session, own_ids).values()}

    def _move(self, session: Session, staging_id: int, deck_id: int) -> int:
        connection, owner_id = connection_of(session), self.owner_id
        card_ids = list(session.scalars(sa.select(Card.id).where(Card.deck_id == staging_id)))
        moved = len(card_ids)
        if owner_id is not None and self.import_id is not None:
            graves = (Tombstone.user_id == owner_id, Tombstone.import_id == self.import_id)
            card_ids += session.scalars(sa.select(Tombstone.card_id).where(*graves))
        session.execute(sa.update(Card).where(Card.deck_id == staging_id).values(deck_id=deck_id))
        if owner_id is None:
            return moved
        for start in range(0, len(card_ids), MOVED_AT_ONCE):
            some = card_ids[start : start + MOVED_AT_ONCE]
            for table in (Memory, Review):
                own = (table.user_id == owner_id, table.card_id.in_(some), table.deck_id == staging_id)
                connection.execute(sa.update(table).where(*own).values(deck_id=deck_id))
        move_counts(connection, owner_id, staging_id, deck_id)
        return moved

    def take_back(self, in_transaction: InTransaction) -> None:
        """Removes what an import that failed has made."""
        for _ in removed(in_transaction, [*self.made, *self.staged.values()]):
            pass
