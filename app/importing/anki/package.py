"""What an Anki package holds: which of its databases is the real one, and how it is packed."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from app.errors import N_, UnreadableFile
from app.importing.anki.archive import Archive
from app.importing.anki.packing import BOMB, CHUNK, counted, unpacked
from app.importing.anki.protobuf import fields_of, number
from app.importing.parsed import Source

META, LARGEST_META = "meta", 1_000
LEGACY, SECOND, LATEST = "collection.anki2", "collection.anki21", "collection.anki21b"
DATABASES = {1: LEGACY, 2: SECOND, 3: LATEST}
LARGEST_DATABASE = 4 * 2**30
SQLITE = b"SQLite format 3\0"


@dataclass(frozen=True)
class Package:
    """An opened package. `packed`: its parts are zstd frames, as the newest Anki writes them."""

    archive: Archive
    database: str
    packed: bool

    def unpack(self, path: Path) -> None:
        """Writes the database to a file. Raises UnreadableFile."""
        if self.archive.size(self.database) > LARGEST_DATABASE:
            raise UnreadableFile(BOMB)
        stream = self.archive.open(self.database)
        with unpacked(stream, LARGEST_DATABASE) if self.packed else counted(stream, LARGEST_DATABASE) as content:
            beginning = content.read(len(SQLITE))
            if beginning != SQLITE:
                raise UnreadableFile(N_("the collection inside this package is no SQLite database"))
            with path.open("wb") as file:
                file.write(beginning)
                shutil.copyfileobj(content, file, CHUNK)


def open_package(source: Source) -> Package:
    """A package's archive, checked, with the database that counts. Raises UnreadableFile. Close its archive."""
    file = source.open()
    try:
        archive = Archive(file)
        database = _database(archive)
    except BaseException:
        file.close()
        raise
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
