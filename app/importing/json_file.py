"""Reads Cardlet JSON: docs/cardlet-json.md. Decks, note types and settings come first; then a note is in memory at a
time."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import IO, Any, cast

from app.errors import N_, UnreadableFile
from app.importing import json_text
from app.importing.followed import Chosen, Fitted
from app.importing.json_progress import chosen_of, fitted_of, followed_of, memory_of, reviews_of
from app.importing.json_text import Members
from app.importing.parsed import (
    LONGEST_READ,
    BadRow,
    DeckHeader,
    LostCard,
    NoteKind,
    OwnWording,
    ParsedCard,
    ParsedDeck,
    ParsedNote,
    Preset,
    ReadingOptions,
    Remark,
    Source,
    TextFormat,
)
from app.importing.zipped import COLLECTION, Archive, open_zip
from app.rendering import CardTemplate, Shape
from app.scheduling import DEFAULT_SETTINGS, Settings

LINES = "cardlet.jsonl"
VERSION = 1
LONGEST_LINE = 2**24
KINDS = {"basic", "reversed", "typed", "cloze"}
CUT_OFF = N_("The file ends too early: a part of it is missing.")
TOO_LONG = N_("a text is longer than %(longest)s characters")
LONGEST_GUID, LONGEST_NAME, MOST_FIELDS, MOST_DECKS = 300, 150, 100, 20_000
COLUMNS = ("id", "kind", "day", "hour", "at_ms", "grade", "took_ms", "undone_at_ms", "state", "deck")
Row = ParsedNote | BadRow | LostCard


def read(source: Source, options: ReadingOptions) -> ParsedDeck:
    """All that is in the file. Raises UnreadableFile with the line, also while the rows are walked: a file that is cut
    off says so at its end."""
    with ExitStack() as closing:
        archive = open_zip(source, closing, COLLECTION)
        if LINES not in archive:
            raise UnreadableFile(N_("The archive holds no %(name)s."), name=LINES)
        reading = _Reading(closing.enter_context(archive.open(LINES)), options)
        reading.begin()
        deck = _deck(reading, archive)
        deck.closing = closing.pop_all()
        return deck


def _deck(reading: "_Reading", archive: Archive) -> ParsedDeck:
    if not reading.decks:
        raise UnreadableFile(N_("There is no deck in this file."))
    return ParsedDeck(
        reading.decks[0],
        reading.rows(),
        note_types=tuple(reading.shapes),
        decks=reading.decks,
        media=iter(archive.media()),
        presets=tuple(reading.presets) if reading.options.with_schedule else (),
        whole_guids=True,
        total=reading.total,
        remarks=reading.remarks,
    )


@dataclass
class _Reading:
    """The file as far as it has been read."""

    file: IO[bytes]
    options: ReadingOptions
    number: int = 0
    total: int | None = None
    columns: tuple[str, ...] = COLUMNS
    decks: list[DeckHeader] = field(default_factory=list)
    shapes: list[Shape] = field(default_factory=list)
    everything: bool = False
    parameters: dict[int, Fitted] = field(default_factory=dict)
    settings: dict[int, Settings] = field(default_factory=dict)
    choices: dict[int | None, list[Chosen]] = field(default_factory=dict)
    """The scheduler versions, by the places of their decks."""
    presets: list[Preset] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    first: tuple[str, Members] | None = None

    def begin(self) -> None:
        """Up to the first note: what the file is, and its decks, note types and settings."""
        name, header = self._next()
        if name != "cardlet":
            raise UnreadableFile(N_("This is not a file of Cardlet."), line=1)
        if header.whole("version") > VERSION:
            raise UnreadableFile(N_("This file was written by a newer Cardlet. Update this one first."))
        self.total = header.whole_or_none("notes")
        self.columns = header.texts("reviews") or COLUMNS
        self.everything = header.yes("everything")
        takers: dict[str, Callable[[Members], None]] = {
            "deck": self._take_deck,
            "note_type": self._take_type,
            "parameter_set": self._take_parameters,
            "scheduler_version": self._take_settings,
            "follow": self._take_follow,
        }
        while self.first is None:
            name, value = self._next()
            if name in {"note", "lost_card", "end"}:
                self.first = name, value
            elif name in takers:
                takers[name](value)

    def rows(self) -> Iterator[Row]:
        """The notes and lost cards, and at the end whether all of them came."""
        name, value = self.first or self._next()
        notes = 0
        while name != "end":
            if name == "note":
                notes += 1
                yield self._checked(value)
            elif name == "lost_card" and self.options.with_schedule:
                yield from self._lost(value)
            name, value = self._next()
        if value.whole("notes") != notes:
            words = N_("The file says it holds %(said)s notes, and %(found)s came.")
            self.remarks.append(Remark(words, {"said": value.whole("notes"), "found": notes}))

    def _next(self) -> tuple[str, Members]:
        """The next line: what it is, and its members."""
        line = self.file.readline(LONGEST_LINE + 1)
        self.number += 1
        if len(line) > LONGEST_LINE:
            too_long = N_("a line is longer than %(longest)s characters")
            raise UnreadableFile(too_long, line=self.number, longest=LONGEST_LINE)
        if not line:
            raise UnreadableFile(CUT_OFF, line=self.number)
        value = json_text.parsed(line, self.number)
        if not isinstance(value, dict) or len(value) != 1:
            raise UnreadableFile(json_text.NO_JSON, line=self.number)
        ((name, members),) = value.items()
        return name, Members(members, self.number)

    def _take_deck(self, deck: Members) -> None:
        parent = deck.whole_or_none("parent")
        above = self.decks[self._place(parent)].path if parent is not None else deck.texts("above")
        if len(self.decks) == MOST_DECKS or len(above) > 50:
            raise UnreadableFile(N_("The decks of this file lie too deep inside each other."), line=self.number)
        name = deck.text("name")[:LONGEST_NAME] or "Deck"
        header = DeckHeader(
            (*above, name),
            guid=deck.text("guid") or None,
            language=deck.text("language", "en"),
            description=deck.text("description"),
            license=deck.text("license"),
            of_server=deck.text("owner") == "server",
        )
        self.decks.append(header)

    def _take_type(self, type: Members) -> None:
        templates = tuple(
            CardTemplate(one.text("name"), one.text("front"), one.text("back")) for one in type.objects("templates")
        )
        names = type.texts("fields")
        if not 0 < len(names) <= MOST_FIELDS or not 0 < len(templates) <= MOST_FIELDS:
            words = N_("The note type “%(name)s” has no fields or no cards, or is far too large.")
            raise UnreadableFile(words, line=self.number, name=type.text("name")[:100])
        self.shapes.append(Shape(type.text("name")[:100], names, templates, type.text("css")))

    def _take_parameters(self, fitted: Members) -> None:
        found = fitted_of(fitted)
        if found is not None:
            self.parameters[fitted.whole("id")] = found

    def _take_settings(self, version: Members) -> None:
        chosen = chosen_of(version, self.parameters)
        if chosen is not None:
            self.settings[chosen.number] = chosen.settings
            self.choices.setdefault(version.whole_or_none("deck"), []).append(chosen)

    def _take_follow(self, follow: Members) -> None:
        version, deck = follow.whole_or_none("scheduler_version"), self._place(follow.whole("deck"))
        root = follow.whole_or_none("root")
        self.presets.append(
            Preset(
                deck=deck,
                new_per_day=max(follow.whole("new_per_day", 20), 0),
                reviews_per_day=follow.whole_or_none("reviews_per_day"),
                settings=DEFAULT_SETTINGS if version is None else self.settings.get(version, DEFAULT_SETTINGS),
                followed=followed_of(follow, root, self.choices.get(deck, [])) if self.everything else None,
            )
        )

    def _place(self, place: int | None) -> int:
        if place is None or not 0 <= place < len(self.decks):
            raise UnreadableFile(N_("a deck that is not in the file"), line=self.number)
        return place

    def _checked(self, value: Members) -> ParsedNote | BadRow:
        """The note, or why it is none: one that is broken costs the others nothing."""
        try:
            return self._note(value)
        except UnreadableFile as error:
            return BadRow(self.number, error.message, error.places)

    def _note(self, value: Members) -> ParsedNote | BadRow:
        kind, shape = self._type(value.value.get("type"))
        fields, languages = value.texts("fields"), value.texts("field_languages")
        wanted = 2 if shape is None else len(shape.field_names)
        if len(fields) != wanted or len(languages) != wanted:
            places: dict[str, object] = {"width": wanted, "found": len(fields)}
            return BadRow(self.number, N_("expected %(width)s fields, found %(found)s"), places)
        if max(map(len, fields)) > LONGEST_READ:
            return BadRow(self.number, TOO_LONG, {"longest": LONGEST_READ})
        format: TextFormat = "html" if value.text("format") == "html" else "markdown"
        note = ParsedNote(self.number, kind, fields, languages, value.text("guid")[:LONGEST_GUID] or None, format)
        note.tags = tuple(dict.fromkeys((*value.texts("tags"), *self.options.tags)))
        note.source, note.quote, note.shape = value.text("source"), value.text("quote"), shape
        note.added_ms = value.whole_or_none("created_at_ms")
        cards = [self._card(card) for card in value.objects("cards")]
        if not cards:
            return BadRow(self.number, N_("a note without a card: the fields its questions show are empty"))
        note.cards, note.deck = cards, cards[0].deck
        if self.options.with_schedule and value.value.get("own") is not None:
            self._take_own(note, Members(value.value["own"], self.number))
        return note

    def _take_own(self, note: ParsedNote, own: Members) -> None:
        """The learner's own wording stays beside the words of a starter deck; of what is the learner's from now on it
        is the text."""
        fields, seen = own.texts("fields"), own.texts("seen_fields")
        if len(fields) != len(note.fields) or max(map(len, fields)) > LONGEST_READ:
            return
        if self.decks[note.deck].of_server:
            note.own = OwnWording(fields, seen, note.format)
        else:
            note.fields = fields

    def _type(self, type: Any) -> tuple[NoteKind, Shape | None]:
        if isinstance(type, str) and type in KINDS:
            return cast(NoteKind, type), None
        if isinstance(type, int) and not isinstance(type, bool) and 0 <= type < len(self.shapes):
            return "custom", self.shapes[type]
        raise UnreadableFile(N_("the note type of this note is missing"), line=self.number)

    def _card(self, value: Members) -> ParsedCard:
        card = ParsedCard(value.whole("ordinal"), self._place(value.whole("deck")), value.whole_or_none("position"))
        card.retired, card.taken_over = value.yes("retired"), False
        if not self.options.with_schedule:
            return card
        if value.value.get("memory") is not None:
            memory = Members(value.value["memory"], self.number)
            card.state, version = memory_of(memory), memory.whole_or_none("scheduler_version")
            card.folded_by = DEFAULT_SETTINGS if version is None else self.settings.get(version)
        if value.value.get("mark") is not None:
            mark = Members(value.value["mark"], self.number)
            card.suspended, card.buried_until = mark.yes("suspended"), mark.whole_or_none("buried_until")
            card.flag = mark.whole("flag") if 0 <= mark.whole("flag") <= 7 else 0
        card.reviews = reviews_of(value, self.columns)
        return card

    def _lost(self, value: Members) -> Iterator[Row]:
        try:
            reviews = reviews_of(value, self.columns)
        except UnreadableFile as error:
            yield BadRow(self.number, error.message, error.places)
            return
        if reviews:
            yield LostCard(reviews)
