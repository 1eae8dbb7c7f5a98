"""Files that are whole: written beside, flushed, and moved into place."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from rnn_names.errors import OutputError


def check_writable(path: Path) -> None:
    """Raise OutputError if this file cannot be written: before the training, not after."""
    if path.is_dir():
        raise OutputError(f"{path}: is a folder; give --output the name of a file")
    if path.exists() and not path.is_file():
        raise OutputError(f"{path}: is not a regular file; give --output another name")
    folder = path.resolve().parent
    if not folder.is_dir():
        raise OutputError(f"{folder}: no such folder; make it, or give --output another")
    if not os.access(folder, os.W_OK):
        raise OutputError(f"{folder}: cannot be written to; give --output another folder")


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file to write, which takes the place of `path` when the block ends well.

    A reader sees the old file or the new one, never a part; where the block fails, the old file stays and
    nothing else is left. A symbolic link stays one: the file that it names is replaced.
    Raises OutputError for what the system refuses.
    """
    import tempfile  # not above: to predict takes less without it

    place = path.resolve()
    temporary = None
    try:
        with tempfile.NamedTemporaryFile(dir=place.parent, prefix=f".{path.name}.", delete=False) as file:
            temporary = Path(file.name)
            yield file  # type: ignore[misc]  # a wrapper with the methods of a BinaryIO
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(place)
    except OSError as error:
        raise OutputError(
            f"{path}: {error.strerror}; give --output a folder that can be written to"
        ) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
