"""Where `predict` writes: standard output or a file, in an encoding, packed or not."""

import codecs
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

from rnn_names.base.files import replacing
from rnn_names.names.packed import ENDINGS, packing

MARKED = ("utf-16", "utf-32")  # begin with a byte order mark, which Python writes into files alone


@contextmanager
def opened_for_text(path: Path | None, encoding: str) -> Iterator[TextIO]:
    """Standard output, or a file that is there when all is written; what has no code, as an escape."""
    if path is None:
        with suppress(AttributeError):  # a replaced stream may not be reconfigurable
            kept = None if encoding == "utf-8" else encoding
            sys.stdout.reconfigure(encoding=kept, errors="backslashreplace")  # type: ignore[union-attr]
        if codecs.lookup(encoding).name in MARKED and not sys.stdout.seekable():
            sys.stdout.write("\ufeff")
        yield sys.stdout
        return
    with replacing(path) as file:
        packed: Any = file
        if by := ENDINGS.get(path.suffix.lower()):
            packed = packing(file, by)
        text = io.TextIOWrapper(packed, encoding, "backslashreplace", newline="\n")
        if codecs.lookup(encoding).name in MARKED and not text.seekable():
            text.write("\ufeff")
        yield text
        text.flush()
        text.detach()
        if packed is not file:
            packed.close()
