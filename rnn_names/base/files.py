"""Files to write: a regular file is whole or not there at all; anything else is written into."""

import errno
import os
import re
import stat
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from rnn_names.base.errors import OutputError

TEMPORARY = re.compile(r"\.rnn-names-[0-9a-f]{16}")
DAY = 24 * 3600  # seconds
DESCRIPTORS = {"/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2}
DESCRIPTOR = re.compile(r"/(?:dev/fd|proc/(?:self|\d+)/fd)/(\d+)")
O_BINARY = getattr(os, "O_BINARY", 0)  # Windows
LINKS = 40  # symbolic links in a row, as the system has it


def check_writable(path: Path) -> None:
    """Raise OutputError if this cannot be written: before the work, not after."""
    if path.is_dir():
        raise OutputError(f"{path}: is a folder; give the name of a file")
    if path.exists() and not os.access(path, os.W_OK):
        raise OutputError(f"{path}: is read-only; change its mode, or give another name")
    if not is_regular(path):
        return
    folder = path.resolve().parent
    if not folder.is_dir():
        raise OutputError(f"{folder}: no such folder; make it, or give another")
    if not os.access(folder, os.W_OK):
        raise OutputError(f"{folder}: cannot be written to; give another folder")


def is_regular(path: Path) -> bool:
    """Whether this is a regular file, or will be one: no pipe, no device, no open descriptor."""
    return descriptor(path) is None and (path.is_file() or not path.exists())


def descriptor(path: Path) -> int | None:
    """The open file descriptor that the path names, as /dev/stdout or /dev/fd/63 do; else None.

    Such a name may lead to a regular file, the log that standard output goes to. That file must be
    written through the descriptor: what others wrote to it, and will write, stays.
    """
    place = Path(os.path.normpath(path.absolute()))
    for _ in range(LINKS):
        if str(place) in DESCRIPTORS:
            return DESCRIPTORS[str(place)]
        if match := DESCRIPTOR.fullmatch(str(place)):
            return int(match[1])
        if not place.is_symlink():
            return None
        place = Path(os.path.normpath(place.parent / place.readlink()))
    return None


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
    nothing else is left. The new file has the mode and the owner of the old one before anything is
    written to it; without an old one the umask decides. A symbolic link stays one: the file that it names
    is replaced. What is no regular file (a pipe, a device, an open descriptor) is written into.

    A killed process leaves a hidden file `.rnn-names-…`: a later run removes it when nothing was written
    to it for a day and no process holds it. Locks say so where the system has them (not on Windows, which
    keeps open files from being removed). Raises OutputError for what the system refuses.
    """
    try:
        with _replacement(path) if is_regular(path) else _stream(path) as file:
            yield file
            file.flush()
    except OSError as error:
        what = "its reader has left" if error.errno == errno.EPIPE else error.strerror or error
        raise OutputError(f"{path}: {what}; make room, or write elsewhere") from error


@contextmanager
def _replacement(path: Path) -> Iterator[BinaryIO]:
    place = path.resolve()
    # Named here: to predict takes less without tempfile, and whatever stops this, the name is known.
    temporary = place.with_name(f".rnn-names-{os.urandom(8).hex()}")
    try:
        _clear(place.parent)
        old = place.stat() if place.exists() else None
        mode = 0o600 if old else 0o666  # nobody may read what the old file's mode forbids, at no time
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | O_BINARY
        with os.fdopen(os.open(temporary, flags, mode), "wb") as file:
            _lock(file.fileno())
            if old:
                _keep_owner_and_mode(file.fileno(), temporary, old)
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(place)
        _flush_folder(place.parent)
    finally:
        with suppress(OSError):  # it is in place, or never was
            temporary.unlink()


@contextmanager
def _stream(path: Path) -> Iterator[BinaryIO]:
    number = descriptor(path)
    with path.open("wb") if number is None else os.fdopen(os.dup(number), "wb") as file:
        yield file


def _keep_owner_and_mode(number: int, temporary: Path, old: os.stat_result) -> None:
    if hasattr(os, "fchown"):  # not on Windows
        with suppress(PermissionError):  # only root gives files away
            os.fchown(number, old.st_uid, old.st_gid)
    temporary.chmod(stat.S_IMODE(old.st_mode))  # last: to give a file away may change its mode


def _lock(number: int) -> bool:
    """Hold the file, for as long as it is open; False if another process does."""
    try:
        import fcntl
    except ImportError:  # Windows
        return True
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # held, or a file system without locks: then nothing is known
        return False
    return True


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
    """Remove what killed processes have left, and no process holds."""
    with suppress(OSError):  # another process does the same
        for entry in os.scandir(folder):
            if TEMPORARY.fullmatch(entry.name) and entry.stat().st_mtime < time.time() - DAY:
                with Path(entry.path).open("rb") as file:
                    held = not _lock(file.fileno())
                if not held:
                    Path(entry.path).unlink()
