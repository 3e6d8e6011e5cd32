"""What happened to a deck while its text was being written."""

from dataclasses import dataclass, field

from app.importing.as_text.comparing import differences
from app.importing.as_text.reading import read_text
from app.importing.parsed import ParsedNote


@dataclass(slots=True)
class Since:
    """What others did to the deck: `changed` as pairs of before and after. All empty: to its header alone."""

    added: list[ParsedNote] = field(default_factory=list)
    changed: list[tuple[ParsedNote, ParsedNote]] = field(default_factory=list)
    moved: list[ParsedNote] = field(default_factory=list)
    removed: list[ParsedNote] = field(default_factory=list)


def changed_since(deck_guid: str, opened: str, standing: str) -> Since:
    """What differs between the text as it was opened and the deck's text now."""
    before, after = read_text(opened, deck_guid).notes, read_text(standing, deck_guid).notes
    found = differences(before, after)
    return Since(
        added=[after[place] for place in found.added],
        changed=[(before[old], after[place]) for old, place in found.changed],
        moved=[after[place] for _, place in found.moved],
        removed=[before[old] for old in found.removed],
    )
