"""Packed files, known by their first bytes, whatever their names: gzip, bzip2, xz, and zstd by an extra."""

import re
import zlib
from typing import IO, Any, BinaryIO

from rnn_names.base.errors import DataError, OutputError

EXTRA = 'pip install "rnn-names[tables]"'
HEAD = 16  # bytes that are enough to know one
# How a packed file begins, and how what packs it is called. A text may begin with BZh.
MAGIC = {
    "gzip": re.compile(rb"\x1f\x8b"),
    "bzip2": re.compile(rb"BZh[1-9](1AY&SY|\x17rE8P\x90)"),
    "xz": re.compile(rb"\xfd7zXZ\0"),
    "zstd": re.compile(rb"\x28\xb5\x2f\xfd"),
}
ENDINGS = {".gz": "gzip", ".bz2": "bzip2", ".xz": "xz", ".zst": "zstd"}


def packer(head: bytes) -> str | None:
    """What packed the file that begins so; None for any other."""
    return next((name for name, magic in MAGIC.items() if magic.match(head)), None)


def unpacked(file: Any, by: str, source: str) -> BinaryIO:
    """What is in the packed file, as it comes. Raises DataError where the extra is missing."""
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
    # One reader over all frames; closefd as of the other packers: they close what they open.
    opened: BinaryIO = zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True)
    return opened


def packed_by(file: BinaryIO) -> str:
    """What packed the file that `unpacked` has opened."""
    return {"gzip": "gzip", "bz2": "bzip2", "lzma": "xz"}.get(type(file).__module__, "zstd")


def broken() -> tuple[type[Exception], ...]:
    """The errors of a packed file that is not whole, or not what its first bytes say."""
    import lzma

    errors: list[type[Exception]] = [OSError, EOFError, zlib.error, lzma.LZMAError]
    try:
        import zstandard

        errors.append(zstandard.ZstdError)
    except ImportError:
        pass
    return tuple(errors)


def packing(file: BinaryIO, by: str) -> Any:
    """What packs all that is written to it into the file, which it leaves open."""
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
