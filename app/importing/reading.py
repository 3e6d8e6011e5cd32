"""Which reader reads what. A new format is one file beside this one, one line in FORMATS and, where the ending of a
file's name decides, one in READERS."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import PurePath

from app.errors import N_, UnreadableFile
from app.importing import crowdanki, csv_file, hashcards, json_file, markdown_deck, markdown_folder, obsidian, quizlet
from app.importing.anki import reading as anki
from app.importing.encoding import decode
from app.importing.outline import looks_like_outline
from app.importing.parsed import ParsedDeck, ReadingOptions, Source
from app.importing.zipped import COLLECTION, is_zip, open_zip

Reader = Callable[[Source, ReadingOptions], ParsedDeck]
SAMPLE = 2**18


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write decks: its name for people, and its reader."""

    title: str
    read: Reader


FORMATS: dict[str, Format] = {
    "table": Format(N_("Table (CSV, TSV)"), csv_file.read),
    "list": Format(N_("List of pairs (Quizlet)"), quizlet.read),
    "deck": Format(N_("Cardlet deck (Markdown)"), markdown_deck.read),
    "hashcards": Format(N_("hashcards (Markdown)"), hashcards.read),
    "obsidian": Format(N_("Obsidian cards (Markdown)"), obsidian.read),
    "folder": Format(N_("Folder of Markdown files"), markdown_folder.read),
    "crowdanki": Format(N_("CrowdAnki (JSON)"), crowdanki.read),
    "cardlet": Format(N_("Cardlet (everything)"), json_file.read),
}
"""The names stay as they are: options and reports hold them."""


def read_markdown(source: Source, options: ReadingOptions) -> ParsedDeck:
    """Any of the Markdown formats, by what the file looks like."""
    return FORMATS[_markdown_format_of(source, options)].read(source, options)


def read_text(source: Source, options: ReadingOptions) -> ParsedDeck:
    """A table; or cards in Markdown or a list, where the text is one without doubt."""
    return FORMATS[_text_format(source, options)].read(source, options)


def read_zip(source: Source, options: ReadingOptions) -> ParsedDeck:
    """An archive, by what is in it. Raises UnreadableFile."""
    return FORMATS[_zip_format(source)].read(source, options)


READERS: dict[str, Reader] = {
    ".md": read_markdown,
    ".csv": read_text,
    ".tsv": read_text,
    ".txt": read_text,
    ".zip": read_zip,
    ".json": crowdanki.read,
    ".cardlet": json_file.read,
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


def detect(source: Source, options: ReadingOptions | None = None) -> tuple[str | None, Reader]:
    """The name of the format of a file and its reader; what the learner says comes first. None: the format is known by
    the ending alone. Raises UnreadableFile."""
    options = options or ReadingOptions()
    if options.reader in FORMATS:
        return options.reader, FORMATS[options.reader].read
    reader = reader_of(source.name)
    by_content: dict[Reader, Callable[[], str]] = {
        read_markdown: lambda: _markdown_format_of(source, options),
        read_text: lambda: _text_format(source, options),
        read_zip: lambda: _zip_format(source),
    }
    if reader in by_content:
        name = by_content[reader]()
        return name, FORMATS[name].read
    return next((name for name, format in FORMATS.items() if format.read is reader), None), reader


def read_deck(source: Source, options: ReadingOptions | None = None) -> ParsedDeck:
    """The deck in a file. Raises UnreadableFile. Close what it returns."""
    options = (options or ReadingOptions()).with_name(PurePath(source.name).stem)
    name, reader = detect(source, options)
    deck = reader(source, options)
    deck.format_name = deck.format_name or (FORMATS[name].title if name else "")
    return deck


def markdown_format(text: str) -> str:
    """Which of the Markdown formats a text is in. What is none of them is read as a deck, and refused with its line."""
    if markdown_folder.is_own(text):
        return "deck"
    if hashcards.looks_like(text):
        return "hashcards"
    return "obsidian" if obsidian.looks_like(text) else "deck"


def _markdown_format_of(source: Source, options: ReadingOptions) -> str:
    with source.open() as file:
        beginning = file.read(SAMPLE)
    # Our own decks are UTF-8, and their reader says in which line they are not.
    if b"\x00" in beginning[:100] or markdown_folder.is_own(beginning.decode("utf-8", errors="replace")):
        return "deck"
    return markdown_format(_beginning(source, options))


def _beginning(source: Source, options: ReadingOptions) -> str:
    with source.open() as file:
        content = file.read(SAMPLE)
    text = decode(content, options.encoding)[0]
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _text_format(source: Source, options: ReadingOptions) -> str:
    if options.row_delimiter or (options.delimiter and len(options.delimiter) > 1):
        return "list"
    if options.delimiter or PurePath(source.name).suffix.lower() == ".tsv":
        return "table"
    text = _beginning(source, options)
    if hashcards.asks_and_answers(text):
        return "hashcards"
    return "list" if PurePath(source.name).stem == "pasted" and quizlet.looks_like(text) else "table"


def _zip_format(source: Source) -> str:
    if not is_zip(source):
        raise UnreadableFile(N_("This is not a zip archive, or a part of it is missing."))
    with ExitStack() as closing:
        names = open_zip(source, closing, COLLECTION).entries
    if json_file.LINES in names:
        return "cardlet"
    return "crowdanki" if crowdanki.deck_in(names) and not any(name.endswith(".md") for name in names) else "folder"


def is_outline(content: bytes, file_name: str) -> bool:
    """Whether a file is no deck but study notes: Markdown without a deck's header and without cards, or text that is
    mostly points."""
    suffix = PurePath(file_name).suffix.lower()
    if suffix not in {".md", ".txt"}:
        return False
    try:
        text = decode(content)[0].replace("\r\n", "\n").replace("\r", "\n")
    except UnreadableFile:
        return False
    if suffix == ".txt":
        return looks_like_outline(text) and not hashcards.asks_and_answers(text)
    return not _begins_as_deck(text) and markdown_format(text) == "deck"


def _begins_as_deck(text: str) -> bool:
    return text.lstrip("\ufeff\n\r ").startswith(markdown_deck.FENCE)


def pasted_name(text: str) -> str:
    """A file name for text that came without one: a deck says so in its first line, study notes are mostly points,
    anything else is a table."""
    is_markdown = _begins_as_deck(text) or looks_like_outline(text) or markdown_format(text) != "deck"
    return "pasted.md" if is_markdown else "pasted.csv"
