"""Two packages of one collection, the newer with something of everything: what an import that dies can leave."""

from tests.importing.anki_packages import BASIC, CHANGED, CREATED, Card, Collection, Deck, Note, Preset, Type

PNG = b"\x89PNG\r\n\x1a\n"
OWN = Type(7, "Sentence", ("A", "B"), (("Card 1", "{{A}}", "<b>{{B}}</b>"),), css=".card { color: red }")
NEWER = Type(8, "Picture", ("A", "B"), (("Card 1", "{{B}}", "{{A}}"),), css=".card { color: blue }")
DECKS = (Deck(1, "Default"), Deck(2, "Chinese"), Deck(3, "Chinese::Words"), Deck(4, "Kubernetes"))
PARAMETERS = (0.3, 1.2, 2.3, 10.0, 6.4, 0.8, 3.0, 0.001, 1.87, 0.17, 0.8, 1.5, 0.06, 0.26, 1.65, 0.6, 1.9, 0.5, 0.1, 0.1, 0.15)  # fmt: skip # noqa: E501


def older() -> Collection:
    """Sixty notes in two decks."""
    notes = [_note(number, 2 + number % 2, f"old {number}") for number in range(60)]
    return Collection(notes, (BASIC, OWN), DECKS[:3], media={"cat.png": PNG + b"cat", "dog.png": PNG + b"dog"})


def newer() -> Collection:
    """The same with other words, answers and files, and new notes, cards that are gone, a deck, a note type, FSRS."""
    notes = [
        _note(number, 2 + number % 2, f"{'new' if number % 3 else 'old'} {number}", more=2) for number in range(60)
    ]
    notes += [
        _note(number, 2 + number % 3, f"more {number}", type=8 if number % 5 == 0 else 1) for number in range(60, 120)
    ]
    lost = [(CREATED * 1000 + 7_000_000_000 + n, 99_000 + n // 3, 3, 2, 1, 2500, 900, 1) for n in range(12)]
    media = {"cat.png": PNG + b"another cat", "dog.png": PNG + b"dog", "bird.png": PNG + b"bird", "more 61.png": PNG}
    return Collection(
        notes,
        (BASIC, OWN, NEWER),
        DECKS,
        (Preset(1, 7, 90, retention=0.85, parameters=PARAMETERS),),
        {"creationOffset": 0, "fsrs": True},
        lost,
        media,
        changed=CHANGED + 3 * 86_400_000,
    )


def _note(number: int, deck: int, words: str, *, more: int = 0, type: int = 0) -> Note:
    began = CREATED * 1000 + number * 1_000_003
    answers = [(began + n * 3 * 86_400_000, 3, 3, 1, 2500, 4_000, 1) for n in range(number % 4 + more)]
    card = Card(deck, type=2, queue=2, due=520 + number, ivl=9 + more, factor=2500, answers=answers, flags=number % 7)
    fields = f"{words} <img src=cat.png>\x1fback {number} <img src=bird.png>"
    return Note(fields, f"g{number}", type or (7 if number % 4 == 0 else 1), f"tag{number % 5}", (card,))
