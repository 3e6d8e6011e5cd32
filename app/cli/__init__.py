"""DOOR: the same verbs in the terminal."""

from app.cli.database import database
from app.cli.decks import import_file, undo
from app.cli.doctor import doctor
from app.cli.exporting import export_file
from app.cli.group import cardlet
from app.cli.progress import progress
from app.cli.schedule import schedule
from app.cli.serve import serve
from app.cli.uploads import import_upload
from app.cli.users import user

__all__ = [
    "cardlet",
    "database",
    "doctor",
    "export_file",
    "import_file",
    "import_upload",
    "progress",
    "schedule",
    "serve",
    "undo",
    "user",
]
