"""The first cards of a file that is not imported yet: those with a style of their own lie in frames, as in study."""

from collections.abc import Callable, Collection, Mapping
from threading import Lock

from cachetools import LRUCache

from app.errors import NotFound
from app.importing import ParsedDeck
from app.importing.preview import DeckPreview, ShownCard, first_cards
from app.models import Upload
from app.pages.sides import in_words
from app.rendering.cards import Sides, render_sides

KEPT_CHARACTERS = 2**22
Shown = tuple[list[ShownCard], Collection[str]]
"""Cards, and the names of the files that will come with them."""


def _size(shown: Shown) -> int:
    return sum(sum(map(len, content.fields)) for content, _ in shown[0]) + 1_000


# Each frame is a request of its own, and reading the file again for each may mean unpacking gigabytes. A look at the
# page keeps them here; another process, or one that has forgotten, reads the file again, once for all its frames.
_kept: LRUCache[tuple[object, ...], Shown] = LRUCache(KEPT_CHARACTERS, getsizeof=_size)
_lock = Lock()
# Not one for all: nobody waits for the reading of somebody else's large file, or hardly ever.
_reading = [Lock() for _ in range(16)]


def asked_of(given: Mapping[str, str]) -> dict[str, str]:
    """How the file is to be read, as an address says it."""
    return {name: value for name, value in given.items() if value and name not in {"csrf_token", "count"}}


def keep_shown(kept: Upload, given: Mapping[str, str], preview: DeckPreview) -> None:
    """Keeps the first cards of a file for the frames that will be asked for."""
    if any(content.shape is not None and content.shape.is_framed for content, _ in preview.shown):
        _keep(_key(kept, given), (preview.shown, preview.media))


def framed_sides(
    kept: Upload, given: Mapping[str, str], place: int, read: Callable[[], ParsedDeck]
) -> tuple[Sides, int]:
    """The sides of the card at this place, from 1, for its frame, and its ordinal. Raises NotFound, and what reading
    raises."""
    key = _key(kept, given)
    with _reading[hash(kept.stored_as) % len(_reading)]:
        with _lock:
            shown = _kept.get(key)
        if shown is None:
            with read() as deck:
                cards = first_cards(deck)
                shown = cards, {file.name for file in deck.media}
            _keep(key, shown)
    cards, coming = shown
    if not 1 <= place <= len(cards):
        raise NotFound()
    content, ordinal = cards[place - 1]
    return in_words([render_sides(content, ordinal, framed=True)], kept.user_id, coming)[0], ordinal


def _key(kept: Upload, given: Mapping[str, str]) -> tuple[object, ...]:
    # The name of the stored file is nobody's choice and never comes again, as the number of an upload may.
    return kept.stored_as, *sorted(asked_of(given).items())


def _keep(key: tuple[object, ...], shown: Shown) -> None:
    if _size(shown) <= KEPT_CHARACTERS:
        with _lock:
            _kept[key] = shown
