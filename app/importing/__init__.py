"""The room where decks come in: one reader a format, one neutral ParsedDeck, one writer for all."""

from app.importing.outline import Draft, Outline, deck_of_drafts, read_outline
from app.importing.parsed import (
    BadRow,
    DeckHeader,
    LostCard,
    ParsedCard,
    ParsedDeck,
    ParsedFile,
    ParsedNote,
    ParsedReview,
    Preset,
    ReadingOptions,
    Remark,
    Source,
)
from app.importing.preview import DeckPreview, preview_deck
from app.importing.reading import READERS, read_deck
from app.importing.saving import Duplicates, ImportReport, Wishes, import_deck, sweep_unfinished
from app.importing.starters import publish_starter_decks
from app.importing.undoing import UndoneImport, finish_undoing, undo_import, undone_halfway
from app.importing.uploads import drop_upload, keep_upload, own_upload

__all__ = [
    "READERS",
    "BadRow",
    "DeckHeader",
    "DeckPreview",
    "Draft",
    "Duplicates",
    "ImportReport",
    "LostCard",
    "Outline",
    "ParsedCard",
    "ParsedDeck",
    "ParsedFile",
    "ParsedNote",
    "ParsedReview",
    "Preset",
    "ReadingOptions",
    "Remark",
    "Source",
    "UndoneImport",
    "Wishes",
    "deck_of_drafts",
    "drop_upload",
    "finish_undoing",
    "import_deck",
    "keep_upload",
    "own_upload",
    "preview_deck",
    "publish_starter_decks",
    "read_deck",
    "read_outline",
    "sweep_unfinished",
    "undo_import",
    "undone_halfway",
]
