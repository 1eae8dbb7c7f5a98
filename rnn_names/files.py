"""Files that are whole: written beside, flushed, and moved into place."""

import os
import re
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from rnn_names.errors import OutputError

TEMPORARY = re.compile(r"\.rnn-names-[0-9a-f]{16}")
DAY = 24 * 3600  # seconds


def check_writable(path: Path) -> None:
    """Raise OutputError if this file cannot be written: before the training, not after."""
    if path.is_dir():
        raise OutputError(f"{path}: is a folder; give the name of a file")
    if path.exists() and not path.is_file():
        raise OutputError(f"{path}: is not a regular file; give another name")
    folder = path.resolve().parent
    if not folder.is_dir():
        raise OutputError(f"{folder}: no such folder; make it, or give another")
    if not os.access(folder, os.W_OK):
        raise OutputError(f"{folder}: cannot be written to; give another folder")


def check_apart(output: Path, others: Iterable[Path | None]) -> None:
    """Raise OutputError if the file would take the place of one of these, or lie in a folder of them."""
    place = output.resolve()
    for other in others:
        if other is not None and _same(place, other):
            raise OutputError(f"{output}: would take the place of {other}; give another name")
        if other is not None and _same(place.parent, other):
            raise OutputError(f"{output}: would lie among the data in {other}; give another folder")


def _same(a: Path, b: Path) -> bool:
    try:
        # What is not there yet has a path alone; for what is, there may be two: a link, other capitals.
        return os.path.realpath(a) == os.path.realpath(b) or a.samefile(b)
    except (OSError, ValueError):  # one is not there, or no path at all
        return False


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file to write, which takes the place of `path` when the block ends well.

    A reader sees the old file or the new one, never a part; where the block fails, the old file stays and
    nothing else is left. A symbolic link stays one: the file that it names is replaced. A killed process
    leaves a hidden file `.rnn-names-…`: it is removed here when nothing was written to it for a day.
    Raises OutputError for what the system refuses.
    """
    place = path.resolve()
    # Named here: to predict takes less without tempfile, and whatever stops this, the name is known.
    temporary = place.with_name(f".rnn-names-{os.urandom(8).hex()}")
    try:
        _clear(place.parent)
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(place)
        _flush_folder(place.parent)
    except OSError as error:
        raise OutputError(f"{path}: {error.strerror or error}; make room, or write elsewhere") from error
    finally:
        with suppress(OSError):  # it is in place, or never was
            temporary.unlink()


def _flush_folder(folder: Path) -> None:
    """Make the new name outlast a power cut, where folders can be flushed."""
    if not hasattr(os, "O_DIRECTORY"):  # Windows
        return
    with suppress(OSError):  # some network file systems refuse; the file is there all the same
        number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def _clear(folder: Path) -> None:
    """Remove what killed processes have left."""
    with suppress(OSError):  # another process does the same
        for entry in os.scandir(folder):
            if TEMPORARY.fullmatch(entry.name) and entry.stat().st_mtime < time.time() - DAY:
                Path(entry.path).unlink()
