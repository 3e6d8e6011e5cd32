"""Hostile packages: what is wrong with the zip, or with what is packed in it."""

import struct
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from tests.importing.anki_packages import Collection, tagged, zip_bytes, zstd
from tests.importing.hostile_cases import changed, plain, refused


@refused("does not end as a zip")
def empty(_: Path) -> bytes:
    return b""


@refused("does not end as a zip")
def text_not_zip(_: Path) -> bytes:
    return b"question,answer\n" * 1000


@refused("does not end as a zip")
def truncated(folder: Path) -> bytes:
    return plain(folder)[:-200]


@refused("does not end as a zip")
def half(folder: Path) -> bytes:
    content = plain(folder)
    return content[: len(content) // 2]


@refused("no Anki package")
def end_record_alone(_: Path) -> bytes:
    return b"PK\x05\x06" + bytes(18)


@refused("more than")
def end_record_promises_many(folder: Path) -> bytes:
    content = bytearray(plain(folder))
    at = content.rfind(b"PK\x05\x06")
    content[at + 8 : at + 12] = struct.pack("<HH", 30_000, 30_000)
    return bytes(content)


@refused("lies about how many")
def end_record_lies(folder: Path) -> bytes:
    content = bytearray(plain(folder))
    at = content.rfind(b"PK\x05\x06")
    content[at + 8 : at + 12] = struct.pack("<HH", 1, 1)
    return bytes(content)


@refused("more than")
def many_entries(_: Path) -> bytes:
    return zip_bytes({str(number): b"" for number in range(20_001)})


@refused("more than")
def zip64_promises_millions(_: Path) -> bytes:
    record = b"PK\x06\x06" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, 2**40, 2**40, 2**30, 0)
    locator = b"PK\x06\x07" + struct.pack("<IQI", 0, 0, 1)
    return record + locator + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 0xFFFF, 0xFFFF, 2**32 - 1, 2**32 - 1, 0)


@refused("does not end as a zip")
def zip64_points_nowhere(_: Path) -> bytes:
    locator = b"PK\x06\x07" + struct.pack("<IQI", 0, 2**62, 1)
    return locator + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 0xFFFF, 0xFFFF, 2**32 - 1, 2**32 - 1, 0)


@refused("two entries")
def duplicate_entries(folder: Path) -> bytes:
    content = BytesIO()
    database = Collection().entries(folder)["collection.anki2"]
    with ZipFile(content, "w") as archive:
        archive.writestr("collection.anki2", database)
        archive.writestr("collection.anki3", database)
    return content.getvalue().replace(b"collection.anki3", b"collection.anki2")


@refused("encrypted")
def encrypted(folder: Path) -> bytes:
    content = bytearray(plain(folder))
    at = content.find(b"PK\x01\x02")
    content[at + 8] |= 1
    return bytes(content)


def _with_name(folder: Path, name: str) -> bytes:
    return zip_bytes(Collection().entries(folder) | {name: b"x"})


@refused("points elsewhere")
def slip_up(folder: Path) -> bytes:
    return _with_name(folder, "../../etc/passwd")


@refused("points elsewhere")
def slip_absolute(folder: Path) -> bytes:
    return _with_name(folder, "/etc/passwd")


@refused("points elsewhere")
def slip_backslash(folder: Path) -> bytes:
    return _with_name(folder, "..\\..\\windows\\system.ini")


@refused("points elsewhere")
def slip_folder(folder: Path) -> bytes:
    return _with_name(folder, "media/a.png")


@refused("points elsewhere")
def name_with_nul(folder: Path) -> bytes:
    return _with_name(folder, "aXb.png").replace(b"aXb.png", b"a\0b.png")


@refused("points elsewhere")
def symbolic_link(folder: Path) -> bytes:
    content = BytesIO()
    with ZipFile(content, "w") as archive:
        for name, data in Collection().entries(folder).items():
            archive.writestr(name, data)
        link = ZipInfo("0")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return content.getvalue()


@refused("packed in a way")
def another_compression(folder: Path) -> bytes:
    return zip_bytes(Collection().entries(folder), ZIP_BZIP2)


@refused("archive bomb")
def deflate_bomb(_: Path) -> bytes:
    content = BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED, compresslevel=1) as archive, archive.open("collection.anki2", "w") as file:
        file.write(b"SQLite format 3\0")
        for _ in range(150):
            file.write(bytes(2**20))
    return content.getvalue()


@refused("in the archive is damaged")
def size_that_lies(folder: Path) -> bytes:
    """The directory promises less than comes out: no more than promised is taken, and the checksum gives it away."""
    content = bytearray(zip_bytes({"collection.anki2": bytes(5_000_000)}))
    at = content.find(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<I", 1_000)
    content[22:26] = struct.pack("<I", 1_000)
    return bytes(content)


@refused("lie over each other")
def overlapping_entries(folder: Path) -> bytes:
    content = bytearray(zip_bytes(Collection().entries(folder) | {"0": bytes(5_000), "1": bytes(5_000)}, ZIP_STORED))
    first = content.find(b"PK\x01\x02")
    while (at := content.find(b"PK\x01\x02", first + 4)) > 0:
        content[at + 42 : at + 46] = content[first + 42 : first + 46]
        first = at
    return bytes(content)


@refused("in the archive is damaged")
def broken_deflate(folder: Path) -> bytes:
    content = bytearray(zip_bytes(Collection().entries(folder), ZIP_DEFLATED))
    content[100:180] = b"\x55\xaa\x0f\xf0" * 20
    return bytes(content)


@refused("holds no collection")
def no_collection(_: Path) -> bytes:
    return zip_bytes({"media": b"{}", "0": b"x"})


@refused("newer Anki")
def meta_of_the_future(folder: Path) -> bytes:
    return changed(folder, 3, meta=tagged(1, 4))


@refused("newer Anki")
def meta_without_version(folder: Path) -> bytes:
    return changed(folder, 3, meta=b"")


@refused("settings cannot be read")
def meta_broken(folder: Path) -> bytes:
    return changed(folder, 3, meta=b"\xff" * 11)


@refused("“collection.anki21b” is missing")
def only_the_dummy(folder: Path) -> bytes:
    return changed(folder, 3, collection_anki21b=None)


@refused("archive bomb")
def zstd_bomb(folder: Path) -> bytes:
    import zstandard

    content = BytesIO()
    with zstandard.ZstdCompressor(level=3).stream_writer(content, closefd=False) as file:
        file.write(b"SQLite format 3\0")
        for _ in range(300):
            file.write(bytes(2**20))
    return changed(folder, 3, collection_anki21b=content.getvalue())


@refused("in the archive is damaged")
def zstd_wide_window(folder: Path) -> bytes:
    """Thirteen bytes that ask for a window of 2 GiB."""
    return changed(folder, 3, collection_anki21b=b"\x28\xb5\x2f\xfd\x00\xa8\x09\x00\x00AAAA")


@refused("in the archive is damaged")
def zstd_is_none(folder: Path) -> bytes:
    return changed(folder, 3, collection_anki21b=b"not zstd at all" * 10)


@refused("no SQLite database")
def zstd_cut_off(folder: Path) -> bytes:
    whole = Collection(generation=3).entries(folder)["collection.anki21b"]
    return changed(folder, 3, collection_anki21b=whole[: len(whole) // 2])


@refused("list of media")
def media_list_is_no_json(folder: Path) -> bytes:
    return changed(folder, media=b"{broken")


@refused("list of media")
def media_list_is_a_list(folder: Path) -> bytes:
    return changed(folder, media=b"[1, 2]")


@refused("list of media")
def media_list_too_deep(folder: Path) -> bytes:
    return changed(folder, media=b"[" * 200_000)


@refused("settings cannot be read")
def media_messages_cut_off(folder: Path) -> bytes:
    return changed(folder, 3, media=zstd(tagged(1, b"x" * 50)[:-20]))
