"""Which format a file is in, by what stands in it."""

from contextlib import ExitStack
from pathlib import PurePath

from app.errors import N_, UnreadableFile
from app.importing import crowdanki, hashcards, json_file, markdown_deck, markdown_folder, obsidian, quizlet
from app.importing.encoding import decode
from app.importing.outline import looks_like_outline
from app.importing.parsed import ReadingOptions, Source
from app.importing.zipped import COLLECTION, is_zip, open_zip

SAMPLE = 2**18


def markdown_format(text: str) -> str:
    """Which of the Markdown formats a text is in. What is none of them is read as a deck, and refused with its line."""
    if markdown_folder.is_own(text):
        return "deck"
    if hashcards.looks_like(text):
        return "hashcards"
    return "obsidian" if obsidian.looks_like(text) else "deck"


def markdown_format_of(source: Source, options: ReadingOptions) -> str:
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


def text_format_of(source: Source, options: ReadingOptions) -> str:
    if options.row_delimiter or (options.delimiter and len(options.delimiter) > 1):
        return "list"
    if options.delimiter or PurePath(source.name).suffix.lower() == ".tsv":
        return "table"
    text = _beginning(source, options)
    if hashcards.asks_and_answers(text):
        return "hashcards"
    return "list" if PurePath(source.name).stem == "pasted" and quizlet.looks_like(text) else "table"


def zip_format_of(source: Source) -> str:
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
