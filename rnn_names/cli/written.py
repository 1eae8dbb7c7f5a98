"""Where `predict` writes: standard output or a file, in an encoding, packed or not."""

import codecs
import io
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import typer

from rnn_names.base.files import check_apart, check_writable, is_regular, replacing
from rnn_names.names.packed import ENDINGS, packing
from rnn_names.names.tables import form_of

if TYPE_CHECKING:
    from rnn_names.names.tables import Table

MARKED = ("utf-16", "utf-32")  # begin with a byte order mark, which Python writes only into files


@contextmanager
def opened_for_text(path: Path | None, encoding: str) -> Iterator[TextIO]:
    """Standard output, or a file that appears when it is complete; letters without a code are escaped."""
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


def check_output(output: Path, form: str | None, model_files: Sequence[Path]) -> None:
    """Raise BadParameter for an ending without a format, and DataError for a file that cannot be written.

    The output may be the input, which is read to its end before the output replaces it.
    """
    if form is None and form_of(output) is None and is_regular(output):
        raise typer.BadParameter(
            f"--output {output} ends neither in .csv, .tsv, .jsonl, .json nor these packed "
            "(.gz, .bz2, .xz, .zst); give --format."
        )
    check_writable(output)
    check_apart(output, model_files)


def kept_encoding(asked: str | None, table: "Table", form: str, countries: Sequence[str]) -> str:
    """The encoding to write in: the one asked for; else, for a table from a table, that of the input.

    Raises BadParameter if the one asked for lacks a letter of a country; the input's gives way to UTF-8.
    """
    kept = table.encoding if form in ("csv", "tsv") else "utf-8"
    try:
        "".join(countries).encode(asked or kept)
    except UnicodeEncodeError as error:
        lacks = f"{asked or kept} lacks {error.object[error.start]!r}, which a country has"
        if asked:
            raise typer.BadParameter(f"--out-encoding: {lacks}; give utf-8-sig.") from error
        typer.echo(f"written as utf-8-sig: {lacks}", err=True)
        return "utf-8-sig"
    return asked or kept
