"""Where cards lie once the notes of a deck stand in another order: no database."""

from collections.abc import Collection, Iterable, Mapping, Sequence

Key = tuple[int, int]
"""A card: its note, and its ordinal."""


def arranged(
    lying: Sequence[tuple[Key, int]],
    order: Iterable[int],
    loose: Collection[int],
    arriving: Mapping[int, Sequence[int]],
) -> dict[Key, int]:
    """The positions of a deck's cards, as few of them new as can be.

    `lying`: the cards that are there, with their positions, in their order; `order`: the notes as they stand from now
    on; `loose`: those of them that have no place yet, and come right before the note behind them; the cards of all
    others keep their order, also among each other. `arriving`: ordinals of cards that each note gets, behind its last.
    """
    still = [(key, position) for key, position in lying if key[0] not in loose]
    own: dict[int, list[Key]] = {note: [] for note in loose}
    for key, _ in lying:
        if key[0] in loose:
            own[key[0]].append(key)
    last = {key[0]: place for place, (key, _) in enumerate(still)}
    coming, at_the_end = _coming(order, loose)
    row: list[tuple[Key, int | None]] = []

    def arrive(note: int) -> None:
        row.extend((key, None) for key in own.get(note, ()))
        row.extend(((note, ordinal), None) for ordinal in arriving.get(note, ()))

    for place, (key, position) in enumerate(still):
        for note in coming.pop(key[0], ()):
            arrive(note)
        row.append((key, position))
        if last[key[0]] == place:
            arrive(key[0])
    for note in at_the_end:
        arrive(note)
    return _positions(row)


def _coming(order: Iterable[int], loose: Collection[int]) -> tuple[dict[int, list[int]], list[int]]:
    """The loose notes by the note that stands behind them, and those behind all others."""
    coming: dict[int, list[int]] = {}
    waiting: list[int] = []
    for note in order:
        if note in loose:
            waiting.append(note)
        elif waiting:
            coming[note], waiting = waiting, []
    return coming, waiting


def _positions(row: Sequence[tuple[Key, int | None]]) -> dict[Key, int]:
    """Cards that lay there stay at their position unless one before them has taken it."""
    positions: dict[Key, int] = {}
    reached, as_it_was = min([0, *(position for _, position in row if position is not None)]) - 1, False
    for key, position in row:
        # Two cards that share a position lie in the order of their ids, which they did before.
        if position is not None and (position > reached or (as_it_was and position == reached)):
            reached, as_it_was = position, True
        else:
            reached, as_it_was = reached + 1, False
        positions[key] = reached
    return positions
