"""zstd, whose libraries do not bound what they unpack."""

from io import BufferedReader
from typing import IO, Any, cast

from app.importing.bounded import CHUNK, Counted, Taken

try:
    from compression import zstd as standard_zstd  # type: ignore[import-not-found, unused-ignore]
except ImportError:  # before Python 3.14
    standard_zstd = None

WINDOW_LOG = 23
"""A frame may ask for a window of 8 MiB; Anki's own ask for 2."""


def unpacked(stream: IO[bytes], limit: int, name: str) -> IO[bytes]:
    """What the zstd frame of this name holds, piece by piece; at most `limit` bytes of it. Raises UnreadableFile while
    reading."""
    packed = Taken(stream)
    return BufferedReader(Counted(_zstd(packed), limit, name, packed), CHUNK)


def _zstd(packed: Taken) -> IO[bytes]:
    if standard_zstd is not None:
        options = {standard_zstd.DecompressionParameter.window_log_max: WINDOW_LOG}
        return cast(IO[bytes], standard_zstd.ZstdFile(cast(Any, packed), options=options))
    import zstandard

    library = zstandard.ZstdDecompressor(max_window_size=1 << WINDOW_LOG)
    return cast(IO[bytes], library.stream_reader(cast(Any, packed), read_size=CHUNK))
