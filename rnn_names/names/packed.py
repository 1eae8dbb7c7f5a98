"""Packed files, known by their first bytes, whatever their names: gzip, bzip2, xz, and zstd by an extra."""

import io
import re
import zlib
from collections.abc import Callable
from typing import IO, Any, BinaryIO

from rnn_names.base.errors import DataError, OutputError

EXTRA = 'pip install "rnn-names[tables]"'
HEAD = 16  # bytes that are enough to know one
PIECE = 1 << 10  # bytes of a zstd file that are unpacked at a time: at most 32 MB
# The name of each packer, and how its files begin. A text may begin with BZh, too.
MAGIC = {
    "gzip": re.compile(rb"\x1f\x8b"),
    "bzip2": re.compile(rb"BZh[1-9](1AY&SY|\x17rE8P\x90)"),
    "xz": re.compile(rb"\xfd7zXZ\0"),
    "zstd": re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18"),  # or with a frame to skip first
}
ENDINGS = {".gz": "gzip", ".bz2": "bzip2", ".xz": "xz", ".zst": "zstd"}


def packer(head: bytes) -> str | None:
    """The packer of a file with this beginning; None if it is not packed."""
    return next((name for name, magic in MAGIC.items() if magic.match(head)), None)


def unpacked(file: Any, by: str, source: str) -> BinaryIO:
    """The content of the packed file, as it comes. Raises DataError if the extra is missing."""
    # Imported here: seldom needed.
    if by == "bzip2":
        import bz2

        return bz2.open(file)  # type: ignore[return-value]  # has all of BinaryIO that is used
    if by == "xz":
        import lzma

        return lzma.open(file)  # type: ignore[return-value]  # as above
    if by == "zstd":
        return _zstd(file, source)
    import gzip

    return gzip.open(file)  # type: ignore[return-value]  # as above


def _zstd(file: IO[bytes], source: str) -> BinaryIO:
    try:
        import zstandard
    except ImportError as error:
        file.close()
        raise DataError(f"{source}: is packed by zstd; {EXTRA}, or unpack it with unzstd") from error
    return _ZstdFile(_Frames(file, zstandard.ZstdDecompressor().decompressobj))


class _Frames(io.RawIOBase):
    """The content of all frames of a zstd file. Raises EOFError if the last one is cut.

    The package's own reader takes a cut frame for the end. One PIECE at a time needs little memory, however
    much the frame unpacks to.
    """

    def __init__(self, file: Any, begin: Callable[[], Any]) -> None:
        self.file, self.begin = file, begin
        self.frame: Any = None
        self.rest, self.ready = b"", memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self.ready:
            piece = self.rest or self.file.read1(PIECE)
            if not piece:
                if self.frame is not None:
                    raise EOFError("it ends too early")
                return 0
            self.frame = self.frame or self.begin()
            self.ready, self.rest = memoryview(self.frame.decompress(piece)), b""
            if self.frame.eof:
                self.rest, self.frame = self.frame.unused_data, None
        n = min(len(buffer), len(self.ready))
        buffer[:n], self.ready = self.ready[:n], self.ready[n:]
        return n

    def close(self) -> None:
        self.file.close()
        super().close()


class _ZstdFile(io.BufferedReader):
    """A file that zstd packed, as `packed_by` knows it."""


def packed_by(file: BinaryIO) -> str | None:
    """The packer of an open file, if `unpacked` has opened it."""
    if isinstance(file, _ZstdFile):
        return "zstd"
    return {"gzip": "gzip", "bz2": "bzip2", "lzma": "xz"}.get(type(file).__module__)


def broken() -> tuple[type[Exception], ...]:
    """The errors raised for a packed file that is not whole, or is not what its first bytes say."""
    import lzma

    errors: list[type[Exception]] = [OSError, EOFError, zlib.error, lzma.LZMAError]
    try:
        import zstandard

        errors.append(zstandard.ZstdError)
    except ImportError:
        pass
    return tuple(errors)


def packing(file: BinaryIO, by: str) -> Any:
    """A file that packs what is written to it into another file, and leaves that one open."""
    if by == "bzip2":
        import bz2

        return bz2.open(file, "wb")
    if by == "xz":
        import lzma

        return lzma.open(file, "wb")
    if by == "zstd":
        try:
            import zstandard
        except ImportError as error:
            raise OutputError(f"zstd is written by an extra: {EXTRA}, or give another ending") from error
        return zstandard.ZstdCompressor().stream_writer(file, closefd=False)
    import gzip

    return gzip.GzipFile("", "wb", 6, file, mtime=0)
