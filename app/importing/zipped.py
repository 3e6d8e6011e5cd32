"""Opens archives that strangers send: what could hurt is refused before anything of it is unpacked."""

import stat
import struct
import zipfile
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import PurePosixPath
from typing import IO, cast
from unicodedata import category, normalize

from app.errors import N_, UnreadableFile
from app.importing.parsed import ParsedFile, Source

MOST_ENTRIES = 20_000
LARGEST_ENTRY, LARGEST_ALL = 100 * 2**20, 2**30
MOST_PACKED, FREE = 100, 64 * 2**20
"""How many times its own size an archive may unpack to, once it unpacks to more than FREE bytes."""
END, END_64 = b"PK\x05\x06", b"PK\x06\x07"
NO_ARCHIVE = N_("This is not a zip archive, or a part of it is missing.")
DAMAGED = N_("“%(name)s” in the archive is damaged.")
TOO_LARGE = N_("“%(name)s” is larger than %(most)s MB.")
IGNORED = {"__MACOSX", ".DS_Store", "Thumbs.db"}
MEDIA = {
    *(".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".svg", ".bmp", ".ico"),
    *(".mp3", ".ogg", ".oga", ".opus", ".wav", ".m4a", ".flac", ".aac", ".3gp", ".mp4", ".webm"),
}


class Archive:
    """An archive that has been looked through. Its files by their names, without folders and what systems add."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file
        entries = [entry for entry in file.infolist() if not entry.is_dir()]
        self.entries = {entry.filename: entry for entry in entries if not IGNORED & set(entry.filename.split("/"))}

    def open(self, name: str) -> IO[bytes]:
        """A file's bytes, unpacked piece by piece and counted."""
        entry = self.entries[name]
        try:
            return cast(IO[bytes], _Counted(self._file.open(entry), entry))
        # What zipfile raises for a password, an unknown packing, and places that lie outside the file.
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError):
            raise UnreadableFile(DAMAGED, name=name[:100]) from None

    def read(self, name: str, most: int) -> bytes:
        """All of a file of at most so many bytes. Raises UnreadableFile for a larger one."""
        if self.entries[name].file_size > most:
            raise UnreadableFile(TOO_LARGE, name=name[:100], most=most // 2**20)
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


def open_zip(source: Source, closing: ExitStack) -> Archive:
    """The archive in a file; `closing` closes it. Raises UnreadableFile for what is none, or not safe to unpack."""
    file = closing.enter_context(source.open())
    _refuse_many(file, source.size)
    try:
        archive = closing.enter_context(zipfile.ZipFile(file))
    # What zipfile lets through for a directory that is cut off or lies about its places.
    except (zipfile.BadZipFile, NotImplementedError, struct.error, ValueError, OSError, EOFError):
        raise UnreadableFile(NO_ARCHIVE) from None
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise UnreadableFile(N_("The archive holds more than %(most)s files."), most=MOST_ENTRIES)
    for entry in entries:
        _check(entry)
    names = [entry.filename.casefold() for entry in entries]
    if len(set(names)) < len(names):
        raise UnreadableFile(N_("Two files in the archive have the same name."))
    total = sum(entry.file_size for entry in entries)
    if total > LARGEST_ALL or (total > FREE and total > MOST_PACKED * max(source.size, 1)):
        raise UnreadableFile(N_("The archive unpacks to far more than its size; Cardlet does not unpack it."))
    return Archive(archive)


def plain_name(path: str) -> str | None:
    """A file's name without its folders, composed; None for one that could not be a file's."""
    name = normalize("NFC", path.rsplit("/", 1)[-1]).strip()
    odd = not name or name.startswith(".") or any(category(character).startswith("C") for character in name)
    return None if odd or len(name.encode()) > 120 else name


def _refuse_many(file: IO[bytes], size: int) -> None:
    """Looks at the count at the end of the archive: a list of millions would be in memory before it could be
    counted."""
    file.seek(max(size - 2**16 - 22, 0))
    tail = file.read()
    at = tail.rfind(END)
    if at < 0 or len(tail) < at + 22:
        raise UnreadableFile(NO_ARCHIVE)
    count, length = struct.unpack_from("<HI", tail, at + 10)
    # 46 bytes is the least that one of them takes in the list; the larger form only for what no longer fits.
    if tail.rfind(END_64, 0, at) >= 0:
        count, length = _counts_64(file, tail, at)
    if count > MOST_ENTRIES or length > MOST_ENTRIES * 512:
        raise UnreadableFile(N_("The archive holds more than %(most)s files."), most=MOST_ENTRIES)
    file.seek(0)


def _counts_64(file: IO[bytes], tail: bytes, at: int) -> tuple[int, int]:
    try:
        (place,) = struct.unpack_from("<Q", tail, tail.rfind(END_64, 0, at) + 8)
        file.seek(place)
        count, length = struct.unpack_from("<QQ", file.read(56), 32)
    except (struct.error, OverflowError, OSError, ValueError):
        raise UnreadableFile(NO_ARCHIVE) from None
    return count, length


def _check(entry: zipfile.ZipInfo) -> None:
    name = entry.filename
    if entry.flag_bits & 1:
        raise UnreadableFile(N_("The archive is encrypted."))
    parts = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0] or "\x00" in entry.orig_filename:
        raise UnreadableFile(N_("The archive names a file outside of itself: “%(name)s”."), name=name[:100])
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise UnreadableFile(N_("The archive holds a link: “%(name)s”."), name=name[:100])
    if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise UnreadableFile(N_("The archive is packed in a way that Cardlet does not know."))
    if entry.file_size > LARGEST_ENTRY:
        raise UnreadableFile(TOO_LARGE, name=name[:100], most=LARGEST_ENTRY // 2**20)


class _Counted:
    """A file of the archive that gives no more bytes than the archive says, and names itself when it is damaged."""

    def __init__(self, file: IO[bytes], entry: zipfile.ZipInfo) -> None:
        self._file, self._entry, self._left = file, entry, entry.file_size

    def read(self, size: int = -1) -> bytes:
        wanted = self._left + 1 if size is None or size < 0 else min(size, self._left + 1)
        return self._counted(lambda: self._file.read(wanted))

    def readline(self, size: int = -1) -> bytes:
        wanted = self._left + 1 if size is None or size < 0 else min(size, self._left + 1)
        return self._counted(lambda: self._file.readline(wanted))

    def _counted(self, take: Callable[[], bytes]) -> bytes:
        try:
            piece = take()
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError):
            raise UnreadableFile(DAMAGED, name=self._entry.filename[:100]) from None
        self._left -= len(piece)
        if self._left < 0:
            raise UnreadableFile(DAMAGED, name=self._entry.filename[:100])
        return piece

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> "_Counted":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
