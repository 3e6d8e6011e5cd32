"""The room where decks come in: one reader a format, one neutral ParsedDeck, one writer for all."""

from app.importing.foreseeing import foresee
from app.importing.history import begin_import, finish_import, give_up, latest_imports, own_import, report_of
from app.importing.orders import Lent, Order, about_rows, carry_out
from app.importing.parsed import (
    BadRow,
    DeckHeader,
    Duplicates,
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
from app.importing.reading import READERS, begun, read_deck
from app.importing.saving import ImportReport, Wishes, import_deck, sweep_unfinished
from app.importing.slots import is_importing, take_slot
from app.importing.starters import publish_starter_decks
from app.importing.telling import Teller
from app.importing.undoing import UndoneImport, finish_undoing, undo_import, undone_halfway
from app.importing.uploads import (
    delete_uploaded,
    drop_upload,
    keep_upload,
    own_upload,
    release_uploads,
    store_upload,
    sweep_uploads,
)

__all__ = [
    "READERS",
    "BadRow",
    "DeckHeader",
    "DeckPreview",
    "Duplicates",
    "ImportReport",
    "Lent",
    "LostCard",
    "Order",
    "ParsedCard",
    "ParsedDeck",
    "ParsedFile",
    "ParsedNote",
    "ParsedReview",
    "Preset",
    "ReadingOptions",
    "Remark",
    "Source",
    "Teller",
    "UndoneImport",
    "Wishes",
    "about_rows",
    "begin_import",
    "begun",
    "carry_out",
    "delete_uploaded",
    "drop_upload",
    "finish_import",
    "finish_undoing",
    "foresee",
    "give_up",
    "import_deck",
    "is_importing",
    "keep_upload",
    "latest_imports",
    "own_import",
    "own_upload",
    "preview_deck",
    "publish_starter_decks",
    "read_deck",
    "release_uploads",
    "report_of",
    "store_upload",
    "sweep_unfinished",
    "sweep_uploads",
    "take_slot",
    "undo_import",
    "undone_halfway",
]
