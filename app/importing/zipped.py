"""Opens archives that strangers send: what an archive says of itself is checked before it is believed, and what could
hurt is refused before anything of it is unpacked."""

import stat
import struct
import zipfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePosixPath
from typing import IO
from unicodedata import category, normalize

from app.errors import N_, UnreadableFile
from app.importing.bounded import BOMB, FREE, RATIO, counted, damaged, own_fault, shown
from app.importing.parsed import ParsedFile, Source

MOST_ENTRIES = 20_000
"""Pictures and sounds and all. A directory of more is refused before it is read."""
LARGEST_DIRECTORY = 16 * 2**20
END, END_SIZE, LONGEST_COMMENT = b"PK\x05\x06", 22, 2**16
LOCATOR, LOCATOR_SIZE = b"PK\x06\x07", 20
END64, END64_SIZE = b"PK\x06\x06", 56
ENCRYPTED, LOCAL_HEADER = 0x1, 30
NO_ARCHIVE = N_("This is not a zip archive, or a part of it is missing.")
TOO_LARGE = N_("“%(name)s” is larger than %(most)s MB.")
IGNORED = {"__MACOSX", ".DS_Store", "Thumbs.db"}
MEDIA = {
    *(".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".svg", ".bmp", ".ico"),
    *(".mp3", ".ogg", ".oga", ".opus", ".wav", ".m4a", ".flac", ".aac", ".3gp", ".mp4", ".webm"),
}


@dataclass(frozen=True)
class Limits:
    """What an archive of a kind may hold. `largest` and `in_all`: bytes, of one file and of all, as they unpack;
    `flat`: no file lies in a folder; `no_archive`: the sentence for what is no archive at all."""

    largest: int
    in_all: int
    flat: bool = False
    no_archive: str = NO_ARCHIVE


FOLDER = Limits(100 * 2**20, 2**30)
"""Texts that people write, with their pictures."""
COLLECTION = Limits(4 * 2**30, 8 * 2**30)
"""All that somebody has, written by a program."""


class Archive:
    """An archive that has been looked through. Its files by their names, without folders and what systems add."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file
        entries = [entry for entry in file.infolist() if not entry.is_dir()]
        self.entries = {entry.filename: entry for entry in entries if not IGNORED & set(entry.filename.split("/"))}

    def __contains__(self, name: object) -> bool:
        return name in self.entries

    def size(self, name: str) -> int:
        """What a file is said to unpack to, in bytes."""
        return self.entries[name].file_size

    def open(self, name: str) -> IO[bytes]:
        """A file's bytes, unpacked piece by piece, at most as many as it is said to have. Raises UnreadableFile, also
        while reading."""
        entry = self.entries[name]
        try:
            return counted(self._file.open(entry), entry.file_size, name)
        # zipfile has half a dozen classes for a password, an unknown packing, and places that lie outside the file.
        except Exception as error:
            raise damaged(error, name) from error

    def read(self, name: str, most: int) -> bytes:
        """All of a file of at most so many bytes. Raises UnreadableFile for a larger one."""
        if self.size(name) > most:
            raise UnreadableFile(TOO_LARGE, name=shown(name), most=most // 2**20)
        with self.open(name) as file:
            return file.read()

    def media(self) -> list[ParsedFile]:
        """The pictures and sounds, by their plain names; of two with one name, the first."""
        found: dict[str, str] = {}
        for path in self.entries:
            name = plain_name(path)
            if name is not None and PurePosixPath(name).suffix.lower() in MEDIA:
                found.setdefault(name, path)
        return [ParsedFile(name, self._opener(path)) for name, path in found.items()]

    def _opener(self, path: str) -> Callable[[], IO[bytes]]:
        return lambda: self.open(path)


def is_zip(source: Source) -> bool:
    """Whether a file begins as an archive does."""
    with source.open() as file:
        return file.read(4) in {b"PK\x03\x04", END}


def open_zip(source: Source, closing: ExitStack, limits: Limits) -> Archive:
    """The archive in a file; `closing` closes it. Raises UnreadableFile for what is none, or not safe to unpack."""
    file = closing.enter_context(source.open())
    count = _entry_count(file, limits)
    try:
        archive = closing.enter_context(zipfile.ZipFile(file))
    # What zipfile lets through for a directory that is cut off or lies about its places: a dozen classes.
    except Exception as error:
        raise own_fault(error) or UnreadableFile(limits.no_archive) from error
    entries = archive.infolist()
    if len(entries) != count:
        raise UnreadableFile(N_("the archive's directory lies about how many entries it has"))
    _check(entries, limits, source.size)
    return Archive(archive)


def plain_name(path: str) -> str | None:
    """A file's name without its folders, composed; None for one that could not be a file's."""
    name = normalize("NFC", path.rsplit("/", 1)[-1]).strip()
    odd = not name or name.startswith(".") or any(category(character).startswith("C") for character in name)
    return None if odd or len(name.encode()) > 120 else name


def _entry_count(file: IO[bytes], limits: Limits) -> int:
    """How many entries the end of the archive promises. Refused if those are too many to read: a list of millions
    would be in memory before it could be counted."""
    size = file.seek(0, 2)
    file.seek(max(0, size - END_SIZE - LONGEST_COMMENT))
    tail = file.read(END_SIZE + LONGEST_COMMENT)
    at = tail.rfind(END)
    if at < 0 or len(tail) - at < END_SIZE:
        raise UnreadableFile(limits.no_archive)
    count, directory = struct.unpack("<10xHI", tail[at : at + 16])
    locator = tail[at - LOCATOR_SIZE : at] if at >= LOCATOR_SIZE else b""
    if locator.startswith(LOCATOR):
        (offset,) = struct.unpack("<8xQ4x", locator)
        file.seek(min(offset, size))
        record = file.read(END64_SIZE)
        if not record.startswith(END64) or len(record) < END64_SIZE:
            raise UnreadableFile(limits.no_archive)
        count, directory = struct.unpack("<32xQQ8x", record)
    if count > MOST_ENTRIES or directory > LARGEST_DIRECTORY:
        raise UnreadableFile(N_("The archive holds more than %(most)s files."), most=MOST_ENTRIES)
    file.seek(0)
    return int(count)


def _check(entries: Sequence[zipfile.ZipInfo], limits: Limits, size: int) -> None:
    """Raises UnreadableFile for a directory that no program writes which means well."""
    seen: set[str] = set()
    for entry in entries:
        _check_entry(entry, limits)
        name = entry.filename.casefold()
        if name in seen:
            raise UnreadableFile(N_("the archive has two entries called “%(name)s”"), name=shown(entry.filename))
        seen.add(name)
    total = sum(entry.file_size for entry in entries)
    if total > limits.in_all or total > max(FREE, RATIO * size):
        raise UnreadableFile(BOMB)
    places = sorted((entry.header_offset, entry.compress_size) for entry in entries)
    if any(offset + packed + LOCAL_HEADER > after for (offset, packed), (after, _) in pairwise(places)):
        raise UnreadableFile(N_("entries of the archive lie over each other; it looks like an archive bomb"))


def _check_entry(entry: zipfile.ZipInfo, limits: Limits) -> None:
    name = entry.filename
    if entry.flag_bits & ENCRYPTED:
        raise UnreadableFile(N_("the archive is encrypted; save it without a password"))
    if _points_elsewhere(entry, limits.flat) or stat.S_ISLNK(entry.external_attr >> 16):
        raise UnreadableFile(N_("the archive has an entry that points elsewhere: “%(name)s”"), name=shown(name))
    if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise UnreadableFile(N_("The archive is packed in a way that Cardlet does not know."))
    if entry.file_size > FREE + RATIO * entry.compress_size:
        raise UnreadableFile(BOMB)
    if entry.file_size > limits.largest:
        raise UnreadableFile(TOO_LARGE, name=shown(name), most=limits.largest // 2**20)


def _points_elsewhere(entry: zipfile.ZipInfo, flat: bool) -> bool:
    """Whether an entry's name is no name of a file in the archive. It is looked at as it was written: zipfile ends
    names at a NUL and turns the separators of other systems into slashes."""
    parts = entry.orig_filename.replace("\\", "/").split("/")
    if "\0" in entry.orig_filename or (flat and len(parts) > 1):
        return True
    return not parts[0] or ".." in parts or ":" in parts[0]
