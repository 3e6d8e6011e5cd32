"""A zip from a stranger, opened so that it cannot hurt: what it says of itself is checked before it is believed."""

import struct
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from app.errors import N_, UnreadableFile
from app.importing.anki.packing import BOMB, DAMAGED, FREE, RATIO, counted

MOST_ENTRIES = 20_000
"""Media and all. A directory of more is refused before it is read."""
LARGEST_DIRECTORY = 16 * 2**20
LARGEST_IN_ALL = 8 * 2**30
NO_ZIP = N_("this is no Anki package, or it is cut off: it does not end as a zip archive does")
END, END_SIZE, LONGEST_COMMENT = b"PK\x05\x06", 22, 2**16
LOCATOR, LOCATOR_SIZE = b"PK\x06\x07", 20
END64, END64_SIZE = b"PK\x06\x06", 56
ENCRYPTED, LINK = 0x1, 0xA
LOCAL_HEADER = 30


class Archive:
    """An opened and checked zip. Every stream it gives ends after at most as many bytes as the entry promises."""

    def __init__(self, file: IO[bytes]) -> None:
        count = _entry_count(file)
        try:
            self._zip = ZipFile(file)
            entries = self._zip.infolist()
        except Exception as error:  # zipfile lets a dozen classes through for a damaged directory
            raise UnreadableFile(NO_ZIP) from error
        if len(entries) != count:
            raise UnreadableFile(N_("the archive's directory lies about how many entries it has"))
        _check(entries)
        self._file = file
        self._entries = {entry.filename: entry for entry in entries}

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def size(self, name: str) -> int:
        """What the entry says it unpacks to, in bytes."""
        return self._entries[name].file_size

    def open(self, name: str) -> IO[bytes]:
        """The entry's bytes, unpacked piece by piece. Raises UnreadableFile, also while reading."""
        entry = self._entries[name]
        try:
            return counted(self._zip.open(entry), entry.file_size)
        # What zipfile raises for a password, an unknown packing, and places that lie outside the file.
        except (BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError) as error:
            raise UnreadableFile(DAMAGED) from error

    def close(self) -> None:
        self._zip.close()
        self._file.close()


def _entry_count(file: IO[bytes]) -> int:
    """How many entries the end record promises; refused if that is too many to read."""
    size = file.seek(0, 2)
    file.seek(max(0, size - END_SIZE - LONGEST_COMMENT))
    tail = file.read(END_SIZE + LONGEST_COMMENT)
    at = tail.rfind(END)
    if at < 0 or len(tail) - at < END_SIZE:
        raise UnreadableFile(NO_ZIP)
    count, directory = struct.unpack("<10xHI", tail[at : at + 16])
    locator = tail[at - LOCATOR_SIZE : at] if at >= LOCATOR_SIZE else b""
    if locator.startswith(LOCATOR):
        (offset,) = struct.unpack("<8xQ4x", locator)
        file.seek(min(offset, size))
        record = file.read(END64_SIZE)
        if not record.startswith(END64) or len(record) < END64_SIZE:
            raise UnreadableFile(NO_ZIP)
        count, directory = struct.unpack("<32xQQ8x", record)
    if count > MOST_ENTRIES or directory > LARGEST_DIRECTORY:
        raise UnreadableFile(
            N_("the archive has more than %(most)s entries, which is more than Cardlet takes"), most=MOST_ENTRIES
        )
    file.seek(0)
    return int(count)


def _check(entries: Iterable[ZipInfo]) -> None:
    """Raises UnreadableFile for a directory that no program writes which means well."""
    seen: set[str] = set()
    for entry in entries:
        if entry.filename in seen:
            raise UnreadableFile(N_("the archive has two entries called “%(name)s”"), name=shown(entry.filename))
        seen.add(entry.filename)
        _check_entry(entry)
    if sum(entry.file_size for entry in entries) > LARGEST_IN_ALL:
        raise UnreadableFile(BOMB)
    places = sorted((entry.header_offset, entry.compress_size) for entry in entries)
    if any(offset + size + LOCAL_HEADER > after for (offset, size), (after, _) in pairwise(places)):
        raise UnreadableFile(N_("entries of the archive lie over each other; it looks like an archive bomb"))


def _check_entry(entry: ZipInfo) -> None:
    name = entry.filename
    if entry.flag_bits & ENCRYPTED:
        raise UnreadableFile(N_("the archive is encrypted; save the package without a password"))
    # The name as it was written: zipfile ends names at a NUL and turns the separators of other systems into slashes.
    if "/" in name or "\\" in entry.orig_filename or "\0" in entry.orig_filename or entry.external_attr >> 28 == LINK:
        raise UnreadableFile(N_("the archive has an entry that points elsewhere: “%(name)s”"), name=shown(name))
    if entry.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
        raise UnreadableFile(N_("the archive is packed in a way that Anki does not use"))
    if entry.file_size > FREE + RATIO * entry.compress_size:
        raise UnreadableFile(BOMB)


def shown(name: str) -> str:
    """A strange name as a message can show it."""
    return "".join(c if c.isprintable() else "\ufffd" for c in name)[:80]
