"""What can go wrong, in the learner's words.

A message is an English sentence with `%(name)s` places; the doors translate it and fill the places in. A list in a
place is joined as the language joins lists.
"""


def N_(message: str) -> str:
    """Marks a sentence for the catalogues; below the doors nobody knows the reader's language."""
    return message


def filled(message: str, places: dict[str, object], joiner: str) -> str:
    """The message with its places filled in."""
    told = {name: joiner.join(map(str, place)) if isinstance(place, list) else place for name, place in places.items()}
    return message % told if told else message


class CardletError(Exception):
    """Something the person at the door should hear about; `status` is what HTTP calls it."""

    status = 500

    def __init__(self, message: str, **places: object) -> None:
        super().__init__(message)
        self.message = message
        self.places = places

    def __str__(self) -> str:
        return filled(self.message, self.places, ", ")


class NotFound(CardletError):
    """It does not exist, or it is somebody else's, which looks the same."""

    status = 404

    def __init__(self, message: str = N_("There is nothing here."), **places: object) -> None:
        super().__init__(message, **places)


class Refused(CardletError):
    """What was asked for breaks a rule; `field` names the input at fault, if there is one."""

    status = 422

    def __init__(self, message: str, *, field: str | None = None, **places: object) -> None:
        super().__init__(message, **places)
        self.field = field


class Stale(CardletError):
    """The page showed a state that has moved on since."""

    status = 409


class TooLarge(CardletError):
    """More than Cardlet takes."""

    status = 413


class TooManyTries(CardletError):
    """Too many failed attempts; waiting helps."""

    status = 429


class UnreadableFile(CardletError):
    """A file cannot be read as what it is meant to be; `line` counts from 1."""

    status = 422

    def __init__(self, message: str, *, line: int | None = None, **places: object) -> None:
        super().__init__(message, **places)
        self.line = line

    def __str__(self) -> str:
        return f"line {self.line}: {super().__str__()}" if self.line else super().__str__()
