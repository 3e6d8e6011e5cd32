"""Which files of a package are pictures and sounds, and what its cards call them."""

import json
import unicodedata
from collections.abc import Iterator
from functools import partial
from typing import IO

from app.errors import N_, UnreadableFile
from app.importing.anki.packing import unpacked
from app.importing.anki.protobuf import fields_of, number, text, walk
from app.importing.parsed import ParsedFile, Remark
from app.importing.zipped import Archive

MAP = "media"
LARGEST_MAP = 32 * 2**20
LARGEST_FILE = 100 * 2**20
LONGEST_NAME = 255
LIES = N_("the package's list of media files cannot be read")
NAME, LEGACY_ENTRY, ENTRIES = 1, 255, 1


def media_of(archive: Archive, *, packed: bool, remarks: list[Remark]) -> Iterator[ParsedFile]:
    """The package's media, each opened when it is asked for. `packed`: each is a zstd frame, and so is the list. What
    the list promises and the package does not hold is counted in a remark. Raises UnreadableFile for a broken list."""
    listed = dict(_listed(archive, packed)) if MAP in archive else {}
    return _files(archive, listed, packed, remarks)


def _files(archive: Archive, listed: dict[str, str], packed: bool, remarks: list[Remark]) -> Iterator[ParsedFile]:
    missing, strange = 0, 0
    seen: set[str] = set()
    for entry, written in listed.items():
        name = unicodedata.normalize("NFC", written)
        if not is_file_name(name) or name in seen:
            strange += 1
        elif entry not in archive or entry == MAP or entry.startswith("collection."):
            missing += 1
        else:
            seen.add(name)
            yield ParsedFile(name, partial(_opened, archive, entry, packed))
    if missing:
        remarks.append(
            Remark(N_("Media files that the package names but does not hold: %(count)s."), {"count": missing})
        )
    if strange:
        remarks.append(Remark(N_("Media files left out for their names: %(count)s."), {"count": strange}))


def is_file_name(name: str) -> bool:
    """Whether a name is that of a file and of nothing else: no path, no control characters, not too long."""
    if not name or len(name) > LONGEST_NAME or name.startswith(".") or not name.isprintable():
        return False
    return not any(c in name for c in "/\\:") and name == name.strip()


def _opened(archive: Archive, entry: str, packed: bool) -> IO[bytes]:
    stream = archive.open(entry)
    return unpacked(stream, LARGEST_FILE, entry) if packed else stream


def _listed(archive: Archive, packed: bool) -> Iterator[tuple[str, str]]:
    """Pairs of an entry's name in the package and the file's own."""
    if archive.size(MAP) > LARGEST_MAP:
        raise UnreadableFile(LIES)
    with archive.open(MAP) as stream:
        content = unpacked(stream, LARGEST_MAP, MAP).read() if packed else stream.read()
    return _from_messages(content) if packed else _from_json(content)


def _from_messages(content: bytes) -> Iterator[tuple[str, str]]:
    for place, (key, value) in enumerate(walk(content)):
        if key != ENTRIES or not isinstance(value, bytes):
            raise UnreadableFile(LIES)
        fields = fields_of(value)
        yield str(number(fields, LEGACY_ENTRY, place)), text(fields, NAME)


def _from_json(content: bytes) -> Iterator[tuple[str, str]]:
    try:
        listed = json.loads(content or b"{}")
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(LIES) from error
    if not isinstance(listed, dict):
        raise UnreadableFile(LIES)
    return ((entry, name) for entry, name in listed.items() if isinstance(name, str))
