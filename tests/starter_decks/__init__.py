"""The starter decks as their readers see them."""

import re
from functools import cache
from pathlib import Path

from app.config import shipped
from app.importing import BadRow, ParsedDeck, ParsedNote, Source, read_deck
from app.importing.starters import STARTER_FILES

DECKS = shipped("decks")
LANGUAGES = ("en", "zh-Hans")
FILES = sorted(DECKS.glob(STARTER_FILES))
TOPICS = sorted({path.name.split(".")[0] for path in FILES} - {"00-kubernetes"})
STUDY_NOTES = (DECKS / "kubernetes-notes.md").read_text().splitlines()
NOTES_LINE = re.compile(r"notes line (\d+)")
CODE_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
GAP = re.compile(r"\{\{c\d+::(.*?)(?:::.*?)?\}\}", re.DOTALL)


@cache
def read(path: Path) -> tuple[ParsedDeck, list[ParsedNote]]:
    """A deck file, which has no row that gives no note."""
    deck = read_deck(Source(path.name, content=path.read_bytes()))
    rows = list(deck.rows)
    assert [row for row in rows if isinstance(row, BadRow)] == []
    return deck, [row for row in rows if isinstance(row, ParsedNote)]


def file_of(topic: str, language: str) -> Path:
    return DECKS / f"{topic}.{language}.md"


def notes_in(language: str) -> list[tuple[str, ParsedNote]]:
    """All notes of an edition, each with its topic."""
    return [(topic, note) for topic in TOPICS for note in read(file_of(topic, language))[1]]


def lines_of(note: ParsedNote) -> set[int]:
    """The lines of the study notes that a note rests on."""
    return {int(number) for number in NOTES_LINE.findall(note.source)}


def opened(text: str) -> str:
    """A text with all its gaps filled."""
    return GAP.sub(r"\1", text)


def without_code_blocks(text: str) -> str:
    return CODE_BLOCK.sub("", text)


def code_blocks(note: ParsedNote) -> list[tuple[str, str]]:
    """The note's code blocks, each with its language, all gaps filled."""
    return [(language, code) for field in note.fields for language, code in CODE_BLOCK.findall(opened(field))]
