"""What saving a text would do to the notes and cards that are here. Nothing is written."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.errors import N_
from app.importing.as_text.comparing import Differences, differences, written
from app.importing.as_text.finding import Found, find_others
from app.importing.as_text.reading import ReadText, Standing, problems_between, read_standing, read_text
from app.importing.parsed import BadRow, ParsedNote
from app.models import Card, Deck, Learner, Memory, NoteType
from app.models.across_learners import met_by_followers
from app.models.bulk import chunks
from app.models.contents import cards_of
from app.models.note import LONGEST_TAG, MOST_TAGS
from app.rendering import card_ordinals

TAGS = N_("a note has at most %(most)s tags, of at most %(longest)s characters each")


@dataclass(frozen=True, slots=True)
class Added:
    """A note that is new; `note_id`: it was removed before and comes back."""

    note: ParsedNote
    guid: str
    columns: dict[str, Any]
    ordinals: Sequence[int]
    note_id: int | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """A note that says something else. `columns`: those that differ; `new`, `gone`: ordinals of the cards it gets and
    loses; `is_met`: somebody has met one of those."""

    note_id: int
    before: ParsedNote
    after: ParsedNote
    columns: dict[str, Any]
    new: Sequence[int] = ()
    gone: Sequence[int] = ()
    is_met: bool = False


@dataclass(frozen=True, slots=True)
class Moved:
    """A note that stands elsewhere: behind another, or first of all."""

    note_id: int
    note: ParsedNote
    behind: ParsedNote | None


@dataclass(frozen=True, slots=True)
class Removed:
    """A note that stands there no more. `is_met`: somebody has met it, and keeps it; `elsewhere`: it has cards in other
    decks too, which go with it."""

    note_id: int
    note: ParsedNote
    is_met: bool
    elsewhere: bool


@dataclass(slots=True)
class Plan:
    """What a save would do; with `problems` it does nothing. `order`: the notes as they will stand, by id, and
    of those that are new the place in `added`, counted from -1 downwards."""

    deck_id: int
    standing: Standing
    added: list[Added] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)
    removed: list[Removed] = field(default_factory=list)
    order: list[int] = field(default_factory=list)
    problems: list[BadRow] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.moved or self.removed)


def plan_changes(session: Session, learner: Learner, deck: Deck, standing: Standing, text: str) -> Plan:
    """What saving `text` in the place of the deck's own would do."""
    plan, here = Plan(deck.id, standing), read_standing(standing, deck.guid)
    typed = read_text(text, deck.guid, {note.guid for note in here.notes if note.guid is not None})
    plan.problems = problems_between(here, standing.text, typed, text)
    plan.problems += [
        BadRow(note.line, TAGS, {"most": MOST_TAGS, "longest": LONGEST_TAG}) for note in _overtagged(here, typed)
    ]
    if plan.problems:
        return plan
    found = differences(here.notes, typed.notes)
    others = find_others(session, deck, typed, found.added, standing.note_ids)
    plan.problems = others.problems
    if not plan.problems:
        _Planning(session, learner, plan, here, typed, found).fill(others)
    return plan


def _overtagged(here: ReadText, typed: ReadText) -> Iterator[ParsedNote]:
    """Notes with too many tags. What came with a file may have more, and keeps them."""
    kept = {note.tags for note in here.notes}
    for note in typed.notes:
        if note.tags not in kept and (len(note.tags) > MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in note.tags)):
            yield note


@dataclass
class _Planning:
    session: Session
    learner: Learner
    plan: Plan
    here: ReadText
    typed: ReadText
    found: Differences

    def fill(self, others: Found) -> None:
        plan, ids, typed = self.plan, self.plan.standing.note_ids, self.typed.notes
        self._know_types()
        for place in self.found.added:
            note, known = typed[place], others.notes[place]
            columns = self._columns(note)
            plan.added.append(Added(note, known.guid, columns, card_ordinals(note.content), known.note_id))
        news = {place: known for known, place in enumerate(self.found.added)}
        for place, old in enumerate(self.found.former):
            back = plan.added[news[place]].note_id if old is None else ids[old]
            plan.order.append(-1 - news[place] if back is None else back)
        self._change()
        for old, place in self.found.moved:
            plan.moved.append(Moved(ids[old], typed[place], typed[place - 1] if place else None))
        self._remove()

    def _know_types(self) -> None:
        built_in = self.session.execute(sa.select(NoteType.kind, NoteType.id).where(NoteType.guid.is_(None)))
        self._types: dict[Any, int] = {(kind, None): type_id for kind, type_id in built_in}
        for shape, type_id in zip(self.here.types, self.plan.standing.type_ids, strict=True):
            self._types.setdefault(("custom", shape), type_id)

    def _columns(self, note: ParsedNote) -> dict[str, Any]:
        columns = written(note)
        return {**columns, "note_type_id": self._types[columns["note_type_id"]]}

    def _change(self) -> None:
        ids = self.plan.standing.note_ids
        cards: dict[int, list[Card]] = {}
        for some in chunks([ids[old] for old, _ in self.found.changed]):
            cards |= cards_of(self.session, some)
        losing: list[int] = []
        for old, place in self.found.changed:
            before, after = self.here.notes[old], self.typed.notes[place]
            columns, former = self._columns(after), self._columns(before)
            differing = {name: value for name, value in columns.items() if former[name] != value}
            standing = {card.ordinal for card in cards[ids[old]] if not card.retired}
            new, gone = fitted(standing, card_ordinals(before.content), card_ordinals(after.content))
            self.plan.changed.append(Changed(ids[old], before, after, differing, new, gone))
            losing += [card.id for card in cards[ids[old]] if card.ordinal in gone and not card.retired]
        met = self._met(Card.id, losing)
        note_ids = {card.note_id for own in cards.values() for card in own if card.id in met}
        self.plan.changed = [replace(one, is_met=one.note_id in note_ids) for one in self.plan.changed]

    def _remove(self) -> None:
        ids = [self.plan.standing.note_ids[old] for old in self.found.removed]
        met, elsewhere = self._met(Card.note_id, ids), set[int]()
        for some in chunks(ids):
            others = sa.select(Card.note_id).where(Card.note_id.in_(some), ~Card.retired)
            elsewhere.update(self.session.scalars(others.where(Card.deck_id != self.plan.deck_id)))
        for note_id, old in zip(ids, self.found.removed, strict=True):
            self.plan.removed.append(Removed(note_id, self.here.notes[old], note_id in met, note_id in elsewhere))

    def _met(self, column: Any, ids: Sequence[int]) -> set[int]:
        """Those that have a standing card which somebody has met."""
        if not ids:
            return set()
        own = sa.exists().where(Memory.user_id == self.learner.id, Memory.card_id == Card.id)
        met = sa.or_(own, met_by_followers(self.session, self.learner.id))
        chosen = sa.select(column).where(~Card.retired, met)
        return {one for some in chunks(ids) for one in self.session.scalars(chosen.where(column.in_(some)))}


def fitted(standing: Collection[int], before: Sequence[int], after: Sequence[int]) -> tuple[list[int], list[int]]:
    """The ordinals a note gets and loses when its content makes other cards than before. A card that it could have had
    and does not stays away: a file may have brought some of a note's cards only."""
    gone = [ordinal for ordinal in before if ordinal in standing and ordinal not in after]
    new = [ordinal for ordinal in after if ordinal not in before and ordinal not in standing]
    if len(gone) == len(standing) and not new:
        # Or the note would be gone with its cards.
        new = list(after)
    return new, gone
