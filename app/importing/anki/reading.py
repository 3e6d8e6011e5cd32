"""The reader of Anki packages: what the child process sends becomes notes, cards and answers."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

from app.errors import N_
from app.importing.anki.media import media_of
from app.importing.anki.package import open_package
from app.importing.anki.presets import presets_of
from app.importing.anki.process import Reading
from app.importing.anki.stock import stock_kind
from app.importing.block_log import BlockLog
from app.importing.log_blocks import LogBlock
from app.importing.originals import restore, whole_guid
from app.importing.parsed import (
    BadRow,
    DeckHeader,
    LostCard,
    NoteKind,
    ParsedCard,
    ParsedDeck,
    ParsedNote,
    ReadingOptions,
    Remark,
    Source,
    path_of,
)
from app.rendering import CardTemplate, Shape, is_cloze
from app.scheduling import MemoryState
from app.scratch import scratch_folder

LAST_MOMENT = 4_102_444_800_000
FORMAT_NAME = N_("Anki package")
COUNTED = {
    "in_minutes": N_("Cards in learning steps of minutes, which are due today: %(count)s."),
    "filtered": N_("Cards taken out of filtered decks and back to their own: %(count)s."),
    "marked": N_("Marked notes, whose cards have the seventh flag now: %(count)s."),
    "orphans": N_("Cards without a note, of which only the history counts: %(count)s."),
    "twice": N_("Cards left out because their note has the same card twice: %(count)s."),
    "impossible": N_("Answers left out because their moment cannot be: %(count)s."),
}
DIFFERENT = N_("Decks with options of their own, which take those of the deck above them: %(count)s.")
NOTE, BAD = 0, 1
LONGEST_TYPE_NAME = 150


@contextmanager
def begun(source: Source) -> Iterator[Callable[[ReadingOptions], ParsedDeck]]:
    """Begins to read a package of which nobody has said yet how; what it gives goes on when that is known. Both raise
    UnreadableFile."""
    with ExitStack() as opened:
        package = open_package(source, opened)
        folder = opened.enter_context(scratch_folder())
        path = folder / "collection"
        reading = Reading(path, folder)
        opened.callback(reading.close)
        package.unpack(path)
        reading.go()

        def go_on(options: ReadingOptions) -> ParsedDeck:
            how = {name: getattr(options, name) for name in ("time_zone", "day_starts_at", "with_schedule", "packed")}
            reading.ask(how)
            frames = reading.frames()
            deck = _deck(next(frames)[1], frames, options)
            deck.media = media_of(package.archive, packed=package.packed, remarks=deck.remarks)
            deck.closing = opened.pop_all()
            return deck

        yield go_on


def read(source: Source, options: ReadingOptions) -> ParsedDeck:
    """The collection in a package. Raises UnreadableFile, also while the rows are walked."""
    with begun(source) as go_on:
        return go_on(options)


def _deck(head: dict[str, Any], frames: Iterator[tuple[str, Any]], options: ReadingOptions) -> ParsedDeck:
    """The collection as its head describes it, with its rows to come."""
    language = options.languages[0] if options.languages else head["language"]
    decks = _headers(head["decks"], language, options)
    types = _types(head["types"], options)
    presets = presets_of(head["presets"]) if options.with_schedule else ()
    remarks: list[Remark] = []
    if presets and head["different"]:
        remarks.append(Remark(DIFFERENT, {"count": head["different"]}))
    return ParsedDeck(
        header=decks[0] if decks else DeckHeader(path_of(options.deck_name or "Default"), language=language),
        rows=_rows(frames, types, head["as_of"], options, remarks),
        note_types=tuple(each.shape for each in types if each.shape is not None),
        decks=decks,
        presets=presets,
        whole_guids=True,
        total=head["notes"],
        format_name=FORMAT_NAME,
        remarks=remarks,
    )


def _headers(
    decks: Sequence[tuple[tuple[str, ...], str, str]], language: str, options: ReadingOptions
) -> tuple[DeckHeader, ...]:
    """The file's decks. One that nobody has named gets the name of the file."""
    paths = [path for path, _, _ in decks]
    chosen = options.languages is not None
    if paths == [("Default",)] and options.deck_name:
        paths = [path_of(options.deck_name)]
    return tuple(
        DeckHeader(path, language=language if chosen else told or language, description=about)
        for path, (_, about, told) in zip(paths, decks, strict=True)
    )


@dataclass(frozen=True, slots=True)
class _Type:
    """A note type as its notes need it. `shift`: what makes one of Anki's ordinals one of ours, which count clozes
    by their numbers."""

    kind: NoteKind
    shape: Shape | None
    languages: tuple[str, ...]
    shift: int


def _types(sent: Sequence[dict[str, Any]], options: ReadingOptions) -> list[_Type]:
    """The note types in the order in which notes name them; no two of the author's own are called the same."""
    found: list[_Type] = []
    names: set[str] = set()
    for each in sent:
        languages = tuple(each["languages"])
        if options.languages:
            languages = (options.languages[0], *[options.languages[1]] * (len(languages) - 1))
        templates = tuple(CardTemplate(*template) for template in each["templates"])
        shape = Shape(each["name"].strip() or "Anki", tuple(each["fields"]), templates, each["css"])
        kind, shift = stock_kind(shape), int(is_cloze(shape))
        if kind is None:
            shape = replace(shape, name=_free_name(shape.name[:LONGEST_TYPE_NAME], names))
        found.append(_Type(kind or "custom", None if kind else shape, languages, shift))
    return found


def _free_name(name: str, taken: set[str]) -> str:
    free = next(each for number in count(1) if (each := name if number == 1 else f"{name} ({number})") not in taken)
    taken.add(free)
    return free


def _rows(
    frames: Iterator[tuple[str, Any]],
    types: Sequence[_Type],
    as_of: int,
    options: ReadingOptions,
    remarks: list[Remark],
) -> Iterator[ParsedNote | BadRow | LostCard]:
    for kind, content in frames:
        if kind == "end":
            remarks += [Remark(message, {"count": content[key]}) for key, message in COUNTED.items() if content[key]]
            return
        rows, block = content[0], LogBlock(*content[1])
        for row in rows:
            if row[0] == NOTE:
                yield _note(row, block, types, as_of, options)
            elif row[0] == BAD:
                yield BadRow(*row[1:])
            else:
                yield LostCard(BlockLog(block, 0, *row[1]))


def _note(
    row: tuple[Any, ...], block: LogBlock, types: Sequence[_Type], as_of: int, options: ReadingOptions
) -> ParsedNote:
    _, line, guid, place, fields, tags, note_id, cards, data = row
    kind, more_tags = types[place], options.tags
    shift = kind.shift
    told = []
    for ordinal, deck, position, state, suspended, buried, flag, span in cards:
        memory = None
        if state is not None:
            passes, interval, ease, lapses, last, due, stability, difficulty = state
            memory = MemoryState(passes, interval, ease, lapses, last, due, None, None, stability, difficulty)
        reviews = BlockLog(block, deck, *span)
        told.append(
            ParsedCard(ordinal + shift, deck, position, False, memory, True, as_of, suspended, buried, flag, reviews)
        )
    note = ParsedNote(
        line=line,
        kind=kind.kind,
        fields=fields,
        languages=kind.languages,
        guid=whole_guid(guid),
        format="html",
        tags=tuple(dict.fromkeys((*tags, *more_tags))) if more_tags else tags,
        shape=kind.shape,
        cards=told,
        deck=told[0].deck if told else 0,
        added_ms=note_id if 0 < note_id < LAST_MOMENT else None,
    )
    restore(note, data, languages_chosen=options.languages is not None)
    return note
