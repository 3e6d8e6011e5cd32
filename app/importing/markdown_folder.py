"""Reads a zipped folder of Markdown files with their pictures: folders and files are decks. Our own exports too."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import PurePosixPath

from app.errors import N_, UnreadableFile
from app.importing import hashcards, markdown_deck, obsidian
from app.importing.encoding import decode
from app.importing.found_decks import FoundDecks
from app.importing.markdown_text import LARGEST, MarkdownFile, with_plain_names
from app.importing.parsed import (
    BadRow,
    DeckHeader,
    LostCard,
    ParsedDeck,
    ParsedNote,
    ReadingOptions,
    Remark,
    Source,
    path_of,
)
from app.importing.table_layout import language_of
from app.importing.zipped import FOLDER, Archive, open_zip
from app.rendering import Shape

ENDINGS = {".md", ".markdown"}
MOST_FILES = 5_000
MOST_REMARKS = 100
Rows = Iterator[ParsedNote | BadRow | LostCard]
ABOUT_FOLDERS = {"readme.md", "license.md"}


def read(source: Source, options: ReadingOptions) -> ParsedDeck:
    """The decks of a folder. Raises UnreadableFile for an archive that is not safe, or has no Markdown in it."""
    with ExitStack() as closing:
        archive = open_zip(source, closing, FOLDER)
        names = markdown_in(archive)
        if not names or len(names) > MOST_FILES:
            words = N_("The archive holds no Markdown files, or more than %(most)s.")
            raise UnreadableFile(words, most=MOST_FILES)
        own = [name for name in names if is_own(_beginning(archive, name))]
        folder = _Folder(archive, options, PurePosixPath(source.name).stem, names, own)
        deck = folder.deck()
        deck.closing = closing.pop_all()
        return deck


def markdown_in(archive: Archive) -> list[str]:
    """The names of the Markdown files that may hold cards, as people sort them."""
    names = [name for name in archive.entries if PurePosixPath(name).suffix.lower() in ENDINGS]
    wanted = [name for name in names if not any(part.startswith(".") for part in name.split("/"))]
    return sorted(wanted, key=lambda name: (name.count("/"), name))


def is_own(text: str) -> bool:
    """Whether a text is in Cardlet's deck format: its header names a deck."""
    lines = text.lstrip("\ufeff\n\r ").split("\n", 100)
    if lines[0].strip() != markdown_deck.FENCE:
        return False
    header = [line for line in lines[1:] if line.strip()]
    end = next((index for index, line in enumerate(header) if line.strip() == markdown_deck.FENCE), len(header))
    return any(line.startswith("deck:") for line in header[:end])


def _beginning(archive: Archive, name: str) -> str:
    with archive.open(name) as file:
        return file.read(2**16).decode("utf-8", errors="replace")


@dataclass
class _Folder:
    """A folder on its way to a deck of decks. `own`: the files in Cardlet's format."""

    archive: Archive
    options: ReadingOptions
    stem: str
    names: list[str]
    own: list[str]
    shapes: dict[str, Shape] = field(default_factory=dict)
    renamed: dict[tuple[str, str], Shape] = field(default_factory=dict)
    """A note type of a file that shares its name with another one's."""
    remarks: list[Remark] = field(default_factory=list)
    guids: set[str] = field(default_factory=set)

    def deck(self) -> ParsedDeck:
        # All that is known of decks and note types stands at the top of the files, and is wanted first.
        parsed = {name: self._own(name) for name in self.own}
        header = self._header([deck.header for deck in parsed.values()])
        decks = FoundDecks(header)
        for name, deck in sorted(parsed.items(), key=lambda item: len(item[1].header.path)):
            decks.place_of(deck.header)
            for shape in deck.note_types:
                self._add_type(name, shape)
        whole = any(deck.whole_guids for deck in parsed.values())
        rows = self._rows(decks, header, whole=whole)
        media = iter(self.archive.media())
        types = tuple(self.shapes.values())
        return ParsedDeck(
            header, rows, note_types=types, decks=decks.headers, media=media, whole_guids=whole, remarks=self.remarks
        )

    def _own(self, name: str) -> ParsedDeck:
        try:
            return markdown_deck.read(Source(name, content=self.archive.read(name, LARGEST)), self.options)
        except UnreadableFile as error:
            told = N_("%(name)s, line %(line)s: %(fault)s")
            raise UnreadableFile(told, name=name, line=error.line or 1, fault=error.message % error.places) from None

    def _header(self, headers: list[DeckHeader]) -> DeckHeader:
        """The deck that all others lie in, if one of them does; else one with the folder's name."""
        if headers and len(headers) == len(self.names):
            top = min(headers, key=lambda header: len(header.path))
            if all(header.path[: len(top.path)] == top.path for header in headers):
                return top
        words = language_of("".join(_beginning(self.archive, name) for name in self.names[:20]))
        languages = self.options.languages or (words, words)
        return DeckHeader(path_of(self.options.deck_name or self.stem or "Deck"), language=languages[0])

    def _rows(self, decks: FoundDecks, header: DeckHeader, *, whole: bool) -> Rows:
        for name in self.names:
            cards = 0
            for row in self._rows_of(name, decks, header, whole=whole):
                cards += isinstance(row, ParsedNote)
                yield row
            if not cards and len(self.remarks) < MOST_REMARKS:
                self.remarks.append(Remark(N_("There are no cards in %(name)s."), {"name": name}))

    def _rows_of(self, name: str, decks: FoundDecks, header: DeckHeader, *, whole: bool) -> Rows:
        if name in self.own:
            return self._own_rows(name, decks, whole=whole)
        text, _ = decode(self.archive.read(name, LARGEST), None)
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        folders = name.split("/")[:-1]
        if folders and folders[0] == self.stem:
            # What unpacks into a folder of its own name.
            folders = folders[1:]
        title = hashcards.name_of(text[:4_000]) or PurePosixPath(name).stem
        language = language_of(text)
        languages = self.options.languages or (language, language)
        path = (*header.path, *(part for folder in (*folders, title) for part in path_of(folder)))
        file = MarkdownFile(name, text, self.options, decks, path, languages, self.guids)
        read_notes: Callable[[MarkdownFile], Rows] = hashcards.notes if hashcards.looks_like(text) else obsidian.notes
        return iter(()) if name.lower() in ABOUT_FOLDERS and not obsidian.looks_like(text) else read_notes(file)

    def _own_rows(self, name: str, decks: FoundDecks, *, whole: bool) -> Rows:
        """The notes of a file in Cardlet's format. `whole`: in the folder ids are whole, so those that hold inside this
        file's deck get its own before them."""
        parsed = self._own(name)
        begin = f"{parsed.header.guid}/" if whole and not parsed.whole_guids and parsed.header.guid else ""
        place = decks.place(parsed.header.path)
        for row in parsed.rows:
            if isinstance(row, ParsedNote):
                row.deck = place
                row.guid = begin + row.guid if row.guid else None
                row.fields = tuple(map(with_plain_names, row.fields)) if row.format == "markdown" else row.fields
                row.tags = tuple(dict.fromkeys((*row.tags, *self.options.tags)))
                row.shape = self.renamed.get((name, row.shape.name), row.shape) if row.shape else None
            yield row

    def _add_type(self, file: str, shape: Shape) -> None:
        known = self.shapes.setdefault(shape.name, shape)
        if known != shape:
            name = next(name for n in count(2) if (name := f"{shape.name} ({n})") not in self.shapes)
            self.shapes[name] = self.renamed[file, shape.name] = replace(shape, name=name)
