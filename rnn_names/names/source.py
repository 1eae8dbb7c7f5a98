"""Bytes in: a file, a pipe or standard input, unpacked and decoded as they come, in little memory.

Each read takes what is there: a line of slow input, a BLOCK of fast input or of a file.
"""

import codecs
import io
import os
import select
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

from rnn_names.base.errors import DataError
from rnn_names.names import packed
from rnn_names.names.bad_records import MARKING
from rnn_names.names.no_text import HEAD, no_text

Waits = Callable[[Callable[[float], bool]], None]  # see `blocks`
BLOCK = 1 << 18  # bytes
PIPE = 1 << 20  # bytes
GZIP = ".gz"
STDIN = Path("-")
MARKS = {  # byte order marks; the longer ones come first, for they begin like the others
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def name_of(path: Path) -> str:
    """The name of a source in messages."""
    return "standard input" if path == STDIN else str(path)


def opened(path: Path) -> BinaryIO:
    """The bytes of a file, or of standard input for `-`, unpacked if they are packed. Raises DataError.

    The first bytes tell the packer, whatever the name. `blocks` finds other content that is not text.
    """
    source = name_of(path)
    try:
        if path != STDIN and path.suffix.lower() == GZIP:
            return packed.unpacked(path, "gzip", source)
        file = _pipe() if path == STDIN else path.open("rb")
    except FileNotFoundError as error:
        raise DataError(f"{source}: no such file or folder; check the path") from error
    except IsADirectoryError as error:
        raise DataError(f"{source}: is a folder; give one of its files") from error
    except OSError as error:
        raise DataError(f"{source}: {error.strerror}; give a file that can be read") from error
    except ValueError as error:  # of a stranger's file: a path with a NUL
        raise DataError(f"{source}: is no path; give a file that can be read") from error
    try:
        head = file.peek(packed.HEAD)
    except OSError as error:  # a folder
        file.close()
        raise DataError(f"{source}: {error.strerror}; give a file that can be read") from error
    if by := packed.packer(head):
        # The packers but zstd open a path themselves, and close it; a pipe cannot be opened again.
        if path != STDIN and by != "zstd" and path.is_file():
            file.close()
            return packed.unpacked(path, by, source)
        return packed.unpacked(file, by, source)
    return file


def head(file: BinaryIO, source: str) -> bytes:
    """The first bytes of an opened file, without consuming them; none if it cannot be peeked into.

    Raises DataError if it cannot be read.
    """
    if not hasattr(file, "peek"):
        return b""
    try:
        return bytes(file.peek(HEAD)[:HEAD])
    except packed.broken() as error:
        raise _unread(error, file, source) from error


def _unread(error: Exception, file: BinaryIO, source: str) -> DataError:
    if isinstance(error, OSError) and error.strerror:
        return DataError(f"{source}: {error.strerror}; give a file that can be read")
    return DataError(f"{source}: not a whole {packed.packed_by(file)} file ({error}); pack it again")


def _pipe() -> Any:
    """Standard input; a pipe gets a larger buffer, so that each read of fast input takes much."""
    with suppress(ImportError, AttributeError, OSError, ValueError):  # only Linux knows this
        import fcntl

        fcntl.fcntl(sys.stdin.fileno(), fcntl.F_SETPIPE_SZ, PIPE)
    buffer = sys.stdin.buffer
    return buffer if hasattr(buffer, "peek") else io.BufferedReader(buffer)


def ready(file: BinaryIO, seconds: float) -> bool:
    """Whether content, or the end of the file, is there within so many seconds.

    False where the system does not tell. A packed pipe may have content of which nothing can be unpacked.
    """
    try:
        number = file.fileno()
        return stat.S_ISREG(os.fstat(number).st_mode) or bool(select.select([number], [], [], seconds)[0])
    except (OSError, ValueError, AttributeError):  # nothing of the system; on Windows no socket
        return False


def blocks(file: BinaryIO, source: str, waits: Waits | None = None) -> Iterator[bytes]:
    """The content of the file, in blocks. Raises DataError if it cannot be read or is not text.

    `waits` is called before each read, which may wait, with a function that says whether it will: `ready`.
    """
    begins = True
    while True:
        if waits:
            waits(partial(ready, file))
        try:
            block = file.read1(BLOCK)  # type: ignore[attr-defined]  # which BinaryIO lacks, buffers do not
        except packed.broken() as error:
            raise _unread(error, file, source) from error
        if not block:
            return
        if begins and (told := no_text(block[:HEAD])):
            raise DataError(f"{source}: is {told[0]}; {told[1]}")
        begins = False
        yield block


def encoded(
    blocks: Iterator[bytes], source: str, encoding: str | None = None
) -> tuple[str, Iterator[bytes]]:
    """The codec of the blocks, one that takes a byte order mark off, and all of the blocks.

    Without an encoding the mark decides; without a mark it is UTF-8. Raises DataError.
    """
    first = next(blocks, b"")
    return _checked(first, source, encoding), chain([first], blocks)


def decoded(
    blocks: Iterator[bytes],
    source: str,
    encoding: str | None = None,
    errors: str = "strict",
    mend: str = "save the file as UTF-8",
) -> Iterator[str]:
    """The text of the blocks, a byte order mark taken off; no block ends between \\r and \\n.

    The encoding is as for `encoded`. Raises DataError with the line of a byte that is invalid in this
    encoding, or of a NUL, and the remedy `mend`.
    """
    encoding, blocks = encoded(blocks, source, encoding)
    first = next(blocks, b"")
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding)(errors), translate=False)
    ends, block, more = 0, first, True
    while more:
        more, before = bool(block), decoder.getstate()
        try:
            text = decoder.decode(block, final=not more)
        except UnicodeError as error:
            where, what, good = "", "the text", ""
            if isinstance(error, UnicodeDecodeError):
                what = f"byte 0x{error.object[error.start]:02x}"
                decoder.setstate(before)
                with suppress(UnicodeError):  # UTF-16 without its mark is found out at its second symbol
                    # The object is what was kept of the last block, and this one, perhaps without its mark.
                    good = decoder.decode(block[: max(0, error.start + len(block) - len(error.object))])
                    good += "\r" * (decoder.getstate()[1] & 1)  # held back: \n may follow
                where = f", line {ends + _line_ends(good) + 1}"
            if isinstance(error, UnicodeDecodeError) and encoding in ("utf-8", "utf-8-sig"):
                from rnn_names.names import decoding  # not above: seldom needed

                mend = decoding.read_otherwise(error.object, error.start) + mend
            if end := max(good.rfind("\n"), good.rfind("\r")) + 1:
                yield good[:end]  # the text before the bad line
            known = "UTF-8" if encoding in ("utf-8", "utf-8-sig") else encoding
            raise DataError(f"{source}{where}: {what} is not {known}; {mend}") from error
        if "\0" in text and (errors != MARKING or text.count("\0") * 4 > len(text)):
            good = text[: text.index("\0")]
            line = ends + _line_ends(good) + 1
            if end := max(good.rfind("\n"), good.rfind("\r")) + 1:
                yield good[:end]
            raise DataError(
                f"{source}, line {line}: a NUL character; the file is UTF-16 without a mark "
                "(give --encoding utf-16-le or utf-16-be), or no text"
            )
        if text:
            ends += _line_ends(text)
            yield text
        block = next(blocks, b"") if more else b""


def _checked(first: bytes, source: str, encoding: str | None) -> str:
    """The codec to use, given what the file begins with: one that takes the file's own mark off."""
    marked = next((codec for mark, codec in MARKS.items() if first.startswith(mark)), None)
    if encoding is None:
        return marked or "utf-8"
    named = codecs.lookup(encoding).name
    if marked is None:
        return encoding
    family = marked.removesuffix("-sig")
    if not named.startswith(family):
        raise DataError(
            f"{source}: begins with the mark of {family.upper()}, which {encoding} has not; "
            "leave out --encoding"
        )
    return marked  # utf-8, utf-16-le and the like keep the mark in the text


def _line_ends(text: str) -> int:
    return text.count("\n") or text.count("\r")
