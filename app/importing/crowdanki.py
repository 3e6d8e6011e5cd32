"""Reads decks as CrowdAnki keeps them: one `deck.json`, alone or in a zipped folder with its media. Format: the
add-on's README, and decks that are shared so."""

import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import PurePath

from app.errors import N_, UnreadableFile
from app.importing import json_text
from app.importing.found_decks import FoundDecks
from app.importing.json_text import Members
from app.importing.originals import OURS, restore, whole_guid
from app.importing.parsed import (
    LONGEST_READ,
    BadRow,
    DeckHeader,
    NoteKind,
    ParsedDeck,
    ParsedFile,
    ParsedNote,
    ReadingOptions,
    Source,
    path_of,
    tag_of,
)
from app.importing.table_layout import language_of
from app.importing.zipped import FOLDER, is_zip, open_zip
from app.rendering import CardTemplate, Shape, card_ordinals, has_cloze

LARGEST = 64 * 2**20
LONGEST_GUID, LONGEST_OWN, LONGEST_NAME = 64, 400, 100
MOST_FIELDS, MOST_TEMPLATES, LONGEST_TEMPLATE = 100, 100, 2**17
DEEPEST = 20
STOCK_SELECTORS = {".card", ".cloze", ".nightMode .cloze", ".nightMode.cloze", ".night_mode .cloze"}
SELECTOR = re.compile(r"([^{}]+)\{[^{}]*\}")
TOO_LONG = N_("a text is longer than %(longest)s characters")


def deck_in(names: Iterable[str]) -> str | None:
    """The file that is a deck: `deck.json`, or one called like its folder; the one that lies highest."""
    found = [name for name in names if _is_deck(name)]
    return min(found, key=lambda name: (name.count("/"), name), default=None)


def _is_deck(name: str) -> bool:
    *folders, last = name.split("/")
    return last == "deck.json" or (bool(folders) and last == f"{folders[-1]}.json")


def read(source: Source, options: ReadingOptions) -> ParsedDeck:
    """The deck with those inside it. Raises UnreadableFile."""
    with ExitStack() as closing:
        media: Iterator[ParsedFile] = iter(())
        if is_zip(source):
            archive = open_zip(source, closing, FOLDER)
            name = deck_in(archive.entries)
            if name is None:
                raise UnreadableFile(N_("The archive holds no deck.json."))
            content, media = archive.read(name, LARGEST), iter(archive.media())
        else:
            if source.size > LARGEST:
                raise UnreadableFile(N_("“%(name)s” is larger than %(most)s MB."), name=source.name, most=LARGEST >> 20)
            content = source.read()
        top = Members(json_text.parsed(content))
        if top.text("__type__") != "Deck" and not top.items("notes") and not top.items("children"):
            raise UnreadableFile(N_("This JSON is not a deck of CrowdAnki."))
        deck = _deck(top, source, options)
        deck.media, deck.closing = media, closing.pop_all()
        return deck


def _deck(top: Members, source: Source, options: ReadingOptions) -> ParsedDeck:
    stem = PurePath(source.name).stem
    given = options.given_name(stem)
    types = _types(top)
    lists = [note.get("fields") for note in top.items("notes")[:50] if isinstance(note, dict)]
    fields = [part for found in lists if isinstance(found, list) for part in found if isinstance(part, str)]
    said = language_of(re.sub(r"<[^>]*>", "", " ".join(fields)))
    languages = options.languages or (said, said)
    header = DeckHeader(
        path_of(given or top.text("name") or options.deck_name or stem),
        language=languages[0],
        description=re.sub(r"<[^>]*>", "", top.text("desc"))[:2_000],
    )
    reading = _Reading(types, FoundDecks(header), languages, options.tags, options.languages is not None)
    # Every deck is there before its notes are, and a tree that goes too deep is refused at once.
    parts = list(_parts(top, header.path))
    rows = (row for deck, path in parts for row in reading.rows(deck, path))
    shapes = tuple(type.shape for type in types.values() if type.shape is not None)
    total = sum(len(deck.items("notes")) for deck, _ in parts)
    return ParsedDeck(header, rows, note_types=shapes, decks=reading.decks.headers, whole_guids=True, total=total)


def _types(top: Members) -> "dict[str, _NoteType]":
    """The note types by their ids; of two with one name, the second has another here."""
    found: dict[str, _NoteType] = {}
    names: set[str] = set()
    for model in top.objects("note_models"):
        type = _NoteType.of(model)
        if type.shape is not None and type.shape.name in names:
            type = replace(type, shape=replace(type.shape, name=f"{type.shape.name} ({len(names) + 1})"))
        names.add(type.shape.name if type.shape is not None else "")
        found[model.text("crowdanki_uuid")] = type
    return found


def _parts(deck: Members, path: tuple[str, ...]) -> Iterator[tuple[Members, tuple[str, ...]]]:
    yield deck, path
    if len(path) > DEEPEST:
        raise UnreadableFile(N_("The decks of this file lie too deep inside each other."))
    for child in deck.objects("children"):
        yield from _parts(child, (*path, *path_of(child.text("name") or "Deck")))


@dataclass(slots=True)
class _Reading:
    """A deck on its way to notes. Rows have no lines in JSON: they are counted."""

    types: dict[str, "_NoteType"]
    decks: FoundDecks
    languages: tuple[str, str]
    tags: tuple[str, ...]
    chosen: bool
    """Whether the learner has said the languages."""
    count: int = 0

    def rows(self, deck: Members, path: tuple[str, ...]) -> Iterator[ParsedNote | BadRow]:
        place = self.decks.place(path)
        for value in deck.items("notes"):
            self.count += 1
            try:
                yield self._row(Members(value, self.count), place)
            except UnreadableFile as error:
                yield BadRow(self.count, error.message, error.places)

    def _row(self, note: Members, place: int) -> ParsedNote | BadRow:
        type = self.types.get(note.text("note_model_uuid"))
        if type is None:
            return BadRow(self.count, N_("the note type of this note is missing"))
        fields = note.texts("fields")[: len(type.field_names)]
        fields += ("",) * (len(type.field_names) - len(fields))
        if max(map(len, fields)) > LONGEST_READ:
            return BadRow(self.count, TOO_LONG, {"longest": LONGEST_READ})
        kind = type.kind
        if kind == "cloze" and not has_cloze(fields[0]):
            return BadRow(self.count, N_("a cloze note that hides nothing; write {{c1::hidden}}"))
        languages = (self.languages[0], *(self.languages[1],) * (len(fields) - 1))
        tags = tuple(dict.fromkeys((*self.tags, *map(tag_of, note.texts("tags")))))
        guid = note.text("guid").strip()
        parsed = ParsedNote(self.count, kind, fields, languages, format="html", tags=tags, shape=type.shape, deck=place)
        longest = LONGEST_OWN if guid.startswith(OURS) else LONGEST_GUID
        parsed.guid = whole_guid(guid) if 0 < len(guid) <= longest else None
        restore(parsed, note.text("data"), languages_chosen=self.chosen)
        if not fields[0].strip() and kind != "custom":
            return BadRow(self.count, N_("the question is empty"))
        if not card_ordinals(parsed.content):
            return BadRow(self.count, N_("a note without a card: the fields its questions show are empty"))
        return parsed


@dataclass(frozen=True, slots=True)
class _NoteType:
    """A note type of the file; `shape`: None where one of ours does the same."""

    kind: NoteKind
    field_names: tuple[str, ...]
    shape: Shape | None

    @classmethod
    def of(cls, type: Members) -> "_NoteType":
        names = tuple(one.text("name")[:LONGEST_NAME] for one in _by_ordinal(type.objects("flds")))
        templates = tuple(
            CardTemplate(one.text("name")[:LONGEST_NAME] or "Card", one.text("qfmt"), one.text("afmt"))
            for one in _by_ordinal(type.objects("tmpls"))
        )
        name, css = type.text("name")[:LONGEST_NAME] or "Note type", type.text("css")
        longest = max([len(css), *(max(len(one.front), len(one.back)) for one in templates)])
        if not 0 < len(names) <= MOST_FIELDS or not 0 < len(templates) <= MOST_TEMPLATES or longest > LONGEST_TEMPLATE:
            words = N_("The note type “%(name)s” has no fields or no cards, or is far too large.")
            raise UnreadableFile(words, name=name)
        kind = _built_in(names, templates) if _is_plain(css) else None
        return cls(kind or "custom", names, None if kind else Shape(name, names, templates, css))


def _by_ordinal(parts: list[Members]) -> list[Members]:
    return sorted(parts, key=lambda part: part.whole("ord"))


def _is_plain(css: str) -> bool:
    """Whether a style is no more than what Anki gives every note type."""
    selectors = {" ".join(found.split()) for found in SELECTOR.findall(re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL))}
    return selectors <= STOCK_SELECTORS


def _built_in(names: tuple[str, ...], templates: tuple[CardTemplate, ...]) -> NoteKind | None:
    """The kind of ours that makes the same cards."""
    if len(names) != 2:
        return None
    first, second = ("{{%s}}" % name for name in names)  # noqa: UP031 - braces within braces are harder to read
    sides = [(_tight(one.front), _tight(one.back)) for one in templates]
    there, back = (first, _answer(first, second)), (second, _answer(second, first))
    typed = "{{type:" + names[1] + "}}"
    cloze = "{{cloze:" + names[0] + "}}"
    stock: list[tuple[NoteKind, list[list[tuple[str, str]]]]] = [
        ("basic", [[there]]),
        ("reversed", [[there, back]]),
        ("typed", [[(first + typed, first + "<hrid=answer>" + typed)], [(first + typed, _answer(first, typed))]]),
        ("cloze", [[(cloze, cloze + "<br>" + second)]]),
    ]
    wanted = [(kind, [_tight_pair(pair) for pair in pairs]) for kind, forms in stock for pairs in forms]
    return next((kind for kind, pairs in wanted if pairs == sides), None)


def _answer(question: str, answer: str) -> str:
    return "{{FrontSide}}<hrid=answer>" + answer


def _tight(text: str) -> str:
    return re.sub(r"\s+", "", text).replace('"', "").replace("/>", ">")


def _tight_pair(pair: tuple[str, str]) -> tuple[str, str]:
    return _tight(pair[0]), _tight(pair[1])
