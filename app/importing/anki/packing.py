"""Streams that never give more bytes than agreed, and zstd, whose libraries do not bound what they unpack."""

from io import BufferedReader, RawIOBase
from typing import IO, TYPE_CHECKING, Any, cast

from app.errors import N_, UnreadableFile

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

try:
    from compression import zstd as standard_zstd  # type: ignore[import-not-found, unused-ignore]
except ImportError:  # before Python 3.14
    standard_zstd = None

WINDOW_LOG = 23
"""A frame may ask for a window of 8 MiB; Anki's own ask for 2."""
FREE = 64 * 2**20
"""Bytes that may come out of any few: below it the ratio says nothing."""
RATIO = 100
BOMB = N_("this file unpacks to far more than any collection would; it looks like an archive bomb")
DAMAGED = N_("a part of this package cannot be unpacked; the file is damaged")
CHUNK = 1 << 16


class Counted(RawIOBase):
    """What a stream gives, counted. Raises UnreadableFile beyond `limit` bytes, for a ratio beyond `RATIO` to what
    `packed` has taken in, and for whatever the library beneath says of damage."""

    def __init__(self, stream: IO[bytes], limit: int, packed: "Taken | None" = None) -> None:
        self._stream, self._limit, self._packed = stream, limit, packed
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        view = memoryview(buffer)
        try:
            data = self._stream.read(min(len(view), CHUNK))
        except UnreadableFile:
            raise
        except Exception as error:  # the libraries beneath have a dozen classes for it
            raise UnreadableFile(DAMAGED) from error
        self._count += len(data)
        allowed = self._limit if self._packed is None else min(self._limit, FREE + RATIO * self._packed.count)
        if self._count > allowed:
            raise UnreadableFile(BOMB)
        view[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._stream.close()
        super().close()


class Taken:
    """A stream that counts what was read of it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.count = 0

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self.count += len(data)
        return data

    def close(self) -> None:
        self._stream.close()


def counted(stream: IO[bytes], limit: int) -> IO[bytes]:
    """A stream that raises UnreadableFile beyond so many bytes."""
    return BufferedReader(Counted(stream, limit), CHUNK)


def unpacked(stream: IO[bytes], limit: int) -> IO[bytes]:
    """What a zstd frame holds, piece by piece; at most `limit` bytes of it. Raises UnreadableFile while reading."""
    packed = Taken(stream)
    return BufferedReader(Counted(_zstd(packed), limit, packed), CHUNK)


def _zstd(packed: Taken) -> IO[bytes]:
    if standard_zstd is not None:
        options = {standard_zstd.DecompressionParameter.window_log_max: WINDOW_LOG}
        return cast(IO[bytes], standard_zstd.ZstdFile(cast(Any, packed), options=options))
    import zstandard

    library = zstandard.ZstdDecompressor(max_window_size=1 << WINDOW_LOG)
    return cast(IO[bytes], library.stream_reader(cast(Any, packed), read_size=CHUNK))
