"""Which reader reads what. A new format is one file beside this one and one line in READERS."""

from collections.abc import Callable
from pathlib import PurePath

from app.errors import N_, UnreadableFile
from app.importing import csv_file, markdown_deck
from app.importing.anki import reading as anki
from app.importing.encoding import decode
from app.importing.outline import looks_like_outline
from app.importing.parsed import ParsedDeck, ReadingOptions, Source

Reader = Callable[[Source, ReadingOptions], ParsedDeck]


READERS: dict[str, Reader] = {
    ".md": markdown_deck.read,
    ".csv": csv_file.read,
    ".tsv": csv_file.read,
    ".txt": csv_file.read,
    ".apkg": anki.read,
    ".colpkg": anki.read,
}


def reader_of(file_name: str) -> Reader:
    """The reader for what a file's name promises. Raises UnreadableFile for an ending nobody reads."""
    suffix = PurePath(file_name).suffix.lower()
    if suffix not in READERS:
        raise UnreadableFile(
            N_("Cardlet cannot read files like “%(name)s”. It reads: %(known)s"),
            name=PurePath(file_name).name,
            known=list(READERS),
        )
    return READERS[suffix]


def read_deck(source: Source, options: ReadingOptions | None = None) -> ParsedDeck:
    """The deck in a file. Raises UnreadableFile. Close what it returns."""
    stem = PurePath(source.name).stem
    return reader_of(source.name)(source, (options or ReadingOptions()).with_name(stem))


def is_outline(content: bytes, file_name: str) -> bool:
    """Whether a file is no deck but study notes: Markdown without a deck's header, or text that is mostly points."""
    suffix = PurePath(file_name).suffix.lower()
    if suffix not in {".md", ".txt"}:
        return False
    try:
        text = decode(content)[0]
    except UnreadableFile:
        return False
    return not _begins_as_deck(text) if suffix == ".md" else looks_like_outline(text)


def _begins_as_deck(text: str) -> bool:
    return text.lstrip("\ufeff\n\r ").startswith(markdown_deck.FENCE)


def pasted_name(text: str) -> str:
    """A file name for text that came without one: a deck says so in its first line, study notes are mostly points,
    anything else is a table."""
    return "pasted.md" if _begins_as_deck(text) or looks_like_outline(text) else "pasted.csv"
