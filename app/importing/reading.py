"""Which reader reads what. A new format is one file beside this one, one line in FORMATS and, where the ending of a
file's name decides, one in READERS.

A reader is loaded when a file wants it: every command starts with this module, and few read a file.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import PurePath
from types import ModuleType

from app.errors import N_, UnreadableFile
from app.importing.parsed import ParsedDeck, ReadingOptions, Source

Reader = Callable[[Source, ReadingOptions], ParsedDeck]


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write decks: its name for people, and the module that reads it."""

    title: str
    module: str

    def read(self, source: Source, options: ReadingOptions) -> ParsedDeck:
        """The deck in a file. Raises UnreadableFile."""
        deck: ParsedDeck = import_module(f"app.importing.{self.module}").read(source, options)
        return deck


FORMATS: dict[str, Format] = {
    "table": Format(N_("Table (CSV, TSV)"), "csv_file"),
    "list": Format(N_("List of pairs (Quizlet)"), "quizlet"),
    "deck": Format(N_("Cardlet deck (Markdown)"), "markdown_deck"),
    "hashcards": Format(N_("hashcards (Markdown)"), "hashcards"),
    "obsidian": Format(N_("Obsidian cards (Markdown)"), "obsidian"),
    "folder": Format(N_("Folder of Markdown files"), "markdown_folder"),
    "crowdanki": Format(N_("CrowdAnki (JSON)"), "crowdanki"),
    "cardlet": Format(N_("Cardlet (everything)"), "json_file"),
}
"""The names stay as they are: options and reports hold them."""


def read_package(source: Source, options: ReadingOptions) -> ParsedDeck:
    """A package of Anki's, which can be nothing else."""
    from app.importing.anki import reading

    return reading.read(source, options)


def read_markdown(source: Source, options: ReadingOptions) -> ParsedDeck:
    """Any of the Markdown formats, by what the file looks like."""
    return FORMATS[_guessing().markdown_format_of(source, options)].read(source, options)


def read_text(source: Source, options: ReadingOptions) -> ParsedDeck:
    """A table; or cards in Markdown or a list, where the text is one without doubt."""
    return FORMATS[_guessing().text_format_of(source, options)].read(source, options)


def read_zip(source: Source, options: ReadingOptions) -> ParsedDeck:
    """An archive, by what is in it. Raises UnreadableFile."""
    return FORMATS[_guessing().zip_format_of(source)].read(source, options)


READERS: dict[str, Reader] = {
    ".md": read_markdown,
    ".csv": read_text,
    ".tsv": read_text,
    ".txt": read_text,
    ".zip": read_zip,
    ".json": FORMATS["crowdanki"].read,
    ".cardlet": FORMATS["cardlet"].read,
    ".apkg": read_package,
    ".colpkg": read_package,
}


def _guessing() -> ModuleType:
    """What looks into files. It knows many readers."""
    from app.importing import guessing

    return guessing


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
        read_markdown: lambda: _guessing().markdown_format_of(source, options),
        read_text: lambda: _guessing().text_format_of(source, options),
        read_zip: lambda: _guessing().zip_format_of(source),
    }
    if reader in by_content:
        name = by_content[reader]()
        return name, FORMATS[name].read
    return next((name for name, format in FORMATS.items() if format.read == reader), None), reader


@contextmanager
def begun(source: Source) -> Iterator[Callable[[ReadingOptions], ParsedDeck]]:
    """Begins to read a file before anybody has said how, as far as that goes: a package is unpacked and looked into by
    a process of its own. What it gives is `read_deck` for this file. Raises UnreadableFile."""
    if READERS.get(PurePath(source.name).suffix.lower()) is not read_package:
        yield partial(read_deck, source)
        return
    from app.importing.anki import reading

    with reading.begun(source) as go_on:
        yield lambda options: go_on(_named(source, options))


def _named(source: Source, options: ReadingOptions) -> ReadingOptions:
    return options.with_name(PurePath(source.name).stem)


def read_deck(source: Source, options: ReadingOptions | None = None) -> ParsedDeck:
    """The deck in a file. Raises UnreadableFile. Close what it returns."""
    options = _named(source, options or ReadingOptions())
    name, reader = detect(source, options)
    deck = reader(source, options)
    deck.format_name = deck.format_name or (FORMATS[name].title if name else "")
    return deck
