"""An Anki collection as somebody brings it: decks in decks, a note of each kind, media, history, marks."""

from collections.abc import Iterator

from tests.browser.test_thirty_cards import png
from tests.importing.anki_packages import BACK, BASIC, CHANGED, STOCK_CSS, Card, Collection, Deck, Note, Type
from tests.rendering.test_occlusion import BACK as OCCLUDED_BACK
from tests.rendering.test_occlusion import CSS as OCCLUDED_CSS
from tests.rendering.test_occlusion import FRONT as OCCLUDED_FRONT
from tests.rendering.test_occlusion import NAMES

DAY_MS = 86_400_000
REVERSED = Type(
    2,
    "Basic (and reversed card)",
    templates=(
        ("Card 1", "{{Front}}", BACK),
        ("Card 2", "{{Back}}", "{{FrontSide}}\n\n<hr id=answer>\n\n{{Front}}"),
    ),
)
CLOZE = Type(
    3,
    "Cloze",
    ("Text", "Back Extra"),
    (("Cloze", "{{cloze:Text}}", "{{cloze:Text}}<br>\n{{Back Extra}}"),),
    STOCK_CSS
    + "\n.cloze {\n    font-weight: bold;\n    color: blue;\n}\n.nightMode .cloze {\n    color: lightblue;\n}\n",
    cloze=True,
)
TYPED = Type(
    4,
    "Basic (type in the answer)",
    templates=(("Card 1", "{{Front}}\n\n{{type:Back}}", "{{Front}}\n\n<hr id=answer>\n\n{{type:Back}}"),),
)
STYLED = Type(
    5,
    "Vocabulary",
    ("Word", "Meaning", "Example"),
    (
        (
            "Recognise",
            '<div class="word">{{Word}}</div>',
            '{{FrontSide}}<hr><div class="meaning">{{Meaning}}</div>{{#Example}}<p>{{Example}}</p>{{/Example}}',
        ),
    ),
    ".card { background: #fdf6e3; color: #073642; text-align: center; padding: 1em; font-family: serif; }"
    ".word { font-size: 40px; font-weight: bold; } .meaning { color: #b58900; font-size: 24px; }",
)
OCCLUDED = Type(
    6, "Image Occlusion", NAMES, (("Image Occlusion", OCCLUDED_FRONT, OCCLUDED_BACK),), OCCLUDED_CSS, cloze=True
)
MASKS = (
    "{{c1::image-occlusion:rect:left=.1:top=.2:width=.3:height=.1:oi=1}}<br>"
    "{{c2::image-occlusion:ellipse:left=.5:top=.5:rx=.1:ry=.2:oi=1}}"
)
DECKS = (
    Deck(1, "Default"),
    Deck(2, "Ten years"),
    Deck(3, "Ten years::Words"),
    Deck(4, "Ten years::Words::Sounds"),
    Deck(5, "Ten years::Facts"),
)
MEDIA = {"heart.png": png(300, 200, (120, 160, 120)), "gato.mp3": b"ID3\x04" + bytes(2_000)}


def _history(number: int, *eases: int) -> tuple[tuple[int, ...], ...]:
    """Answers ten days apart, as Anki's log has them."""
    first = CHANGED - (10 * len(eases) + 3) * DAY_MS + number
    return tuple((first + 10 * n * DAY_MS, ease, 10 * (n + 1), 10 * n, 2_500, 4_000, 1) for n, ease in enumerate(eases))


def _known(number: int, deck: int = 3, ord: int = 0, **told: int) -> Card:
    card = {"ivl": 30, "factor": 2_500, "due": 480 + number % 20, "reps": 3, "lapses": number % 3, **told}
    return Card(deck, ord, type=2, queue=card.pop("queue", 2), answers=_history(number * 7, 3, 1, 4), **card)


KINDS = (
    Note('heart<img src="heart.png">\x1fel corazón', "k-basic", 1, "body::inside", (_known(1),)),
    Note("el gato [sound:gato.mp3]\x1fthe cat", "k-reversed", 2, "animals", (_known(2, 4), _known(3, 4, 1, flags=3))),
    Note("{{c1::Madrid}} lies in {{c2::Spain}}.\x1fSince 1561", "k-cloze", 3, "", (_known(4, 5), Card(5, 1, due=2))),
    Note("to eat\x1fcomer", "k-typed", 4, "", (_known(5),)),
    Note("madrugada\x1fthe hours before dawn\x1fSalimos de madrugada.", "k-styled", 5, "marked", (_known(6),)),
    Note(
        f'{MASKS}\x1f<img src="heart.png">\x1fA heart\x1f\x1f', "k-masks", 6, "", (Card(5, 1, due=3), Card(5, 2, due=4))
    ),
    Note("suspended\x1fand so it stays", "k-suspended", 1, "leech", (_known(7, queue=-1, lapses=9),)),
)


def _fillers(count: int) -> Iterator[Note]:
    for number in range(count):
        card = Card(3, due=number + 10) if number % 3 else _known(number + 100)
        yield Note(f"palabra {number}\x1fword {number} <b>bold</b>", f"f{number}", 1, "filler", (card,))


def ten_years(fillers: int) -> Collection:
    """`fillers`: how many more notes it has, a third of them with a history."""
    types = (BASIC, REVERSED, CLOZE, TYPED, STYLED, OCCLUDED)
    notes = (*KINDS, *_fillers(fillers))
    lost = ((CHANGED - 900 * DAY_MS, 77, 3, 5, 2, 2_500, 3_000, 1),)
    return Collection(notes=notes, types=types, decks=DECKS, media=MEDIA, lost=lost, generation=3)
