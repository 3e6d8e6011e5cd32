"""The decks of a file that names them as it goes."""

from dataclasses import replace

from app.importing.parsed import DeckHeader

MOST_DECKS = 1_000


class FoundDecks:
    """The decks found so far, that of the header first. What comes after MOST_DECKS lies in the first."""

    def __init__(self, header: DeckHeader) -> None:
        self.headers = [header]
        self._places = {header.path: 0}

    def place(self, path: tuple[str, ...]) -> int:
        """The place of a deck; a new one joins the others."""
        return self.place_of(replace(self.headers[0], path=path, guid=None, description="", license=""))

    def place_of(self, header: DeckHeader) -> int:
        """The same for a deck of which more is known."""
        path = header.path
        if path not in self._places and path and len(self.headers) < MOST_DECKS:
            self._places[path] = len(self.headers)
            self.headers.append(header)
        return self._places.get(path, 0)
