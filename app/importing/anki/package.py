"""What an Anki package holds: which of its databases is the real one, and how it is packed."""

import errno
import shutil
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from app.errors import N_, Refused, UnreadableFile
from app.importing.anki.packing import unpacked
from app.importing.anki.protobuf import fields_of, number
from app.importing.bounded import CHUNK
from app.importing.parsed import Source
from app.importing.zipped import COLLECTION, Archive, open_zip

META, LARGEST_META = "meta", 1_000
LEGACY, SECOND, LATEST = "collection.anki2", "collection.anki21", "collection.anki21b"
DATABASES = {1: LEGACY, 2: SECOND, 3: LATEST}
LIMITS = replace(
    COLLECTION,
    flat=True,
    no_archive=N_("this is no Anki package, or it is cut off: it does not end as a zip archive does"),
)
NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
SQLITE = b"SQLite format 3\0"


@dataclass(frozen=True)
class Package:
    """An opened package. `packed`: its parts are zstd frames, as the newest Anki writes them."""

    archive: Archive
    database: str
    packed: bool

    def unpack(self, path: Path) -> None:
        """Writes the database to a file. Raises UnreadableFile, and Refused if there is no room for it."""
        stream = self.archive.open(self.database)
        with unpacked(stream, LIMITS.largest, self.database) if self.packed else stream as content:
            beginning = content.read(len(SQLITE))
            if beginning != SQLITE:
                raise UnreadableFile(N_("the collection inside this package is no SQLite database"))
            try:
                with path.open("wb") as file:
                    file.write(beginning)
                    shutil.copyfileobj(content, file, CHUNK)
            except OSError as error:
                if error.errno in NO_ROOM:
                    raise Refused(N_("There is no room left for this file on the server."), field="file") from error
                raise


def open_package(source: Source, closing: ExitStack) -> Package:
    """A package's archive, checked, with the database that counts; `closing` closes it. Raises UnreadableFile."""
    archive = open_zip(source, closing, LIMITS)
    database = _database(archive)
    return Package(archive, database, packed=database == LATEST)


def _database(archive: Archive) -> str:
    """Newer packages hold an old database too, with one note that asks to update Anki: that one never counts."""
    if META in archive:
        with archive.open(META) as stream:
            version = number(fields_of(stream.read(LARGEST_META)), 1)
        if version not in DATABASES:
            raise UnreadableFile(
                N_("this package comes from a newer Anki than Cardlet knows (format %(format)s)"), format=version
            )
        named = DATABASES[version]
        if named not in archive:
            raise UnreadableFile(N_("the package holds no collection: “%(name)s” is missing"), name=named)
        if named != LEGACY:
            return named
    for name in (LATEST, SECOND, LEGACY):
        if name in archive:
            return name
    raise UnreadableFile(N_("this is no Anki package: it holds no collection"))
