"""Files: a regular file is written whole or not at all, anything else is written into; the SHA-256."""

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
OF_FILES = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".xlsx", ".parquet", ".npz", ".gz")  # endings
STDOUT = Path("-")  # standard output, as a file to write
O_BINARY = getattr(os, "O_BINARY", 0)  # Windows
LINKS = 40  # symbolic links in a row, the limit of the system


def check_writable(path: Path) -> None:
    """Raise OutputError if the file cannot be written. This is asked before the work, not after it."""
    if path == STDOUT:
        return
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
    """Whether the path is or will be a regular file: no pipe, device or open descriptor."""
    return descriptor(path) is None and (path.is_file() or not path.exists())


def descriptor(path: Path) -> int | None:
    """The open file descriptor that the path names, as -, /dev/stdout or /dev/fd/63 do; else None.

    Behind such a name may be a regular file, such as a log. It must be written through the descriptor:
    then everything that other programs write to it stays.
    """
    if path == STDOUT:
        return 1
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
    """Raise OutputError if the output would replace one of these files, or lie in one of these folders.

    Only a regular file replaces: pipes and devices are written into.
    """
    if not is_regular(output):
        return
    place = output.resolve()
    for other in others:
        if other is not None and _same(place, other):
            raise OutputError(f"{output}: would take the place of {other}; give another name")
        if other is not None and _same(place.parent, other):
            raise OutputError(f"{output}: would lie among the data in {other}; give another folder")


def _same(a: Path, b: Path) -> bool:
    try:
        # A missing file has only its path; an existing one may have two paths: a link, or other capitals.
        return os.path.realpath(a) == os.path.realpath(b) or a.samefile(b)
    except (OSError, ValueError):  # one is missing, or is not a valid path
        return False


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file to write, which replaces `path` when the block succeeds.

    A reader sees the old file or the new one, never a part. If the block fails, the old file stays and
    nothing else is left. The new file gets the mode and the owner of the old one before its first byte;
    without an old file, the umask decides. A symbolic link stays: its target is replaced. A pipe, a device
    or an open descriptor is written into.

    A killed process leaves a hidden file `.rnn-names-…`. A later run removes it after a day without writes,
    if no process holds its lock. Windows has no such locks, but does not let open files be removed. Raises
    OutputError if the system refuses.
    """
    try:
        with _replacement(path) if is_regular(path) else _stream(path) as file:
            yield file
            file.flush()
    except OSError as error:
        if path == STDOUT and error.errno in (errno.EPIPE, errno.EBADF):
            raise  # a reader that has left is no error, as for all output that goes there
        what = "its reader has left" if error.errno == errno.EPIPE else error.strerror or error
        raise OutputError(f"{path}: {what}; make room, or write elsewhere") from error


@contextmanager
def _replacement(path: Path) -> Iterator[BinaryIO]:
    place = path.resolve()
    # Named here: prediction starts faster without tempfile, and the name is known whatever stops this.
    temporary = place.with_name(f".rnn-names-{os.urandom(8).hex()}")
    try:
        _clear(place.parent)
        old = place.stat() if place.exists() else None
        mode = 0o600 if old else 0o666  # nobody may ever read what the mode of the old file forbids
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
        with suppress(OSError):  # it was moved into place, or never created
            temporary.unlink()


@contextmanager
def _stream(path: Path) -> Iterator[BinaryIO]:
    number = descriptor(path)
    with path.open("wb") if number is None else os.fdopen(os.dup(number), "wb") as file:
        yield file


def _keep_owner_and_mode(number: int, temporary: Path, old: os.stat_result) -> None:
    if hasattr(os, "fchown"):  # not on Windows
        with suppress(PermissionError):  # only root may give files away
            os.fchown(number, old.st_uid, old.st_gid)
    temporary.chmod(stat.S_IMODE(old.st_mode))  # last: changing the owner may change the mode


def _lock(number: int) -> bool:
    """Lock the file while it is open; False if another process holds it."""
    try:
        import fcntl
    except ImportError:  # Windows
        return True
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # locked, or a file system without locks, which tells nothing
        return False
    return True


def _flush_folder(folder: Path) -> None:
    """Flush the folder, where that is possible: the new name survives a power cut."""
    if not hasattr(os, "O_DIRECTORY"):  # Windows
        return
    with suppress(OSError):  # some network file systems refuse; the file exists nonetheless
        number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def sha256(path: Path) -> str:
    """The SHA-256 of a file, as `sha256sum` prints it. Raises OSError."""
    import hashlib  # not above: one name needs none, and it takes long to load

    return hashlib.sha256(path.read_bytes()).hexdigest()


def _clear(folder: Path) -> None:
    """Remove the temporary files of killed processes that no process holds."""
    with suppress(OSError):  # another process may do the same
        for entry in os.scandir(folder):
            if TEMPORARY.fullmatch(entry.name) and entry.stat().st_mtime < time.time() - DAY:
                with Path(entry.path).open("rb") as file:
                    held = not _lock(file.fileno())
                if not held:
                    Path(entry.path).unlink()
