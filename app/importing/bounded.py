"""Streams out of packed files from strangers: they never give more bytes than agreed, and say when they are damaged."""

from errno import EINVAL
from io import BufferedReader, RawIOBase
from typing import IO, TYPE_CHECKING

from app.errors import N_, UnreadableFile

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

FREE = 64 * 2**20
"""Bytes that may come out of any few: below it the ratio says nothing."""
RATIO = 100
BOMB = N_("this file unpacks to far more than any collection would; it looks like an archive bomb")
DAMAGED = N_("“%(name)s” in the archive is damaged.")
CHUNK = 1 << 16


class Counted(RawIOBase):
    """What a stream gives, counted. Raises UnreadableFile beyond `limit` bytes, for a ratio beyond `RATIO` to what
    `packed` has taken in, and for whatever the library beneath says of damage; `name` is told then."""

    def __init__(self, stream: IO[bytes], limit: int, name: str, packed: "Taken | None" = None) -> None:
        self._stream, self._limit, self._name, self._packed = stream, limit, name, packed
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
            raise damaged(error, self._name) from error
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


def counted(stream: IO[bytes], limit: int, name: str) -> IO[bytes]:
    """A stream that raises UnreadableFile beyond so many bytes, and for damage, which it says under this name."""
    return BufferedReader(Counted(stream, limit, name), CHUNK)


def damaged(error: Exception, name: str) -> Exception:
    """What to raise for an error while a file is unpacked: what is wrong with the file is said of it; a fault of the
    server's own disk stays what it is, for whoever brought the file cannot mend that."""
    return own_fault(error) or UnreadableFile(DAMAGED, name=shown(name))


def own_fault(error: Exception) -> OSError | None:
    """The fault of the disk that is behind an error; None: there is none. Zip libraries turn some into errors of
    their own. A place that cannot be (EINVAL) is what a damaged file asks for."""
    for each in (error, error.__context__):
        if isinstance(each, OSError) and each.errno != EINVAL:
            return each
    return None


def shown(name: str) -> str:
    """A strange name as a message can show it."""
    return "".join(c if c.isprintable() else "\ufffd" for c in name)[:80]
