"""How much of each topic a learner would recall today: topics are decks, and tags with what is below them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.database import connection_of
from app.models import NoteTag
from app.progress.retrievability import APART, Retrievability, Share, tallies_of
from app.progress.scope import Scope

NOTES_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Mastery:
    """What would be recalled today: all of it, and by deck and tag. `tagged`: by a tag's key (see `tag_key`), a card
    counting for the tags above its own too, once for each. `names`: how a tag was written."""

    retrievability: Retrievability
    tagged: dict[tuple[int, str], Share]
    names: dict[str, str]

    def of_decks(self, deck_ids: Iterable[int]) -> Share:
        return sum((self.retrievability.decks.get(deck_id, Share()) for deck_id in deck_ids), Share())

    def of_tag(self, key: str, deck_ids: Iterable[int]) -> Share:
        return sum((self.tagged.get((deck_id, key), Share()) for deck_id in deck_ids), Share())

    @property
    def tags(self) -> dict[str, Share]:
        """By tag, whatever the deck, each before those below it."""
        sums: dict[str, Share] = defaultdict(Share)
        for (_, key), share in self.tagged.items():
            sums[key] += share
        return dict(sorted(sums.items(), key=lambda item: item[0].split("::")))


def mastery_of(session: Session, scope: Scope, today: int) -> Mastery:
    """How much of a scope the learner would recall today, topic by topic."""
    found, tagged, examples = Retrievability(), defaultdict[tuple[int, str], Share](Share), dict[str, int]()
    for tally in tallies_of(session, scope, today, with_tags=True):
        found += tally.retrievability
        for (deck_id, tags), (cards, met, recalled, note_id) in tally.groups.items():
            for key in with_those_above(tags.split(APART) if tags else ()):
                tagged[deck_id, key] += Share(cards, met, recalled)
                examples.setdefault(key, note_id)
    return Mastery(found, dict(tagged), _names(connection_of(session), set(examples.values())))


def with_those_above(keys: Iterable[str]) -> set[str]:
    """Tags' keys and those of all tags above them: `net::dns::` lies below `net::`."""
    found = set()
    for key in keys:
        parts = key.split("::")
        found |= {"::".join([*parts[:end], ""]) for end in range(1, len(parts))}
    return found


def _names(connection: sa.Connection, note_ids: set[int]) -> dict[str, str]:
    """How the tags of these notes, and those above them, were written, by their keys."""
    names: dict[str, str] = {}
    in_order = sorted(note_ids)
    for begin in range(0, len(in_order), NOTES_AT_ONCE):
        some = in_order[begin : begin + NOTES_AT_ONCE]
        rows = (
            sa.select(NoteTag.key, NoteTag.tag).where(NoteTag.note_id.in_(some)).order_by(NoteTag.note_id, NoteTag.key)
        )
        for key, tag in connection.execute(rows):
            parts, keys = [part for part in tag.split("::") if part.strip(": \t\n")], key.split("::")[:-1]
            # Where folding changed the number of parts, the key's own words stand for what was written.
            parts = parts if len(parts) == len(keys) else keys
            for end in range(1, len(keys) + 1):
                names.setdefault("::".join([*keys[:end], ""]), "::".join(part.strip() for part in parts[:end]))
    return names
