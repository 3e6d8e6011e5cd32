"""What waits for the end of an import comes back whole, however much it is."""

import pytest

from app.importing.identity import Incoming
from app.importing.kept_notes import IN_MEMORY, KeptNotes
from app.importing.matching import Here
from app.importing.parsed import ParsedCard, ParsedNote, ParsedReview
from app.scheduling import MemoryState


def pairs(number: int) -> list[tuple[Incoming, Here]]:
    found = []
    for n in range(number):
        answers = (ParsedReview(1_700_000_000_000 + n, 4, 5000, 3, "[1, 3, 2, 2500]", None, 19_675, 9),)
        card = ParsedCard(0, 0, None, False, MemoryState(1, 3, 2500, 0, 19_675, 19_678), reviews=answers)
        note = ParsedNote(
            n + 1, "basic", (f"问 {n}\U0001f9e0", "答"), ("zh", "zh"), f"g{n}", "html", ("t",), cards=(card,)
        )
        found.append((Incoming(f"g{n}", n, note), Here(n, f"g{n}")))
    return found


@pytest.mark.parametrize("number", [0, 1, IN_MEMORY - 1, IN_MEMORY, IN_MEMORY + 1, 3 * IN_MEMORY + 7])
def test_they_come_back_in_order_and_again(number: int) -> None:
    kept, given = KeptNotes(), pairs(number)
    for start in range(0, number, 100):
        kept.add(given[start : start + 100])
    assert len(kept) == number
    for _ in range(2):
        parts = list(kept.parts())
        assert [pair for part in parts for pair in part] == given
        assert all(len(part) <= IN_MEMORY + 100 for part in parts)
    kept.forget()
    assert len(kept) == 0 and list(kept.parts()) == []
